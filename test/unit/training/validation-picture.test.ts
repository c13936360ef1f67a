import { gaussianTargets } from '@disc-labeling/server/dataset/targets';
import { validationPicture } from '@disc-labeling/server/training/validation-picture';
import { expect, it } from 'vitest';
import { pixelsOf } from '../../support/pixels.js';

const colorful = ([r, g, b]: readonly number[]): boolean => Math.max(r, g, b) - Math.min(r, g, b) > 60;

it('shows each map over its image, targets above predictions', async () => {
  const grid = { height: 64, width: 64, stride: 4, values: [3, null], anyDisc: 1 };
  const disc = (row: number, column: number) =>
    gaussianTargets([[{ value: 3, row, column }], []], grid, 6).targets;
  const samples = {
    images: { data: new Float32Array(2 * 64 * 64).fill(0), shape: [2, 1, 64, 64] as const },
    discs: [[], []],
    spacing: [1, 1],
  };
  const png = await validationPicture(samples, disc(15.5, 15.5), disc(47.5, 47.5), grid);
  const { at, width, height } = await pixelsOf(png);
  expect([width, height]).toEqual([604, 668]);
  // Input pixel 15.5 is canvas pixel 75 of a tile, 47.5 is 225; a strip of 34 lies above each row.
  expect(colorful(at(75, 34 + 75))).toBe(true);
  expect(colorful(at(225, 34 + 225))).toBe(false);
  expect(colorful(at(225, 334 + 34 + 225))).toBe(true);
  expect(colorful(at(75, 334 + 34 + 75))).toBe(false);
  expect(colorful(at(304 + 75, 34 + 75))).toBe(false);
});

it('keeps the true aspect ratio where pixels are not square, and names what a map claims', async () => {
  const grid = { height: 64, width: 64, stride: 4, values: [3, 4], anyDisc: null };
  const points = [[{ value: 3, row: 17.5, column: 33.5 }]];
  const { targets } = gaussianTargets(points, grid, 6);
  const samples = {
    images: { data: new Float32Array(64 * 64).fill(0.5), shape: [1, 1, 64, 64] as const },
    discs: points,
    spacing: [[1, 0.5] as const],
  };
  samples.images.data[0] = 0;
  samples.images.data[1] = 1;
  const { at } = await pixelsOf(await validationPicture(samples, targets, targets, grid));
  // Twice as tall as wide: 150 pixels in the middle of the tile of 300.
  const empty = at(10, 34 + 150);
  expect(at(60, 34 + 250)).toEqual(empty);
  expect(at(240, 34 + 250)).toEqual(empty);
  expect(at(100, 34 + 250)).not.toEqual(empty);
  expect(colorful(at(155, 34 + 84))).toBe(true);
  // The name stands to the right of the disc, beyond its glow.
  const name = Array.from({ length: 34 }, (_, n) => at(168 + n, 34 + 84));
  expect(name.some((pixel) => pixel[0]! > 180)).toBe(true);
});
