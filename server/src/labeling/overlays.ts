import { volumeBytes } from '../volume/nifti-writer.js';
import { pixelToWorld } from '../volume/slice.js';
import type { Affine } from '../volume/types.js';
import { inputToSlab } from './preprocess.js';
import { cellToInput, type Reading } from './reading.js';

/** Maps on a slab as NIfTI files a viewer can lay over the volume, values 0..1. */
export interface OverlayVolumes {
  readonly attention: Uint8Array | null;
  readonly heatmap: Uint8Array;
}

/** Attention and the maximum over all heat maps, as volumes one slab thick in the image's world frame. */
export function overlayVolumes(reading: Reading): OverlayVolumes {
  const { heatmaps, attention, stride } = reading;
  const [maps, height, width] = heatmaps.shape;
  const size = height * width;
  const highest = new Float32Array(size);
  for (let map = 0; map < maps; map++)
    for (let cell = 0; cell < size; cell++)
      highest[cell] = Math.max(highest[cell], heatmaps.data[map * size + cell]);
  return {
    heatmap: mapVolume(reading, highest, [height, width], stride),
    // The attention map always lies on the quarter grid.
    attention: attention && mapVolume(reading, attention.data, [attention.shape[0], attention.shape[1]], 4),
  };
}

/** One map as a NIfTI-1 file, cut to the part of the grid that shows the picture. */
function mapVolume(
  { slab, prepared }: Reading,
  map: Float32Array,
  [height, width]: readonly [number, number],
  stride: number,
): Uint8Array {
  const rows = Math.min(height, Math.ceil(prepared.content[0] / stride));
  const columns = Math.min(width, Math.ceil(prepared.content[1] / stride));
  const data = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      data[row * columns + column] = Math.min(1, Math.max(0, map[row * width + column]));
  const at = (row: number, column: number) =>
    pixelToWorld(slab, ...inputToSlab(prepared, cellToInput(row, stride), cellToInput(column, stride)));
  const origin = at(0, 0);
  const across = slab.affine.slice(0, 3).map((row) => row[slab.slice.axis] * slab.slice.thickness);
  const affine = [0, 1, 2].map((axis) => [
    at(0, 1)[axis] - origin[axis],
    at(1, 0)[axis] - origin[axis],
    across[axis],
    origin[axis],
  ]);
  return volumeBytes({
    shape: [columns, rows, 1],
    data,
    affine: [...affine, [0, 0, 0, 1]] as unknown as Affine,
    affineSource: 'sform',
  });
}
