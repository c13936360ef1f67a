/** From a sagittal slab to what a network takes, and back from network pixels to the slab. */
import type { ImageBatch } from '@disc-labeling/models/engines/types';
import { inputMultiple } from '@disc-labeling/models/config';
import { UserError } from '@disc-labeling/models/errors';
import type { ModelDescription } from '@disc-labeling/models/model';
import { percentiles, resample, rescale, type Image2D } from '../volume/resample.js';
import type { SagittalSlab } from '../volume/slice.js';

/** Side of the square the reference stretches every slice to. */
const referenceSide = 256;
/** A view smaller than this has little to see in; it is padded up. */
const smallestSide = 128;
/** No spine is a metre long: a larger input means a wrong voxel size, and costs time and memory for nothing. */
const largestSide = 1024;

export { candidateSlabs, slabAround, type SlabChoice } from './mid-sagittal.js';

/** A network input and where its pixels lie in the slab. */
export interface PreparedSlab {
  /** `[1, channels, height, width]`, values 0..1, zero below and right of the picture. */
  readonly batch: ImageBatch;
  /** Rows and columns that hold the picture; it begins at the top left. */
  readonly content: readonly [height: number, width: number];
  /** Slab pixels per input pixel: input pixel (r, c) lies at ((r + 0.5)·step[0] - 0.5, (c + 0.5)·step[1] - 0.5). */
  readonly step: readonly [row: number, column: number];
}

/**
 * Prepares a slab for a network: resampled to the pixel size the network was trained at (mean over the covered
 * area when shrinking, bilinear otherwise; aspect ratio kept), intensities to 0..1, zero padded at the bottom
 * and right to multiples of 64. A model without a pixel size gets the whole slice stretched to 256 x 256 by
 * plain bilinear interpolation, as the reference does; `scale` does not apply to it.
 * @param slab in the frame the model's description asks for
 * @param scale enlarges the anatomy: 1.13 shows the network pixels of 1 / 1.13 of its own size
 * @throws UserError the slice would be more than 1024 network pixels in height or width
 */
export function prepareSlab(
  slab: SagittalSlab,
  { input, network }: Pick<ModelDescription, 'input' | 'network'>,
  scale = 1,
): PreparedSlab {
  if (slab.frame !== input.frame) throw new Error(`the network wants a slab in frame ${input.frame}`);
  const { picture, step } = input.spacing === null ? stretched(slab) : spaced(slab, input.spacing / scale);
  const image = normalized(picture.image, input.normalization);
  const batch = padded({ ...picture, image }, network.inputChannels);
  return { batch, content: [picture.height, picture.width], step };
}

type Step = PreparedSlab['step'];

function stretched(slab: SagittalSlab): { picture: Image2D; step: Step } {
  const step: Step = [slab.height / referenceSide, slab.width / referenceSide];
  return { picture: resample(slab, [referenceSide, referenceSide], step, false), step };
}

function spaced(slab: SagittalSlab, pixel: number): { picture: Image2D; step: Step } {
  const step: Step = [pixel / slab.spacing[0], pixel / slab.spacing[1]];
  const size = [slab.height / step[0], slab.width / step[1]].map((side) => Math.max(1, Math.round(side)));
  if (Math.max(...size) > largestSide) {
    const mm = [slab.height * slab.spacing[0], slab.width * slab.spacing[1]].map(Math.round).join(' x ');
    throw new UserError(
      'cannot label volume',
      `its sagittal slice would be ${mm} mm large; the voxel size in the file seems wrong, or crop the volume`,
    );
  }
  return { picture: resample(slab, [size[0], size[1]], step), step };
}

function normalized(image: Float32Array, how: ModelDescription['input']['normalization']): Float32Array {
  const [low, high] = percentiles(image, how === 'percentile' ? [0.005, 0.995] : [0, 1]);
  return rescale(image, low, high);
}

function padded({ image, height, width }: Image2D, channels: number): ImageBatch {
  const [rows, columns] = [height, width].map((side) =>
    Math.max(smallestSide, Math.ceil(side / inputMultiple) * inputMultiple),
  );
  const data = new Float32Array(channels * rows * columns);
  for (let channel = 0; channel < channels; channel++)
    for (let row = 0; row < height; row++)
      data.set(image.subarray(row * width, (row + 1) * width), (channel * rows + row) * columns);
  return { data, shape: [1, channels, rows, columns] };
}

/** The slab pixel `[row, column]` under a (fractional) network input pixel. */
export function inputToSlab(
  { step }: Pick<PreparedSlab, 'step'>,
  row: number,
  column: number,
): [number, number] {
  return [(row + 0.5) * step[0] - 0.5, (column + 0.5) * step[1] - 0.5];
}

/** The inverse of {@link inputToSlab}. */
export function slabToInput(
  { step }: Pick<PreparedSlab, 'step'>,
  row: number,
  column: number,
): [number, number] {
  return [(row + 0.5) / step[0] - 0.5, (column + 0.5) / step[1] - 0.5];
}
