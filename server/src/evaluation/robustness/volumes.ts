/** Volumes of phantoms in thicker and thicker slices. */
import type { PhantomVolume, PhantomVolumeOptions } from '../../dataset/phantom/volume.js';
import { orientationOf } from '../../volume/orientation.js';
import type { Affine, Volume } from '../../volume/types.js';

/** One way in which the voxels of a volume are less than cubes. */
export interface VolumeDisturbance {
  readonly name: string;
  readonly title: string;
  readonly unit: string;
  readonly values: readonly number[];
  readonly drawn: (value: number) => PhantomVolumeOptions;
  readonly disturbed?: (drawn: PhantomVolume, value: number) => PhantomVolume;
}

export const volumeDisturbances: readonly VolumeDisturbance[] = [
  {
    name: 'sagittal-thickness',
    title: 'Sagittal slices',
    unit: 'mm thick',
    values: [1, 2, 3, 4, 5, 6, 8],
    drawn: (thickness) => ({ spacing: 0.8, thickness }),
  },
  {
    name: 'axial-thickness',
    title: 'Axial slices',
    unit: 'mm thick',
    values: [1, 2, 3, 4, 5],
    drawn: () => ({ spacing: 1, thickness: 1 }),
    disturbed: inAxialSlabs,
  },
];

/** Averages as many slices from foot to head as are given, 1 mm each. */
function inAxialSlabs({ volume, discs }: PhantomVolume, thickness: number): PhantomVolume {
  const { axis } = orientationOf(volume.affine)[2];
  const merged = averaged(volume, axis, thickness);
  const place = (voxel: PhantomVolume['discs'][number]['voxel']): [number, number, number] => {
    const moved: [number, number, number] = [...voxel];
    moved[axis] = (voxel[axis] + 0.5) / thickness - 0.5;
    return moved;
  };
  return { volume: merged, discs: discs.map(({ value, voxel }) => ({ value, voxel: place(voxel) })) };
}

/** Every `count` voxels along an axis become one; what is left over at its end is dropped. */
export function averaged(volume: Volume, axis: 0 | 1 | 2, count: number): Volume {
  const shape: [number, number, number] = [...volume.shape];
  shape[axis] = Math.floor(shape[axis] / count);
  const strides = [1, volume.shape[0], volume.shape[0] * volume.shape[1]];
  const data = new Float32Array(shape[0] * shape[1] * shape[2]);
  let out = 0;
  const at = [0, 0, 0];
  for (at[2] = 0; at[2] < shape[2]; at[2]++)
    for (at[1] = 0; at[1] < shape[1]; at[1]++)
      for (at[0] = 0; at[0] < shape[0]; at[0]++, out++) {
        const first = at.reduce((sum, n, a) => sum + n * strides[a] * (a === axis ? count : 1), 0);
        let sum = 0;
        for (let n = 0; n < count; n++) sum += volume.data[first + n * strides[axis]];
        data[out] = sum / count;
      }
  const spacing: [number, number, number] = [...volume.spacing];
  spacing[axis] *= count;
  return { ...volume, shape, data, spacing, affine: thickened(volume.affine, axis, count) };
}

/** The middle of the first new voxel is that of the first `count` old ones. */
function thickened(affine: Affine, axis: 0 | 1 | 2, count: number): Affine {
  const row = ([a, b, c, origin]: Affine[number]): Affine[number] => {
    const steps: [number, number, number] = [a, b, c];
    const step = steps[axis];
    steps[axis] = step * count;
    return [...steps, origin + (step * (count - 1)) / 2];
  };
  return [row(affine[0]), row(affine[1]), row(affine[2]), affine[3]];
}
