import { lightNetwork } from '@disc-labeling/models/config';
import { UserError } from '@disc-labeling/models/errors';
import { prepareSlab, slabAround, slabToInput } from '../../labeling/preprocess.js';
import { voxelToWorld } from '../../volume/affine.js';
import { discName } from '../../volume/levels.js';
import { assertUsable } from '../../volume/nifti.js';
import { fromFileVoxel, orientedView } from '../../volume/orientation.js';
import type { Image2D } from '../../volume/resample.js';
import { sagittalSlab, voxelToPixel, type SagittalSlab } from '../../volume/slice.js';
import type { Volume } from '../../volume/types.js';
import type { SampleDisc, SampleGeometry } from '../samples.js';
import { readDiscs, type PlacedDisc } from './discs.js';

/** How slices are prepared: what a model's description says of its input, for models with a pixel size. */
export interface OwnPreparation {
  /** mm per pixel. */
  readonly spacing: number;
  readonly normalization: 'percentile' | 'minmax';
  /** Smallest label value taken. */
  readonly lowest: number;
}

/** A slice ready for training, with the discs in it. */
export interface PreparedSlice extends SampleGeometry {
  readonly picture: Image2D;
  readonly discs: readonly SampleDisc[];
  readonly unlabelled: readonly number[];
  readonly notices: readonly string[];
}

/** Further to the side than this, a disc is not well seen in the slab. */
const farMm = 8;

/**
 * Prepares an image exactly as labelling prepares what it shows the network: the slab around the discs' own
 * left-right place (their median, so that it does not matter where in the volume the midline lies), resampled to
 * the pixel size with its aspect ratio kept, intensities by its own percentiles.
 * @throws UserError no label that can be used, nothing to see in the image
 */
export function prepareOwn(image: Volume, labels: Volume, how: OwnPreparation): PreparedSlice {
  assertUsable(image);
  const { discs, unlabelled, notices } = readDiscs(image, labels, how.lowest);
  if (discs.length === 0)
    throw new UserError(
      'cannot prepare',
      `no disc label of ${discName(how.lowest)} or below lies in the image`,
    );
  const slab = slabThrough(image, discs);
  const { batch, content, step } = prepareSlab(slab, {
    input: { frame: 'picture', spacing: how.spacing, normalization: how.normalization },
    network: lightNetwork(),
  });
  const { index, axis, thickness } = slab.slice;
  const far = discs.filter(({ voxel }) => Math.abs(voxel[axis] - index) * image.spacing[axis] > farMm);
  const beside = far.map(({ value }) => discName(value)).join(', ');
  return {
    picture: cropped(batch.data, batch.shape[3], content),
    shape: image.shape,
    affine: image.affine,
    spacing: image.spacing,
    slice: { axis, index, thickness },
    size: content,
    step,
    discs: discs.map((disc) => placeDisc(disc, image, slab, step)),
    unlabelled,
    notices: [
      ...image.notices,
      ...notices,
      ...(beside ? [`${beside}: more than ${farMm} mm beside the slice.`] : []),
    ],
  };
}

function slabThrough(image: Volume, discs: readonly PlacedDisc[]): SagittalSlab {
  const view = orientedView(image);
  const across = discs.map(({ voxel }) => fromFileVoxel(view, voxel)[0]).sort((a, b) => a - b);
  const middle = (across.length - 1) / 2;
  const median = (across[Math.floor(middle)] + across[Math.ceil(middle)]) / 2;
  const { centre, slices } = slabAround(image, median);
  return sagittalSlab(image, centre, slices, 'picture');
}

function cropped(data: Float32Array, stride: number, [height, width]: readonly [number, number]): Image2D {
  const image = new Float32Array(height * width);
  for (let row = 0; row < height; row++)
    image.set(data.subarray(row * stride, row * stride + width), row * width);
  return { image, height, width };
}

function placeDisc(
  { value, voxel }: PlacedDisc,
  image: Volume,
  slab: SagittalSlab,
  step: SampleGeometry['step'],
): SampleDisc {
  const [row, column] = slabToInput({ step }, ...voxelToPixel(slab, voxel));
  return {
    value,
    name: discName(value),
    voxel: [...voxel],
    world: voxelToWorld(image.affine, voxel),
    row,
    column,
  };
}
