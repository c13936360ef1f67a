import type { ImageBatch } from '@disc-labeling/models/engines/types';
import type { NetworkConfig } from '@disc-labeling/models/config';
import { heatmapStride } from '@disc-labeling/models/config';
import type { TrainingBatch } from '@disc-labeling/models/training';
import { gaussianTargets } from '../dataset/targets.js';
import type { DiscPoint, TargetGrid } from '../dataset/targets.js';
import { channelMeaning } from './config.js';

/** Images with the discs in them. */
export interface SampleBatch {
  /** `[n, 1, height, width]`, values 0..1. */
  readonly images: ImageBatch;
  /** Per image. */
  readonly discs: readonly (readonly DiscPoint[])[];
  /** mm per pixel of each image. */
  readonly spacing: readonly number[];
}

/** An endless sequence of batches, the same for the same seed, drawn ahead of need. */
export interface BatchSource {
  next(): Promise<SampleBatch>;
  close(): Promise<void>;
}

/** The heat-map grid of a network on inputs of the given size. */
export function targetGrid(network: NetworkConfig, height: number, width: number): TargetGrid {
  return { height, width, stride: heatmapStride(network), ...channelMeaning(network) };
}

/**
 * A batch as the training step takes it: the image repeated over the network's input channels, and
 * target maps.
 * @param sigma standard deviation of the target Gaussians in input pixels
 */
export function trainingBatch(samples: SampleBatch, network: NetworkConfig, sigma: number): TrainingBatch {
  const [, , height, width] = samples.images.shape;
  const maps = gaussianTargets(samples.discs, targetGrid(network, height, width), sigma);
  return { images: withChannels(samples.images, network.inputChannels), ...maps };
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
