import { cellToPixel, pixelToCell } from '@disc-labeling/models/config';
import { gaussianTargets } from '@disc-labeling/server/dataset/targets';
import { describe, expect, it } from 'vitest';

const grid = { height: 64, width: 128, stride: 4, values: [3, 4, null], anyDisc: 2 };

/** Value of one map at a cell. */
const reader =
  ({ data, shape }: { data: Float32Array; shape: readonly number[] }) =>
  (image: number, joint: number, row: number, column: number) =>
    data[((image * shape[1]! + joint) * shape[2]! + row) * shape[3]! + column]!;

describe('pixelToCell', () => {
  it('puts the middle of four pixels onto their cell', () => {
    expect(pixelToCell(1.5, 4)).toBe(0);
    expect(pixelToCell(9.5, 4)).toBe(2);
    expect(cellToPixel(pixelToCell(7.3, 4), 4)).toBeCloseTo(7.3, 12);
    expect(pixelToCell(5, 1)).toBe(5);
  });
});

describe('gaussianTargets', () => {
  const discs = [
    [
      { value: 3, row: 21.5, column: 41.5 },
      { value: 20, row: 50, column: 100 },
    ],
    [],
  ];
  const { targets, visibility } = gaussianTargets(discs, grid, 5);
  const value = reader(targets);

  it('has one map per joint on the coarse grid', () => {
    expect(targets.shape).toEqual([2, 3, 16, 32]);
    expect(visibility.shape).toEqual([2, 3]);
    expect([...visibility.data]).toEqual([1, 1, 1, 1, 1, 1]);
  });

  it('peaks at the disc and falls as a Gaussian of the given width', () => {
    // Pixel 21.5 is the middle of cell 5, pixel 41.5 of cell 10.
    expect(value(0, 0, 5, 10)).toBe(1);
    expect(value(0, 0, 5, 11)).toBeCloseTo(Math.exp(-(4 ** 2) / (2 * 5 ** 2)), 6);
    expect(value(0, 0, 7, 9)).toBeCloseTo(Math.exp(-(8 ** 2 + 4 ** 2) / (2 * 5 ** 2)), 6);
  });

  it('leaves absent levels empty and shows every disc to the any-disc map', () => {
    for (let row = 0; row < 16; row++)
      for (let column = 0; column < 32; column++) {
        expect(value(0, 1, row, column)).toBe(0);
        expect(value(1, 2, row, column)).toBe(0);
      }
    expect(value(0, 2, 5, 10)).toBe(1);
    // Value 20 has no map of its own.
    expect(value(0, 2, 12, 25)).toBeGreaterThan(0.95);
  });

  it('merges overlapping discs by maximum', () => {
    const close = [
      { value: 3, row: 21.5, column: 41.5 },
      { value: 4, row: 25.5, column: 41.5 },
    ];
    const read = reader(gaussianTargets([close], grid, 5).targets);
    for (const row of [4, 5, 6, 7])
      expect(read(0, 2, row, 10)).toBe(Math.max(read(0, 0, row, 10), read(0, 1, row, 10)));
  });

  it('ignores discs outside the picture and keeps those on its edge', () => {
    const read = reader(
      gaussianTargets(
        [
          [
            { value: 3, row: -0.6, column: 3 },
            { value: 4, row: 63.4, column: 0 },
          ],
        ],
        grid,
        5,
      ).targets,
    );
    expect(read(0, 0, 0, 0)).toBe(0);
    expect(read(0, 1, 15, 0)).toBeGreaterThan(0.8);
  });
});
