import { discName } from '@disc-labeling/server/volume/levels';
import { describe, expect, it } from 'vitest';
import {
  freeValues,
  fromLabels,
  withDisc,
  withNamesMoved,
  withoutDisc,
} from '../../../client/src/editor/corrections.js';

/** Discs of these values, 15 mm apart from head to foot. */
const discs = (...values: number[]) =>
  values.map((value) => ({
    value,
    name: discName(value),
    voxel: [4, 5, 100 - value] as const,
    world: [0, 0, -15 * value] as const,
    score: 0.9,
  }));

const place = { voxel: [4, 6, 90] as const, world: [0, 1, -50] as const };

describe('a corrected disc', () => {
  it('is moved, keeps its name, and has no score of the model', () => {
    const moved = withDisc(discs(3, 4, 5), 4, place);
    expect(moved.map(({ value }) => value)).toEqual([3, 4, 5]);
    expect(moved[1]).toEqual({ value: 4, name: 'C3/C4', ...place, score: 1, byHand: true });
    expect(moved[0]).toEqual(discs(3)[0]);
  });

  it('is added in its order, or removed', () => {
    expect(withDisc(discs(3, 5), 4, place).map(({ name }) => name)).toEqual(['C2/C3', 'C3/C4', 'C4/C5']);
    expect(withoutDisc(discs(3, 4), 3).map(({ value }) => value)).toEqual([4]);
    expect(withoutDisc(discs(3), 7)).toEqual(discs(3));
  });

  it('moves with all names, as far as discs have names', () => {
    expect(withNamesMoved(discs(3, 4, 5), -1).map(({ name }) => name)).toEqual(['C2/C3', 'C3/C4']);
    expect(withNamesMoved(discs(24, 25), 1).map(({ name }) => name)).toEqual(['L5/S1']);
  });
});

it('labels of a rater are gone on from in their order, without landmarks that are no discs', () => {
  const labels = [...discs(4, 3), { ...discs(3)[0], value: 60, name: 'conus' }];
  expect(fromLabels(labels).map(({ value, byHand }) => [value, byHand])).toEqual([
    [3, true],
    [4, true],
  ]);
});

describe('names for a new disc', () => {
  const height = (value: number) => [0, 0, -15 * value] as const;

  it('are first those that are missing where it lies', () => {
    expect(freeValues(discs(3, 4, 7), height(5.4)).slice(0, 2)).toEqual([5, 6]);
  });

  it('go on from the ends', () => {
    expect(freeValues(discs(5, 6), height(4))[0]).toBe(4);
    expect(freeValues(discs(5, 6), height(7))[0]).toBe(7);
    expect(freeValues([], height(7))).toHaveLength(23);
  });

  it('are never those of other discs', () => {
    const free = freeValues(discs(3, 4, 5), height(4.5));
    expect(free).toHaveLength(20);
    expect(free).not.toContain(4);
  });
});
