import { columnLengths } from '@disc-labeling/server/volume/affine';
import type { Affine, Volume } from '@disc-labeling/server/volume/types';

/** A volume made of a function of the file's voxel. */
export function volumeOf(
  shape: [number, number, number],
  affine: Affine,
  value: (i: number, j: number, k: number) => number,
): Volume {
  const data = new Float32Array(shape[0] * shape[1] * shape[2]);
  for (let k = 0; k < shape[2]; k++)
    for (let j = 0; j < shape[1]; j++)
      for (let i = 0; i < shape[0]; i++) data[i + shape[0] * (j + shape[1] * k)] = value(i, j, k);
  return { shape, data, affine, affineSource: 'sform', spacing: columnLengths(affine), notices: [] };
}

/** Axes along right, anterior, superior with the given voxel size. */
export function ras(x: number, y = x, z = x): Affine {
  return [
    [x, 0, 0, 0],
    [0, y, 0, 0],
    [0, 0, z, 0],
    [0, 0, 0, 1],
  ];
}
