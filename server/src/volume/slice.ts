/** Sagittal slabs: the mean of a few neighbouring sagittal slices as a 2-D image, with the way back to the file. */
import { UserError } from '@disc-labeling/models/errors';
import { fromFileVoxel, orientedView, toFileVoxel, voxelToWorld, type OrientedView } from './orientation.js';
import type { Image2D } from './resample.js';
import type { Volume } from './types.js';

/**
 * `picture`: rows run superior to inferior, columns anterior to posterior.
 * `reference`: rows run posterior to anterior, columns inferior to superior (Azad et al.'s network input).
 */
export type SlabFrame = 'picture' | 'reference';

/** View axes as (left-right, row, column). SCT's "RPI" is `LAS` here, hence the reference's `L`. */
const frameCodes: Readonly<Record<SlabFrame, string>> = { picture: 'LIP', reference: 'LAS' };

export interface SagittalSlab {
  readonly frame: SlabFrame;
  readonly height: number;
  readonly width: number;
  /** `height * width`, row by row, in the volume's own intensities. */
  readonly image: Float32Array;
  /** mm per row and per column. */
  readonly spacing: readonly [row: number, column: number];
  /** The file's left-right axis, the centre of the slab along it (file voxels) and how many slices were averaged. */
  readonly slice: { readonly axis: 0 | 1 | 2; readonly index: number; readonly thickness: number };
  readonly affine: Volume['affine'];
  readonly axes: OrientedView['axes'];
  readonly shape: OrientedView['shape'];
}

/** The file's axis nearest to left-right, its number of slices and mm per slice. */
export function leftRightAxis(volume: Volume): { axis: 0 | 1 | 2; slices: number; spacing: number } {
  const view = orientedView(volume);
  return { axis: view.axes[0].axis, slices: view.shape[0], spacing: view.spacing[0] };
}

/**
 * Averages `slices` sagittal slices around `centre`.
 * @param centre along the file's left-right axis, in the file's voxels; may be fractional (an even number of
 * slices lies around a half). Slices beyond the volume are left out; at least one is taken.
 * @throws UserError the volume is too small in the sagittal plane to show anything
 */
export function sagittalSlab(
  volume: Volume,
  centre: number,
  slices: number,
  frame: SlabFrame = 'picture',
): SagittalSlab {
  const view = orientedView(volume, frameCodes[frame]);
  const [depth, height, width] = view.shape;
  if (height < 8 || width < 8)
    throw new UserError(
      'cannot make a sagittal picture',
      `the volume is ${volume.shape.join(' x ')} voxels, too few from front to back or top to bottom`,
    );
  // The range in the view's own order, so that an even number of slices falls the same way in every file order.
  const middle = view.axes[0].flipped ? depth - 1 - centre : centre;
  const first = Math.round(middle - (slices - 1) / 2);
  const start = Math.min(depth - 1, Math.max(0, first));
  const end = Math.max(start + 1, Math.min(depth, first + slices));
  const indexInView = (start + end - 1) / 2;
  return {
    frame,
    height,
    width,
    image: meanOfSlices(view, start, end),
    spacing: [view.spacing[1], view.spacing[2]],
    slice: {
      axis: view.axes[0].axis,
      index: view.axes[0].flipped ? depth - 1 - indexInView : indexInView,
      thickness: end - start,
    },
    affine: volume.affine,
    axes: view.axes,
    shape: view.shape,
  };
}

/**
 * The reference's input: the mean of the six slices [c - 3, c + 3) in SCT "RPI" order, frame `reference`.
 * @param c slice index along the right-to-left axis (of the lowest-valued label, in the reference)
 */
export function referenceSlab(volume: Volume, c: number): SagittalSlab {
  const view = orientedView(volume, frameCodes.reference);
  return sagittalSlab(volume, toFileVoxel(view, [c - 0.5, 0, 0])[view.axes[0].axis], 6, 'reference');
}

function meanOfSlices(view: OrientedView, start: number, end: number): Float32Array {
  const [, height, width] = view.shape;
  const { data, strides } = view;
  const mean = new Float32Array(height * width);
  for (let row = 0; row < height; row++)
    for (let column = 0; column < width; column++) {
      const from = view.offset + row * strides[1] + column * strides[2];
      let sum = 0;
      for (let slice = start; slice < end; slice++) sum += data[from + slice * strides[0]];
      mean[row * width + column] = sum / (end - start);
    }
  return mean;
}

/** mm from slice to slice. */
export function sliceSpacing({ affine, slice: { axis } }: SagittalSlab): number {
  return Math.hypot(affine[0][axis], affine[1][axis], affine[2][axis]);
}

/**
 * The (fractional) file voxel under a (fractional) pixel of the slab. Whole numbers are centres.
 * @param lateral along the file's left-right axis, where it is not the slab's own place
 */
export function pixelToVoxel(
  slab: SagittalSlab,
  row: number,
  column: number,
  lateral = slab.slice.index,
): [number, number, number] {
  const voxel = toFileVoxel(slab, [0, row, column]);
  voxel[slab.slice.axis] = lateral;
  return voxel;
}

/** World mm (RAS+) under a pixel of the slab. */
export function pixelToWorld(slab: SagittalSlab, row: number, column: number): [number, number, number] {
  return voxelToWorld(slab.affine, pixelToVoxel(slab, row, column));
}

/** The pixel `[row, column]` a file voxel falls on, whatever its left-right position. */
export function voxelToPixel(slab: SagittalSlab, voxel: readonly [number, number, number]): [number, number] {
  const [, row, column] = fromFileVoxel(slab, voxel);
  return [row, column];
}

/** The same slab in the `picture` frame (itself, if it is in it). */
export function toPicture(slab: SagittalSlab): SagittalSlab {
  if (slab.frame === 'picture') return slab;
  const reversed = (n: 1 | 2) => ({ axis: slab.axes[n].axis, flipped: !slab.axes[n].flipped });
  return {
    ...slab,
    ...turnToPicture(slab),
    frame: 'picture',
    spacing: [slab.spacing[1], slab.spacing[0]],
    axes: [slab.axes[0], reversed(2), reversed(1)],
    shape: [slab.shape[0], slab.shape[2], slab.shape[1]],
  };
}

/** Turns an image of the `reference` frame into the `picture` frame: pixel (r, c) goes to (width - 1 - c, height - 1 - r). */
export function turnToPicture({ image, height, width }: Image2D): Image2D {
  const turned = new Float32Array(image.length);
  for (let row = 0; row < width; row++)
    for (let column = 0; column < height; column++)
      turned[row * height + column] = image[(height - 1 - column) * width + (width - 1 - row)];
  return { image: turned, height: width, width: height };
}
