import { volumeBytes } from '../volume/nifti-writer.js';
import { resample, type Image2D } from '../volume/resample.js';
import { pixelToWorld } from '../volume/slice.js';
import type { Affine } from '../volume/types.js';
import { inputToSlab } from './preprocess.js';
import type { Reading } from './reading.js';

/** Maps on a slab as NIfTI files a viewer can lay over the volume, values 0..1. */
export interface OverlayVolumes {
  readonly attention: Uint8Array | null;
  readonly heatmap: Uint8Array;
}

/** The attention map lies on the quarter grid, whatever the heat maps' grid. */
const attentionStride = 4;
/** Network input (0..1) below which a place counts as air. */
const air = 0.02;

/** Attention and the maximum over all heat maps, as volumes one slab thick in the image's world frame. */
export function overlayVolumes(reading: Reading): OverlayVolumes {
  const { heatmaps, attention, stride } = reading;
  const heatmap = enlarged(reading, highest(heatmaps.data, heatmaps.shape), stride);
  if (attention === null) return { attention, heatmap: mapVolume(reading, heatmap) };
  const [height, width] = attention.shape;
  const map = enlarged(reading, { image: attention.data, height, width }, attentionStride);
  return { attention: mapVolume(reading, withoutAir(reading, map)), heatmap: mapVolume(reading, heatmap) };
}

/** Per cell the highest of all maps. */
function highest(data: Float32Array, [maps, height, width]: readonly number[]): Image2D {
  const size = height * width;
  const image = new Float32Array(size);
  for (let map = 0; map < maps; map++)
    for (let cell = 0; cell < size; cell++) image[cell] = Math.max(image[cell], data[map * size + cell]);
  return { image, height, width };
}

/** A map on the pixels of the network's input that show the picture: smooth, where viewers would show blocks. */
function enlarged({ prepared }: Reading, map: Image2D, stride: number): Image2D {
  return resample(map, prepared.content, [1 / stride, 1 / stride]);
}

/**
 * Attention over air is arbitrary: it multiplies features that are next to nothing there, so nothing in training
 * tells it what to be. Shown, it would drown what matters.
 */
function withoutAir({ prepared }: Reading, { image, height, width }: Image2D): Image2D {
  const [, , rows, columns] = prepared.batch.shape;
  const input = { image: prepared.batch.data.subarray(0, rows * columns), height: rows, width: columns };
  const cells = [Math.ceil(rows / attentionStride), Math.ceil(columns / attentionStride)] as const;
  const coarse = resample(input, cells, [attentionStride, attentionStride]);
  const brightness = resample(coarse, [height, width], [1 / attentionStride, 1 / attentionStride]).image;
  return { image: image.map((value, n) => (brightness[n] < air ? 0 : value)), height, width };
}

/** One map as a NIfTI-1 file in world coordinates, clipped to 0..1. */
function mapVolume({ slab, prepared }: Reading, { image, height, width }: Image2D): Uint8Array {
  const at = (row: number, column: number) => pixelToWorld(slab, ...inputToSlab(prepared, row, column));
  const origin = at(0, 0);
  const [right, down] = [at(0, 1), at(1, 0)];
  const across = slab.affine.slice(0, 3).map((row) => row[slab.slice.axis] * slab.slice.thickness);
  const affine = [0, 1, 2].map((axis) => [
    right[axis] - origin[axis],
    down[axis] - origin[axis],
    across[axis],
    origin[axis],
  ]);
  return volumeBytes({
    shape: [width, height, 1],
    data: image.map((value) => Math.min(1, Math.max(0, value))),
    affine: [...affine, [0, 0, 0, 1]] as unknown as Affine,
    affineSource: 'sform',
  });
}
