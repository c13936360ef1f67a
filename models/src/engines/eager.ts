import * as tf from '@tensorflow/tfjs-core';
import type { NetworkConfig } from '../config.js';
import { hourglassNetwork } from '../hourglass.js';
import { InferenceLayers, plainConstants, type ConstantMaker } from '../layers-tensors.js';
import type { Weights } from '../model.js';
import { checkImages } from './images.js';
import type { EngineId, Float32Tensor, HourglassOutput, ImageBatch, Inference } from './types.js';

/** Runs the network operation by operation on a TensorFlow.js backend that is already initialised. */
export class EagerInference implements Inference {
  private readonly layers: InferenceLayers;
  private readonly constants = new Map<Float32Array, tf.Tensor>();

  /** @param backend the backend's name in TensorFlow.js */
  constructor(
    readonly engine: EngineId,
    private readonly backend: string,
    private readonly config: NetworkConfig,
    weights: Weights,
  ) {
    this.layers = new InferenceLayers(weights, this.keptConstants());
  }

  async run(
    batch: ImageBatch,
    { stacks = 'all' }: { stacks?: 'all' | 'last' } = {},
  ): Promise<HourglassOutput> {
    checkImages(this.config, batch);
    // Takes effect at once for an initialised backend; nothing may be awaited before the network has run.
    void tf.setBackend(this.backend);
    const [n, channels, height, width] = batch.shape;
    const maps: tf.Tensor4D[] = [];
    tf.tidy(() => {
      const images = tf.transpose(tf.tensor4d(batch.data, [n, channels, height, width]), [0, 2, 3, 1]);
      const { heatmaps, attention } = hourglassNetwork(this.layers, this.config, images);
      const wanted = stacks === 'last' ? heatmaps.slice(-1) : heatmaps;
      maps.push(...[...wanted, ...(attention ? [attention] : [])].map(channelsFirst));
    });
    const heatmaps = await Promise.all(maps.map(download));
    return { heatmaps, attention: this.config.attention ? heatmaps.pop()! : null };
  }

  async dispose(): Promise<void> {
    for (const tensor of this.constants.values()) tensor.dispose();
    this.constants.clear();
  }

  /** Weights are uploaded once and live until {@link dispose}. */
  private keptConstants(): ConstantMaker {
    const kept = <T extends tf.Tensor>(data: Float32Array, make: () => T): T => {
      const known = this.constants.get(data) ?? tf.keep(make());
      this.constants.set(data, known);
      return known as T;
    };
    return {
      filter: (tensor) => kept(tensor.data, () => plainConstants.filter(tensor)),
      vector: (data) => kept(data, () => plainConstants.vector(data)),
    };
  }
}

/** `[n, c, h, w]`, which outlives the scope it is made in. */
const channelsFirst = (map: tf.Tensor4D): tf.Tensor4D => tf.keep(tf.transpose(map, [0, 3, 1, 2]));

async function download(tensor: tf.Tensor): Promise<Float32Tensor> {
  const data = (await tensor.data()) as Float32Array;
  tensor.dispose();
  return { data, shape: tensor.shape };
}
