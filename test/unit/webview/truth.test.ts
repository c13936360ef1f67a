import { expect, test } from 'vitest';
import { inPlaneDistance, listDiscs } from '../../../webview/src/viewer/truth.js';

const disc = (value: number, z: number, x = 0) => ({
  value,
  name: `disc ${value}`,
  voxel: [x, 0, z] as const,
  world: [x, 0, z] as const,
});

test('predictions and truth in one list: off by, missed, and without truth', () => {
  const listed = listDiscs(
    [
      { ...disc(5, 30), score: 0.9 },
      { ...disc(3, 52), score: 0.8 },
    ],
    [disc(3, 50, 4), disc(4, 40)],
  );
  expect(listed.map(({ value, distance, missed }) => [value, distance, missed])).toEqual([
    [3, 2, false],
    [4, null, true],
    [5, null, false],
  ]);
});

test('without truth the list is the predictions', () => {
  expect(listDiscs([{ ...disc(3, 1), score: 1 }], null)).toMatchObject([{ distance: null, missed: false }]);
});

test('distances leave out the direction across the slices, also in oblique scans', () => {
  expect(inPlaneDistance([3, 4, 0], [0, 0, 0], [1, 0, 0])).toBe(4);
  expect(inPlaneDistance([2, 2, 1], [0, 0, 0], [5, 5, 0])).toBeCloseTo(1, 9);
});
