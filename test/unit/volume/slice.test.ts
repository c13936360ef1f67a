import { describe, expect, it } from 'vitest';
import { axisCodes, voxelToWorld } from '@disc-labeling/server/volume/orientation';
import {
  leftRightAxis,
  pixelToVoxel,
  pixelToWorld,
  referenceSlab,
  sagittalSlab,
  voxelToPixel,
} from '@disc-labeling/server/volume/slice';
import type { Affine } from '@disc-labeling/server/volume/types';
import { ras, volumeOf } from '../../support/volumes.js';

describe('sagittal slabs', () => {
  // Values grow to the front by 1 and upwards by 100, and by 10000 to the right.
  const volume = volumeOf([9, 10, 12], ras(2, 1, 0.5), (i, j, k) => 10000 * i + j + 100 * k);

  it('shows head up and face left in a picture', () => {
    const slab = sagittalSlab(volume, 4, 1);
    expect([slab.height, slab.width, slab.spacing]).toEqual([12, 10, [0.5, 1]]);
    expect(slab.image[0]).toBe(40000 + 9 + 1100);
    expect(slab.image.at(-1)).toBe(40000);
    expect(slab.slice).toEqual({ axis: 0, index: 4, thickness: 1 });
  });

  it('shows back up and head right in the reference frame', () => {
    const slab = sagittalSlab(volume, 4, 1, 'reference');
    expect([slab.height, slab.width]).toEqual([10, 12]);
    expect(slab.image[0]).toBe(40000);
    expect(slab.image[11]).toBe(40000 + 1100);
    expect(slab.image[12]).toBe(40001);
  });

  it('averages slices around the centre and stays inside', () => {
    expect(sagittalSlab(volume, 4, 3).image.at(-1)).toBe(40000);
    expect(sagittalSlab(volume, 4.5, 2).slice).toEqual({ axis: 0, index: 4.5, thickness: 2 });
    expect(sagittalSlab(volume, 0, 5).slice).toEqual({ axis: 0, index: 1, thickness: 3 });
    expect(sagittalSlab(volume, 100, 3).slice).toEqual({ axis: 0, index: 8, thickness: 1 });
  });

  it('takes the reference slices [c - 3, c + 3) counted from the right', () => {
    // Slice c from the right is slice 8 - c of this file: 8 - 2 … 8 - 7.
    const slab = referenceSlab(volume, 5);
    expect(slab.slice).toEqual({ axis: 0, index: 3.5, thickness: 6 });
    expect(slab.image[0]).toBe(35000);
  });

  it('finds its way back to the file and the world, for any axis order and an oblique scan', () => {
    const affine: Affine = [
      [0.1, -0.2, -2.9, 5],
      [-0.9, 0.1, 0.1, 6],
      [0.05, -1.1, 0.2, 7],
      [0, 0, 0, 1],
    ];
    expect(axisCodes(affine)).toBe('PIL');
    const oblique = volumeOf([11, 13, 8], affine, (i, j, k) => i + 20 * j + 400 * k);
    expect(leftRightAxis(oblique)).toMatchObject({ axis: 2, slices: 8 });
    for (const frame of ['picture', 'reference'] as const) {
      const slab = sagittalSlab(oblique, 3, 1, frame);
      for (const [row, column] of [
        [0, 0],
        [3, 7],
        [slab.height - 1, slab.width - 1],
      ]) {
        const [i, j, k] = pixelToVoxel(slab, row, column);
        expect(slab.image[row * slab.width + column]).toBe(i + 20 * j + 400 * k);
        expect(voxelToPixel(slab, [i, j, k])).toEqual([row, column]);
        expect(pixelToWorld(slab, row, column)).toEqual(voxelToWorld(affine, [i, j, k]));
      }
    }
    const picture = sagittalSlab(oblique, 3, 1);
    const world = (row: number, column: number) => pixelToWorld(picture, row, column);
    expect(world(0, 0)[2]).toBeGreaterThan(world(5, 0)[2]);
    expect(world(0, 0)[1]).toBeGreaterThan(world(0, 5)[1]);
  });

  it('refuses a volume with nothing to see from the side', () => {
    expect(() =>
      sagittalSlab(
        volumeOf([1, 2, 3], ras(1), () => 1),
        0,
        1,
      ),
    ).toThrow('1 x 2 x 3 voxels');
  });
});
