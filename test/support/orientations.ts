import { affineOf, columnLengths, voxelToWorld, type Point } from '@disc-labeling/server/volume/affine';
import type { Volume } from '@disc-labeling/server/volume/types';

/** One of the ways a volume can be stored: axis `order[n]` of the original becomes axis n, backwards where flipped. */
export interface Storage {
  readonly order: readonly [number, number, number];
  readonly flipped: readonly [boolean, boolean, boolean];
}

/** All 48 of them. */
export const storages: readonly Storage[] = [
  [0, 1, 2],
  [0, 2, 1],
  [1, 0, 2],
  [1, 2, 0],
  [2, 0, 1],
  [2, 1, 0],
].flatMap((order) =>
  Array.from({ length: 8 }, (_, bits) => ({
    order: order as unknown as Storage['order'],
    flipped: [0, 1, 2].map((n) => ((bits >> n) & 1) === 1) as unknown as Storage['flipped'],
  })),
);

/** The same volume stored another way: every voxel keeps its place in the world. */
export function restored(volume: Volume, { order, flipped }: Storage): Volume {
  const shape = order.map((axis) => volume.shape[axis]) as [number, number, number];
  const corner: [number, number, number] = [0, 0, 0];
  order.forEach((axis, n) => (corner[axis] = flipped[n] ? shape[n] - 1 : 0));
  const [ni, nj] = volume.shape;
  const strides = [1, ni, ni * nj];
  const [si, sj, sk] = order.map((axis, n) => (flipped[n] ? -strides[axis] : strides[axis]));
  const start = corner.reduce((sum, at, axis) => sum + at * strides[axis], 0);
  const data = volume.data.slice();
  let at = 0;
  for (let k = 0; k < shape[2]; k++)
    for (let j = 0; j < shape[1]; j++)
      for (let i = 0; i < shape[0]; i++) data[at++] = volume.data[start + i * si + j * sj + k * sk];
  const column = (n: number) => [0, 1, 2].map((row) => (flipped[n] ? -1 : 1) * volume.affine[row][order[n]]);
  const [a, b, c] = [column(0), column(1), column(2)];
  const matrix = [0, 1, 2].map((row): Point => [a[row], b[row], c[row]]);
  const affine = affineOf([matrix[0], matrix[1], matrix[2]], voxelToWorld(volume.affine, corner));
  return { ...volume, shape, data, affine, spacing: columnLengths(affine) };
}
