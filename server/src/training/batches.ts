import type { Float32Tensor, ImageBatch } from '@disc-labeling/models/engines/types';
import { heatmapStride } from '@disc-labeling/models/config';
import type { TrainingBatch } from '@disc-labeling/models/training';
import { gaussianTargets } from '../dataset/targets.js';
import type { DiscPoint, TargetGrid } from '../dataset/targets.js';
import { meaningIn } from './config.js';
import type { TrainingConfig } from './config.js';

/** Images with the discs in them. */
export interface SampleBatch {
  /** `[n, 1, height, width]`, values 0..1. */
  readonly images: ImageBatch;
  /** Per image. */
  readonly discs: readonly (readonly DiscPoint[])[];
  /** mm per pixel of each image, or per row and column where they differ. */
  readonly spacing: readonly (number | readonly [row: number, column: number])[];
  /** Per image: levels that are, or may be, in it at an unknown place, so that their maps say nothing. */
  readonly unknown?: readonly (readonly { readonly value: number; readonly certain: boolean }[])[];
  /** Targets that are not drawn from the discs. */
  readonly maps?: Pick<TrainingBatch, 'targets' | 'visibility'>;
  /** How the images lie; default `picture`. */
  readonly frame?: 'picture' | 'reference';
}

/** What of a configuration says what heat maps mean. */
export type Meaning = Pick<TrainingConfig, 'network' | 'data'>;

/** An endless sequence of batches, the same for the same seed, drawn ahead of need. */
export interface BatchSource {
  next(): Promise<SampleBatch>;
  close(): Promise<void>;
}

/** The heat-map grid of a network on inputs of the given size. */
export function targetGrid(config: Meaning, height: number, width: number): TargetGrid {
  return { height, width, stride: heatmapStride(config.network), ...meaningIn(config) };
}

/**
 * A batch as the training step takes it: the image repeated over the network's input channels, and
 * target maps.
 * @param sigma standard deviation of the target Gaussians in input pixels
 */
export function trainingBatch(samples: SampleBatch, config: Meaning, sigma: number): TrainingBatch {
  const [, , height, width] = samples.images.shape;
  const images = withChannels(samples.images, config.network.inputChannels);
  if (samples.maps !== undefined) return { images, ...samples.maps };
  const grid = targetGrid(config, height, width);
  const maps = gaussianTargets(samples.discs, grid, sigma);
  samples.unknown?.forEach((levels, image) => hide(maps.visibility, image, grid, levels));
  return { images, ...maps };
}

/** Leaves maps of unknown levels out of the loss; that of any disc too, where one is there for sure. */
function hide(
  visibility: Float32Tensor,
  image: number,
  { values, anyDisc }: TargetGrid,
  levels: readonly { readonly value: number; readonly certain: boolean }[],
): void {
  const first = image * values.length;
  for (const { value, certain } of levels) {
    const joint = values.indexOf(value);
    if (joint >= 0) visibility.data[first + joint] = 0;
    if (certain && anyDisc !== null) visibility.data[first + anyDisc] = 0;
  }
}

/** Repeats a one-channel batch over `channels` channels. */
export function withChannels(images: ImageBatch, channels: number): ImageBatch {
  const [n, given, height, width] = images.shape;
  if (given === channels) return images;
  if (given !== 1) throw new RangeError(`images have ${given} channels, the network takes ${channels}`);
  const area = height * width;
  const data = new Float32Array(n * channels * area);
  for (let image = 0; image < n; image++)
    for (let channel = 0; channel < channels; channel++)
      data.set(images.data.subarray(image * area, (image + 1) * area), (image * channels + channel) * area);
  return { data, shape: [n, channels, height, width] };
}
