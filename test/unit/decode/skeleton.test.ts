import { describe, expect, it } from 'vitest';
import { UserError } from '@disc-labeling/models/errors';
import { connectedComponents } from '@disc-labeling/server/labeling/components';
import {
  chooseCombination,
  decodeWithSkeleton,
  findCandidates,
  type ChannelCandidates,
} from '@disc-labeling/server/labeling/reference-decode';
import {
  formatSkeleton,
  meanSkeleton,
  parseSkeleton,
  type Skeleton,
} from '@disc-labeling/server/labeling/skeleton';
import { draw, randomNumbers, type Blob } from './scene.js';

const skeleton: Skeleton = Array.from({ length: 8 }, (_, i) => [i / 4, 0.05 * Math.sin(i)] as const);

/** Blobs in the reference's frame (columns inferior to superior) of a spine shaped like the skeleton. */
const upright = (channels: number): Blob[] =>
  Array.from({ length: channels }, (_, map) => ({
    map,
    row: 60 + 80 * skeleton[map]![1],
    column: 110 - 48 * skeleton[map]![0],
    height: 0.8,
  }));

/** What the reference does: every combination, the first of the best. */
function exhaustive(channels: readonly ChannelCandidates[]): { loss: number; indices: number[] } {
  let best = { loss: Infinity, indices: [] as number[] };
  const visit = (indices: number[]): void => {
    if (indices.length < channels.length) {
      for (const index of channels[indices.length].candidates.keys()) visit([...indices, index]);
      return;
    }
    const points = indices.map((index, channel) => channels[channel].candidates[index].component.centroid);
    const unit = Math.hypot(points[4].row - points[0].row, points[4].column - points[0].column);
    const squares = points.map(
      ({ row, column }, channel) =>
        ((row - points[0].row) / unit - skeleton[channel]![0]) ** 2 +
        ((column - points[0].column) / unit - skeleton[channel]![1]) ** 2,
    );
    const loss = Math.sqrt(squares.reduce((sum, square) => sum + square, 0));
    if (loss < best.loss) best = { loss, indices };
  };
  visit([]);
  return best;
}

describe('choosing by skeleton', () => {
  it('finds what trying all combinations finds', () => {
    const random = randomNumbers(7);
    for (let round = 0; round < 20; round++) {
      const channels: ChannelCandidates[] = Array.from({ length: 7 }, (_, channel) => ({
        channel,
        map: { data: new Float32Array(), height: 0, width: 0 },
        candidates: Array.from({ length: 1 + Math.floor(3 * random()) }, () => ({
          channel,
          height: 1,
          component: { cells: [0], centroid: { row: 20 * channel + 60 * random(), column: 60 * random() } },
        })),
      }));
      const { loss, chosen } = chooseCombination(channels, skeleton);
      const expected = exhaustive(channels);
      expect(loss).toBeCloseTo(expected.loss, 12);
      expect(chosen.map((candidate, i) => channels[i].candidates.indexOf(candidate))).toEqual(
        expected.indices,
      );
    }
  });

  // All 4e10 combinations would not end within the test's time.
  it('decides eight maps of twenty candidates', () => {
    const random = randomNumbers(3);
    const maps = draw(
      8,
      [120, 120],
      [
        ...upright(8),
        ...Array.from({ length: 160 }, (_, i) => ({
          map: i % 8,
          row: 110 * random(),
          column: 118 * random(),
          height: 0.7,
        })),
      ],
    );
    const { discs, loss } = decodeWithSkeleton(maps, skeleton);
    expect(discs).toHaveLength(8);
    expect(loss).toBeLessThan(0.2);
  });

  it.each([
    ['one', [2]],
    ['two', [3, 4]],
    ['no first and no fifth', [1, 2, 3, 5, 6]],
    ['four', [0, 1, 2, 3]],
  ])('answers with %s of the discs there', (_, present) => {
    const blobs = upright(8).filter(({ map }) => present.includes(map));
    const { discs } = decodeWithSkeleton(draw(8, [120, 120], blobs), skeleton);
    expect(discs.map(({ channel }) => channel)).toEqual(present);
    for (const [i, { row, column }] of discs.entries())
      expect(Math.hypot(row - blobs[i].row, column - blobs[i].column)).toBeLessThan(0.6);
  });

  it('prefers the place the skeleton suggests where the first joint is missing', () => {
    const distractor = { map: 5, row: 20, column: 100, height: 1 };
    const blobs = [...upright(8).filter(({ map }) => map !== 0), distractor];
    const { discs } = decodeWithSkeleton(draw(8, [120, 120], blobs), skeleton);
    expect(discs.find(({ channel }) => channel === 5)!.row).toBeCloseTo(upright(8)[5].row, 0);
  });

  it('gives no disc for maps of zeros or not-a-number', () => {
    const empty = draw(8, [32, 32], []);
    expect(decodeWithSkeleton(empty, skeleton)).toEqual({ discs: [], loss: null });
    expect(decodeWithSkeleton({ ...empty, data: empty.data.map(() => NaN) }, skeleton).discs).toEqual([]);
  });

  it('treats a constant map as one candidate in the middle when told that it counts', () => {
    const constant = { data: new Float32Array(64).fill(-2), shape: [1, 8, 8] };
    const [only] = findCandidates(constant, { channels: 1 })[0].candidates;
    expect(only.component).toMatchObject({ centroid: { row: 3.5, column: 3.5 } });
    expect(findCandidates(constant)).toEqual([]);
  });

  it('works in the picture frame too', () => {
    const picture = upright(8).map((blob) => ({ ...blob, row: 119 - blob.column, column: 119 - blob.row }));
    const { discs } = decodeWithSkeleton(draw(8, [120, 120], picture), skeleton, { frame: 'picture' });
    for (const [i, { row, column }] of discs.entries())
      expect(Math.hypot(row - picture[i].row, column - picture[i].column)).toBeLessThan(0.6);
  });
});

