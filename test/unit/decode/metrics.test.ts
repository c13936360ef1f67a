import { describe, expect, it } from 'vitest';
import { UserError } from '@disc-labeling/models/errors';
import {
  compareDiscs,
  keyPointAccuracy,
  summarizeDiscs,
  summarizeLevels,
} from '@disc-labeling/server/evaluation/metrics';
import {
  compareReferencePoints,
  summarizeReferenceMetrics,
} from '@disc-labeling/server/evaluation/reference-metrics';
import { quantile } from '@disc-labeling/server/evaluation/statistics';
import { draw } from './scene.js';

/** Discs 20 mm apart, one under the other. */
const chain = (values: readonly number[], { shift = 0, mm = 0 } = {}) =>
  values.map((value) => ({ value: value + shift, position: [1, mm, -20 * value] }));

describe('comparing discs in mm', () => {
  const truth = chain([3, 4, 5, 6]);

  it('identifies what lies within the tolerance under its own name', () => {
    const { discs, falseValues } = compareDiscs(truth, chain([3, 4, 5, 6], { mm: 4.9 }));
    expect(
      discs.every(({ outcome, distance }) => outcome === 'identified' && Math.abs(distance! - 4.9) < 1e-9),
    ).toBe(true);
    expect(falseValues).toEqual([]);
    expect(compareDiscs(truth, chain([3], { mm: 4.9 }), { toleranceMm: 4 }).discs[0].outcome).toBe('missed');
  });

  it('tells a chain named one level off from a missed one', () => {
    const { discs, falseValues } = compareDiscs(truth, chain([3, 4, 5, 6], { shift: 1 }));
    expect(discs.map(({ outcome }) => outcome)).toEqual(['shifted', 'shifted', 'shifted', 'shifted']);
    expect(discs.map(({ distance }) => distance)).toEqual([null, 20, 20, 20]);
    expect(falseValues).toEqual([]);
    expect(compareDiscs(truth, chain([3], { shift: 2 })).discs[0].outcome).toBe('misnamed');
  });

  it('takes a disc past the edge of the picture for no invented one, nor asks for it', () => {
    const outside = chain([7]);
    const found = compareDiscs(truth, chain([3, 4, 5, 6, 7]), { outside });
    expect(found.falseValues).toEqual([]);
    expect(found.discs).toHaveLength(4);
    expect(compareDiscs(truth, chain([3, 4, 5, 6, 7])).falseValues).toEqual([7]);
    expect(compareDiscs(truth, chain([7], { mm: 6 }), { outside }).falseValues).toEqual([7]);
  });

  it('counts missed and invented discs, over images and per level', () => {
    const first = compareDiscs(truth, [...chain([3, 4], { mm: 1 }), { value: 12, position: [1, 0, -240] }]);
    const second = compareDiscs(truth, chain([3, 4, 5, 6], { mm: 3 }));
    expect(summarizeDiscs([first, second])).toEqual({
      total: 8,
      identified: 6,
      shifted: 0,
      misnamed: 0,
      missed: 2,
      false: 1,
      identificationRate: 0.75,
      distance: {
        mean: expect.closeTo(14 / 6, 9),
        std: expect.closeTo(Math.sqrt(8) / 3, 9),
        median: expect.closeTo(3, 9),
        p95: expect.closeTo(3, 9),
      },
    });
    const levels = summarizeLevels([first, second]);
    expect([...levels.keys()]).toEqual([3, 4, 5, 6, 12]);
    expect(levels.get(6)).toMatchObject({ total: 2, identified: 1, missed: 1, false: 0 });
    expect(levels.get(12)).toMatchObject({ total: 0, false: 1 });
  });

  it('without any prediction, or any truth, is no failure', () => {
    expect(summarizeDiscs([compareDiscs(truth, [])])).toMatchObject({ missed: 4, identificationRate: 0 });
    expect(summarizeDiscs([compareDiscs([], truth)])).toMatchObject({ total: 0, false: 4 });
  });
});

describe('the numbers of the reference', () => {
  it('are blind to names, and count along one axis', () => {
    const truth = [0, 30, 60].map((column) => ({ row: 50, column }));
    const predicted = [
      { row: 53, column: 4 },
      { row: 50, column: 39 },
      { row: 50, column: 75 },
    ];
    const image = compareReferencePoints(truth, predicted);
    expect(image).toEqual({ l2: [5, 9, 15], z: [4, 9, 15], falsePositives: 1, falseNegatives: 2, total: 3 });
    const none = compareReferencePoints(truth, []);
    expect(none).toEqual({ l2: [], z: [], falsePositives: 0, falseNegatives: 3, total: 3 });
    expect(summarizeReferenceMetrics([image, none])).toMatchObject({
      l2Median: 9,
      total: 6,
      falseNegatives: 5,
    });
  });
});

describe('key point accuracy', () => {
  const target = draw(2, [40, 40], [{ map: 0, row: 20, column: 20 }]);
  const batch = (maps: typeof target) => ({ ...maps, shape: [1, 2, 40, 40] });

  it('counts a peak as right below a twentieth of the width', () => {
    const at = (column: number) => batch(draw(2, [40, 40], [{ map: 0, row: 20, column }]));
    expect(keyPointAccuracy(at(21), batch(target))).toEqual({
      mean: 1,
      perJoint: [1, null],
      counted: [1, 0],
    });
    expect(keyPointAccuracy(at(22), batch(target))).toEqual({
      mean: 0,
      perJoint: [0, null],
      counted: [1, 0],
    });
  });

  it('is 0 where no target counts, and refuses other shapes', () => {
    const empty = batch(draw(2, [40, 40], []));
    expect(keyPointAccuracy(batch(target), empty)).toEqual({
      mean: 0,
      perJoint: [null, null],
      counted: [0, 0],
    });
    expect(() => keyPointAccuracy(empty, { ...empty, shape: [2, 1, 40, 40] })).toThrow(UserError);
  });
});

it('quantiles lie between the values, as in NumPy', () => {
  expect(quantile([4, 1, 3, 2], 0.5)).toBe(2.5);
  expect(quantile([4, 1, 3, 2], 0.95)).toBeCloseTo(3.85, 12);
  expect(quantile([], 0.5)).toBeNaN();
});
