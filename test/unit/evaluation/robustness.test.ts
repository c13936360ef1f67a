import { drawPhantom } from '@disc-labeling/server/dataset/phantom/draw';
import { Random } from '@disc-labeling/server/dataset/phantom/random';
import type { FramedPhantom } from '@disc-labeling/server/dataset/phantom/types';
import { sliceDisturbances } from '@disc-labeling/server/evaluation/robustness/slices';
import { averaged, volumeDisturbances } from '@disc-labeling/server/evaluation/robustness/volumes';
import { voxelToWorld } from '@disc-labeling/server/volume/orientation';
import type { Volume } from '@disc-labeling/server/volume/types';
import { describe, expect, it } from 'vitest';

/** A black picture with a bright spot on each disc. */
function spots(): FramedPhantom {
  const { width, height } = { width: 64, height: 80 };
  const discs = [3, 4, 5].map((value, n) => ({ value, row: 25 + 12 * n, column: 30 + 3 * n }));
  const image = new Float32Array(width * height);
  for (const { row, column } of discs)
    for (let y = -6; y <= 6; y++)
      for (let x = -6; x <= 6; x++)
        image[(row + y) * width + column + x] += Math.exp(-(x * x + y * y) / (2 * 1.5 ** 2));
  return {
    width,
    height,
    spacing: 1.2,
    contrast: 'T1w',
    image,
    discs,
    outside: [{ value: 6, row: 90, column: 40 }],
  };
}

/** Centre of what is bright within a few pixels of a place. */
function brightest({ image, width }: FramedPhantom, row: number, column: number): [number, number] {
  let [sum, rows, columns] = [0, 0, 0];
  for (let y = Math.round(row) - 4; y <= Math.round(row) + 4; y++)
    for (let x = Math.round(column) - 4; x <= Math.round(column) + 4; x++) {
      const v = image[y * width + x];
      [sum, rows, columns] = [sum + v, rows + v * y, columns + v * x];
    }
  return [rows / sum, columns / sum];
}

const disturbed = (name: string, slice: FramedPhantom, value: number): FramedPhantom | null =>
  sliceDisturbances.find((d) => d.name === name)!.disturbed!(slice, value, new Random('test'));

describe('disturbed slices', () => {
  it.each([-40, -10, 0, 30])('turned by %d degrees have their discs where they are seen', (degrees) => {
    const turned = disturbed('rotation', spots(), degrees)!;
    expect(turned.discs.map(({ value }) => value)).toEqual([3, 4, 5]);
    for (const { row, column } of turned.discs) {
      const seen = brightest(turned, row, column);
      expect(seen[0]).toBeCloseTo(row, 0);
      expect(seen[1]).toBeCloseTo(column, 0);
    }
    // Clockwise: what lies above the middle moves to the right.
    const moved = Math.sign(turned.discs[0].column - spots().discs[0].column);
    expect(moved).toBe(Math.sign(degrees));
  });

  it('cut above show what is left where it is listed', () => {
    const cut = disturbed('cut', spots(), 6)!;
    expect(cut.height).toBe(80 - 30);
    expect(cut.image).toHaveLength(cut.height * cut.width);
    expect(cut.discs.map(({ value }) => value)).toEqual([4, 5]);
    expect(cut.outside).toEqual([
      { value: 3, row: -5, column: 30 },
      { value: 6, row: 60, column: 40 },
    ]);
    for (const { row, column } of cut.discs) expect(brightest(cut, row, column)[0]).toBeCloseTo(row, 0);
    const lower = { ...spots(), discs: spots().discs.slice(1) };
    expect(disturbed('cut', lower, 6)).toBeNull();
    expect(disturbed('cut', spots(), 60)).toBeNull();
  });

  it.each(['noise', 'bias', 'inversion'])('with %s stay as they are at 0 and change with more', (name) => {
    const slice = spots();
    const before = slice.image.slice();
    const { values } = sliceDisturbances.find((d) => d.name === name)!;
    const change = values.map((value) => {
      const { image, discs } = disturbed(name, slice, value)!;
      expect(discs).toEqual(slice.discs);
      return image.reduce((sum, v, i) => sum + Math.abs(v - before[i]), 0);
    });
    expect(change[0]).toBe(0);
    expect(change).toEqual([...change].sort((a, b) => a - b));
    expect(change[1]).toBeGreaterThan(0);
    expect(slice.image).toEqual(before);
  });

  it('are drawn with pixels of the size that is tried', () => {
    const { drawn, values } = sliceDisturbances.find((d) => d.name === 'pixel-size')!;
    for (const value of [values[0], values.at(-1)!])
      expect(drawPhantom('robust', { view: 'head-neck', ...drawn!(value) }).spacing).toBe(value);
  });
});

describe('disturbed volumes', () => {
  const volume: Volume = {
    shape: [2, 3, 6],
    data: Float32Array.from({ length: 36 }, (_, i) => i),
    affine: [
      [0, 2, 0, 5],
      [-1, 0, 0, 7],
      [0, 0, 1.5, -3],
      [0, 0, 0, 1],
    ],
    affineSource: 'sform',
    spacing: [1, 2, 1.5],
    notices: [],
  };

  it('hold the means of the voxels that they merge, in the middle of these', () => {
    const merged = averaged(volume, 2, 4);
    expect(merged.shape).toEqual([2, 3, 1]);
    expect(merged.spacing).toEqual([1, 2, 6]);
    // Voxels along k are 6 apart in value: the mean of four is the first's and 9 more.
    expect([...merged.data]).toEqual([0, 1, 2, 3, 4, 5].map((v) => v + 9));
    expect(voxelToWorld(merged.affine, [0, 0, 0])).toEqual(voxelToWorld(volume.affine, [0, 0, 1.5]));
    const along = averaged(volume, 1, 3);
    expect([...along.data].slice(0, 2)).toEqual([2, 3]);
    expect(voxelToWorld(along.affine, [1, 0, 5])).toEqual(voxelToWorld(volume.affine, [1, 1, 5]));
  });

  it('in axial slabs have their discs at the same place in the world', () => {
    const { disturbed: inSlabs } = volumeDisturbances.find((d) => d.name === 'axial-thickness')!;
    const drawn = { volume, discs: [{ value: 4, voxel: [1, 1, 3.2] as const }] };
    const slabs = inSlabs!(drawn, 2);
    expect(slabs.volume.shape).toEqual([2, 3, 3]);
    const before = voxelToWorld(volume.affine, drawn.discs[0].voxel);
    voxelToWorld(slabs.volume.affine, slabs.discs[0].voxel).forEach((side, axis) =>
      expect(side).toBeCloseTo(before[axis], 6),
    );
  });
});