describe('components', () => {
  it('touch over corners and are numbered by blocks of two rows and columns', () => {
    // Row 1 column 0 belongs to the first block, row 0 column 4 to the third: the lower one comes first.
    const data = Float32Array.of(0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0);
    const found = connectedComponents({ data, height: 3, width: 5 }, (value) => value > 0);
    expect(found).toEqual([
      { cells: [5, 11], centroid: { row: 1.5, column: 0.5 } },
      { cells: [4], centroid: { row: 0, column: 4 } },
    ]);
  });
});

describe('the mean skeleton', () => {
  const spine = (scale: number, joints: number) =>
    Array.from({ length: joints }, (_, i) => ({ row: 10 + scale * i, column: 5 + (i % 2) * scale }));

  it('is the mean of the normalised spines that have both joints of the unit', () => {
    const mean = meanSkeleton([spine(2, 6), spine(3, 5), spine(4, 3), [null, ...spine(1, 7)]]);
    expect(mean).toHaveLength(6);
    for (const [i, joint] of mean.entries()) {
      expect(joint![0]).toBeCloseTo(i / 4, 12);
      expect(joint![1]).toBeCloseTo((i % 2) / 4, 12);
    }
  });

  it('says where a joint was never seen, and when there is nothing to average', () => {
    const [a, b, c, , e] = spine(2, 5);
    expect(meanSkeleton([[a, b, c, null, e]])[3]).toBeNull();
    expect(() => meanSkeleton([spine(2, 4)])).toThrow(UserError);
  });

  it('survives its file', () => {
    expect(parseSkeleton(formatSkeleton([[0, 0], null, [1, 0.5]], 3))).toEqual([[0, 0], null, [1, 0.5]]);
    expect(parseSkeleton('[[0,0],[0.25,null]]')).toEqual([[0, 0], null]);
    for (const text of ['', '{}', '[]', '[[1]]', '[["a","b"]]', '{"formatVersion":2,"skeleton":[[0,0]]}'])
      expect(() => parseSkeleton(text, 's.json'), text).toThrow(/cannot read skeleton \(s\.json\)/);
  });
});
