/** Network input and targets of Azad et al. (2021) from a prepared slice, all in the `reference` frame. */
import type { Float32Tensor } from '@disc-labeling/models/engines/types';
import { connectedComponents } from '../labeling/components.js';
import type { Point } from '../labeling/peaks.js';
import { percentiles, resample, rescale, type Image2D } from '../volume/resample.js';
import { turnToPicture } from '../volume/slice.js';

/** Side of the network's square, to which everything is stretched. */
const side = 256;
/** Variance of the Gaussians in pixels squared. */
const variance = 5;
/** Standard deviation of the Gaussians in pixels. */
export const referenceSigma = Math.sqrt(variance);
/** A share of the maximum, in 8-bit levels: components are what lies above 0.2. */
const threshold = 51;
const levels = 255;
/** Maps of the reference's network. */
export const referenceJoints = 11;

/** Where a disc lies in a slice. */
export interface SlicePoint {
  readonly row: number;
  readonly column: number;
}

/** One image's targets. */
export interface ReferenceTarget {
  /** `[11, 256, 256]`: the n-th component from the top in map n. */
  readonly maps: Float32Tensor;
  /** 1 for each map that holds a component. */
  readonly visibility: Float32Array;
}

/** The slice as the network takes it: stretched to 256 x 256, then 0..1 by its extremes. */
export function referenceInput(slice: Image2D): Image2D {
  const { image, height, width } = resample(slice, [side, side], undefined, false);
  const [low, high] = percentiles(image, [0, 1]);
  return { image: rescale(image, low, high), height, width };
}

/**
 * One map of all discs in the slice's own grid: Gaussians in whole 8-bit levels (0..255), merged by maximum. The
 * reference divides by 255; whole numbers keep its threshold exact.
 */
export function referenceHeatMap(
  discs: readonly SlicePoint[],
  { height, width }: Pick<Image2D, 'height' | 'width'>,
): Image2D {
  const image = new Float32Array(height * width);
  // Further away than this a Gaussian is below one level.
  const reach = Math.ceil(Math.sqrt(2 * variance * Math.log(levels)));
  for (const { row, column } of discs)
    for (let r = Math.max(0, row - reach); r <= Math.min(height - 1, row + reach); r++)
      for (let c = Math.max(0, column - reach); c <= Math.min(width - 1, column + reach); c++) {
        const distance = (r - row) ** 2 + (c - column) ** 2;
        const level = Math.trunc(levels * Math.exp(-distance / (2 * variance)));
        const at = r * width + c;
        if (level > image[at]) image[at] = level;
      }
  return { image, height, width };
}

/** Splits the map of all discs into one map each, numbered from the top whatever the discs' names are. */
export function referenceTarget(heatMap: Image2D): ReferenceTarget {
  const { image } = resample(heatMap, [side, side], undefined, false);
  const upright = turnToPicture({ image, height: side, width: side });
  const components = connectedComponents(
    { data: upright.image, height: side, width: side },
    (value) => value > threshold,
  ).slice(0, referenceJoints);
  const data = new Float32Array(referenceJoints * side * side);
  const visibility = new Float32Array(referenceJoints);
  components.forEach(({ cells }, joint) => {
    visibility[joint] = 1;
    for (const cell of cells) {
      const [row, column] = [Math.floor(cell / side), cell % side];
      const at = (side - 1 - column) * side + (side - 1 - row);
      data[joint * side * side + at] = image[at] / levels;
    }
  });
  return {
    maps: { data, shape: [referenceJoints, side, side] },
    visibility,
  };
}

/**
 * The spine of a target as the reference sees it: the components of all maps together, turned upright by a quarter
 * turn (rows from superior, columns from posterior), which may number two at one height otherwise than the maps do.
 */
export function referenceSpine({ maps }: ReferenceTarget): Point[] {
  const upright = new Float32Array(side * side);
  maps.data.forEach((value, n) => {
    if (value === 0) return;
    const at = n % (side * side);
    upright[(side - 1 - (at % side)) * side + Math.floor(at / side)] = value;
  });
  return connectedComponents({ data: upright, height: side, width: side }, (value) => value > 0).map(
    ({ centroid }) => centroid,
  );
}
