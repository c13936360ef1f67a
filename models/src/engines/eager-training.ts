import * as tf from '@tensorflow/tfjs-core';
import { flatLayout, followStatistics, gather } from '../compile/training-step.js';
import type { NetworkConfig } from '../config.js';
import { hourglassNetwork } from '../hourglass.js';
import { networkTensors } from '../layers-listing.js';
import { learningLayers, plainConstants, type BatchStatistics } from '../layers-tensors.js';
import { stackLoss } from '../loss.js';
import type { Weights } from '../model.js';
import type {
  LossConfig,
  Norms,
  ParameterLayout,
  StepResult,
  TrainingBatch,
  TrainingStep,
} from '../training.js';
import type { Float32Tensor } from './types.js';

/** What a pass leaves on the backend, to be fetched after the other intermediate results are gone. */
interface Pass {
  readonly losses: tf.Tensor[];
  /** In PyTorch's layout, in the order of the learned parameters. */
  readonly gradients: tf.Tensor[];
  readonly norms: BatchStatistics[];
}

/**
 * Forward, loss and gradients operation by operation on a TensorFlow.js backend that is already initialised, by
 * TensorFlow.js's own automatic differentiation. Batches may differ in shape.
 */
export class EagerTrainingStep implements TrainingStep {
  readonly layout: readonly ParameterLayout[];
  readonly parameters: Float32Array;
  readonly gradients: Float32Array;
  readonly statisticsLayout: readonly ParameterLayout[];
  readonly statistics: Float32Array;
  /** Parameters with a gradient; biases that a batch norm cancels have none. */
  private readonly learned: readonly ParameterLayout[];

  /**
   * @param backend the backend's name in TensorFlow.js
   * @param weights start values of all parameters and running statistics (copied)
   */
  constructor(
    private readonly backend: string,
    private readonly config: NetworkConfig,
    weights: Weights,
    private readonly lossConfig: LossConfig,
    private readonly norms: Norms = 'batch',
  ) {
    const tensors = networkTensors(config);
    this.layout = flatLayout(tensors.filter(({ kind }) => kind === 'parameter'));
    this.statisticsLayout = flatLayout(tensors.filter(({ kind }) => kind === 'statistic'));
    this.parameters = gather(this.layout, weights);
    this.gradients = new Float32Array(this.parameters.length);
    this.statistics = gather(this.statisticsLayout, weights);
    const cancelled = new Set(tensors.filter((t) => t.cancelled).map(({ name }) => name));
    this.learned = this.layout.filter(({ name }) => !cancelled.has(name));
  }

  async run(batch: TrainingBatch): Promise<StepResult> {
    // Takes effect at once for an initialised backend; nothing may be awaited before the pass is over.
    void tf.setBackend(this.backend);
    const kept = this.pass(batch);
    const tensors = [...kept.losses, ...kept.gradients, ...kept.norms.flatMap((n) => [n.mean, n.variance])];
    try {
      const values = await Promise.all(tensors.map((tensor) => tensor.data<'float32'>()));
      return this.take(values, kept);
    } finally {
      tensors.forEach((tensor) => tensor.dispose());
    }
  }

  async dispose(): Promise<void> {}

  private pass(batch: TrainingBatch): Pass {
    const kept: tf.Tensor[] = [];
    const keep = <T extends tf.Tensor>(tensor: T): T => {
      kept.push(tf.keep(tensor));
      return tensor;
    };
    try {
      return tf.tidy(() => this.differentiate(batch, keep) as Pass & tf.TensorContainer);
    } catch (error) {
      kept.forEach((tensor) => tensor.dispose());
      throw error;
    }
  }

  private differentiate(batch: TrainingBatch, keep: <T extends tf.Tensor>(tensor: T) => T): Pass {
    const images = channelsLast(batch.images);
    const targets = channelsLast(batch.targets);
    const visibility = channelsLast(batch.visibility);
    const upload = (layout: readonly ParameterLayout[], flat: Float32Array) =>
      layout.map((place) => [place.name, uploaded(place, flat)] as const);
    const tensors = new Map<string, tf.Tensor>([
      ...upload(this.layout, this.parameters),
      ...(this.norms === 'fixed' ? upload(this.statisticsLayout, this.statistics) : []),
    ]);
    let losses: tf.Tensor[] = [];
    let norms: BatchStatistics[] = [];
    const { grads } = tf.engine().gradients(
      () => {
        const layers = learningLayers((name) => tensors.get(name)!, this.norms);
        const { heatmaps } = hourglassNetwork(layers, this.config, images);
        norms = layers.statistics;
        norms.forEach(({ mean, variance }) => [mean, variance].forEach(keep));
        const perStack = heatmaps.map((map) => stackLoss(this.lossConfig, map, targets, visibility));
        losses = perStack.map(keep);
        return perStack.reduce((a, b) => tf.add(a, b));
      },
      this.learned.map(({ name }) => tensors.get(name)!),
      undefined,
      true,
    );
    const gradients = grads.map((gradient, i) => {
      if (!gradient) throw new Error(`the loss does not depend on ${this.learned[i]!.name}`);
      return keep(gradient.shape.length === 4 ? tf.transpose(gradient, [3, 2, 0, 1]) : tf.clone(gradient));
    });
    return { losses, gradients, norms };
  }

  /** Writes a pass's values to where they belong. */
  private take(values: readonly Float32Array[], { losses, gradients, norms }: Pass): StepResult {
    const lossPerStack = values.slice(0, losses.length).map(([loss]) => loss!);
    this.learned.forEach(({ offset }, i) => this.gradients.set(values[losses.length + i]!, offset));
    const first = losses.length + gradients.length;
    norms.forEach(({ name, count }, i) => {
      const [mean, variance] = [values[first + 2 * i]!, values[first + 2 * i + 1]!];
      const places = ['running_mean', 'running_var'].map((suffix) =>
        this.statisticsLayout.find((place) => place.name === `${name}.${suffix}`)!,
      );
      followStatistics(this.statistics, places, { mean, variance, count });
    });
    return { loss: lossPerStack.reduce((a, b) => a + b), lossPerStack };
  }
}

/** A tensor of a flat array as it stands now. */
function uploaded({ offset, length, shape }: ParameterLayout, flat: Float32Array): tf.Tensor {
  // A copy, as some backends read the data later.
  const data = flat.slice(offset, offset + length);
  return shape.length === 4 ? plainConstants.filter({ data, shape }) : plainConstants.vector(data);
}

/** `[n, c, h, w]` or `[n, c]` as a tensor `[n, h, w, c]`. */
function channelsLast({ data, shape }: Float32Tensor): tf.Tensor4D {
  const [n, c, h = 1, w = 1] = shape;
  return tf.transpose(tf.tensor4d(data, [n!, c!, h, w]), [0, 2, 3, 1]);
}
