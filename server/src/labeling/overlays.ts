import type { Float32Tensor } from '@disc-labeling/models/engines/types';
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
  const map = withoutAir(reading, enlarged(reading, coarse(attention), attentionStride));
  return { attention: mapVolume(reading, map), heatmap: mapVolume(reading, heatmap) };
}

const coarse = ({ data, shape: [height, width] }: Float32Tensor): Image2D => ({ image: data, height, width });

/** A map on a slab, from its top left; NaN where there is nothing to see. */
export interface SlabMap extends Image2D {
  /** Slab pixels per pixel of the map, along rows and columns. */
  readonly step: readonly [row: number, column: number];
}

/** How an attention map is brought from the network's grid to the picture. */
export interface AttentionView {
  /** Values below are taken for zero before the map is enlarged. */
  readonly floor?: number;
  /** Whether places where the picture shows nothing are left out. */
  readonly air?: boolean;
}

/** The attention map on the picture, smooth; null for a network without attention. */
export function attentionOnSlab(
  reading: Reading,
  { floor = -Infinity, air: keepAir = false }: AttentionView = {},
): SlabMap | null {
  if (reading.attention === null) return null;
  const map = coarse(reading.attention);
  const cut = { ...map, image: map.image.map((value) => (value < floor ? 0 : value)) };
  const large = enlarged(reading, cut, attentionStride);
  return { ...(keepAir ? large : withoutAir(reading, large)), step: reading.prepared.step };
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
 * tells it what to be. Shown, it would drown what matters. It becomes NaN.
 */
function withoutAir({ prepared }: Reading, { image, height, width }: Image2D): Image2D {
  const [, , rows, columns] = prepared.batch.shape;
  const input = { image: prepared.batch.data.subarray(0, rows * columns), height: rows, width: columns };
  const cells = [Math.ceil(rows / attentionStride), Math.ceil(columns / attentionStride)] as const;
  const average = resample(input, cells, [attentionStride, attentionStride]);
  const brightness = resample(average, [height, width], [1 / attentionStride, 1 / attentionStride]).image;
  return { image: image.map((value, n) => (brightness[n] < air ? NaN : value)), height, width };
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
    data: image.map((value) => (Number.isNaN(value) ? 0 : Math.min(1, Math.max(0, value)))),
    affine: [...affine, [0, 0, 0, 1]] as unknown as Affine,
    affineSource: 'sform',
  });
}
