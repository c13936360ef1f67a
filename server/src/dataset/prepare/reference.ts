/** The preparation of Azad et al. (2021), for comparison: six slices, z-score, zeros to a common size. */
import { UserError } from '@disc-labeling/models/errors';
import { labelVoxels } from '../../volume/labels.js';
import { discName } from '../../volume/levels.js';
import { fromFileVoxel, orientedView, toFileVoxel, voxelToWorld } from '../../volume/orientation.js';
import type { Image2D } from '../../volume/resample.js';
import { referenceSlab } from '../../volume/slice.js';
import type { Volume } from '../../volume/types.js';
import type { SampleDisc } from '../samples.js';
import type { PreparedSlice } from './own.js';

/** Height and width of a sagittal slice in the `reference` frame. */
export type SliceSize = readonly [height: number, width: number];

/** A label voxel in SCT's "RPI" order: right to left, posterior to anterior, inferior to superior. */
export type ReferenceLabel = readonly [x: number, y: number, z: number, value: number];

/** Slices with a longer side are not trained on. */
export const longestTrainingSide = 450;

/** Rows and columns of the slices of a volume, from its header. */
export function referenceSize(grid: Pick<Volume, 'shape' | 'affine'>): SliceSize {
  const [, height, width] = orientedView(emptyVolume(grid), 'LAS').shape;
  return [height, width];
}

/** Every voxel with a value from 2 to 29, by value, then in RPI order. */
export function referenceLabels(labels: Volume): ReferenceLabel[] {
  const view = orientedView(labels, 'LAS');
  const kept = labelVoxels(labels).filter(({ value }) => value < 30 && value !== 1);
  return kept
    .map(({ value, voxel }): ReferenceLabel => [...fromFileVoxel(view, voxel), value])
    .sort((a, b) => a[3] - b[3] || a[0] - b[0] || a[1] - b[1] || a[2] - b[2]);
}

/**
 * The reference's input slice: the mean of six slices about the left-right place of the lowest label, by its own
 * mean and population standard deviation, then zeros at the bottom and right.
 * @param centre RPI index of that place; default: that of the labels given
 * @param padded size of the result; at least the slice's own
 */
export function referenceImage(
  image: Volume,
  centre: number,
  padded?: SliceSize,
): Image2D & { thickness: number; index: number } {
  const slab = referenceSlab(image, centre);
  const { height, width } = slab;
  const mean = slab.image.reduce((sum, value) => sum + value, 0) / slab.image.length;
  const variance = slab.image.reduce((sum, value) => sum + (value - mean) ** 2, 0) / slab.image.length;
  const deviation = Math.sqrt(variance) + 1e-100;
  const [rows, columns] = padded ?? [height, width];
  const values = new Float32Array(rows * columns);
  for (let row = 0; row < height; row++)
    for (let column = 0; column < width; column++)
      values[row * columns + column] = (slab.image[row * width + column] - mean) / deviation;
  return {
    image: values,
    height: rows,
    width: columns,
    thickness: slab.slice.thickness,
    index: slab.slice.index,
  };
}

/**
 * Prepares an image as the reference does, labels being taken by voxel index whatever the files' affines say.
 * @param centreLabels labels whose lowest one tells the slice, where not the image's own (both contrasts together)
 * @throws UserError no label, or labels in another grid
 */
export function prepareReference(
  image: Volume,
  labels: Volume,
  padded: SliceSize,
  centreLabels: Volume = labels,
): PreparedSlice {
  const points = referenceLabels(labels);
  const [lowest] = centreLabels === labels ? points : referenceLabels(centreLabels);
  if (points.length === 0 || lowest === undefined)
    throw new UserError('cannot prepare', 'no label of 2 to 29 is in its label file');
  const view = orientedView(image, 'LAS');
  if (orientedView(labels, 'LAS').shape.join() !== view.shape.join())
    throw new UserError(
      'cannot prepare',
      'its labels have another grid than the image, which the reference preparation does not handle; use the own one',
    );
  const picture = referenceImage(image, lowest[0], padded);
  const { axis } = view.axes[0];
  const placed = points.map(([x, y, z, value]): SampleDisc => {
    const voxel = toFileVoxel(view, [x, y, z]);
    return {
      value,
      name: discName(value),
      voxel,
      world: voxelToWorld(image.affine, voxel),
      row: y,
      column: z,
    };
  });
  return {
    picture,
    shape: image.shape,
    affine: image.affine,
    spacing: image.spacing,
    slice: { axis, index: picture.index, thickness: picture.thickness },
    size: [picture.height, picture.width],
    step: [1, 1],
    discs: placed,
    unlabelled: [],
    notices: [...image.notices, ...foreignSlice(lowest[0], points[0][0])],
  };
}

const foreignSlice = (taken: number, own: number): string[] =>
  taken === own
    ? []
    : [
        `The slice lies where the T2w image's labels do (index ${taken}, not ${own}), as the reference takes it.`,
      ];

const emptyVolume = ({ shape, affine }: Pick<Volume, 'shape' | 'affine'>): Volume => ({
  shape,
  affine,
  affineSource: 'sform',
  spacing: [1, 1, 1],
  data: new Uint8Array(0),
  notices: [],
});
