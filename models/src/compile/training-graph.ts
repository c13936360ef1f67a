import * as tf from '@tensorflow/tfjs-core';
import { heatmapStride, type NetworkConfig } from '../config.js';
import type { ImageBatch } from '../engines/types.js';
import { hourglassNetwork } from '../hourglass.js';
import { networkTensors, type NetworkTensor } from '../layers-listing.js';
import { learningLayers, type BatchStatistics } from '../layers-tensors.js';
import { stackLoss } from '../loss.js';
import type { LossConfig, Norms } from '../training.js';
import type { Graph, Value } from './graph.js';
import { registerKernels } from './kernels.js';
import { encodeOnnx } from './onnx.js';
import { record, type Recorder, type RecordOptions } from './recorder.js';

/** A training step as an ONNX graph. */
export interface TrainingGraph {
  /** ONNX ModelProto. */
  readonly bytes: Uint8Array;
  /** Parameters with a gradient, in order; input `<name>`, output `gradient/<name>`. */
  readonly parameters: readonly NetworkTensor[];
  /** Parameters that the graph reads but whose gradient is always zero. */
  readonly constants: readonly NetworkTensor[];
  /**
   * Batch norms, where they use the batch's own statistics: outputs `mean/<name>` and `variance/<name>` (biased) over
   * `count` values.
   */
  readonly statistics: readonly { name: string; channels: number; count: number }[];
}

/** Names of the graph's other inputs and outputs. */
export const graphNames = {
  /** `[n, channels, h, w]` */
  images: 'images',
  /** `[n, joints, h, w]` on the heat-map grid. */
  targets: 'targets',
  /** `[n, joints, 1, 1]` */
  visibility: 'visibility',
  /** The loss of one stack, a scalar. */
  loss: (stack: number) => `loss/${stack}`,
  gradient: (name: string) => `gradient/${name}`,
  mean: (norm: string) => `mean/${norm}`,
  variance: (norm: string) => `variance/${norm}`,
} as const;

export interface StepRecordOptions extends RecordOptions {
  /** Default: `batch`. Where they are `fixed`, running statistics are inputs `<name>`, as parameters are. */
  readonly norms?: Norms;
}

/**
 * Records forward pass, loss and all gradients for one batch shape.
 *
 * @param options what kind of operators to use, which changes nothing in what is computed, and the kind of batch norms
 */
export function recordTrainingStep(
  config: NetworkConfig,
  lossConfig: LossConfig,
  batchShape: ImageBatch['shape'],
  { norms = 'batch', ...options }: StepRecordOptions = {},
): TrainingGraph {
  const tensors = networkTensors(config);
  const listed = tensors.filter((tensor) => tensor.kind === 'parameter');
  const read = norms === 'fixed' ? tensors : listed;
  const parameters = listed.filter((tensor) => !tensor.cancelled);
  const statistics: { name: string; channels: number; count: number }[] = [];
  const graph = record(
    registerKernels,
    (recorder) => {
      const recording = new StepRecording(recorder, config, lossConfig, batchShape, { read, norms });
      const { gradients, seen } = recording.differentiate(parameters);
      parameters.forEach(({ name }, i) => recorder.graph.output(graphNames.gradient(name), gradients[i]));
      for (const { name, mean, variance, count } of seen) {
        recorder.graph.output(graphNames.mean(name), mean);
        recorder.graph.output(graphNames.variance(name), variance);
        statistics.push({ name, channels: mean.shape[0], count });
      }
    },
    options,
  );
  const constants = listed.filter((tensor) => tensor.cancelled);
  return { bytes: encodeOnnx(graph, { graphName: 'training_step' }), parameters, constants, statistics };
}

interface RecordedNorm {
  readonly name: string;
  readonly mean: Value;
  readonly variance: Value;
  readonly count: number;
}

/** The placeholders of one step and what is computed from them. */
class StepRecording {
  private readonly graph: Graph;
  private readonly tensors: Map<string, tf.Tensor>;
  private readonly images: tf.Tensor4D;
  private readonly targets: tf.Tensor4D;
  private readonly visibility: tf.Tensor4D;
  private readonly norms: Norms;

  /** @param read the network's tensors that are inputs */
  constructor(
    private readonly recorder: Recorder,
    private readonly config: NetworkConfig,
    private readonly lossConfig: LossConfig,
    [n, channels, height, width]: ImageBatch['shape'],
    { read, norms }: { read: readonly NetworkTensor[]; norms: Norms },
  ) {
    this.norms = norms;
    this.graph = recorder.graph;
    const stride = heatmapStride(config);
    this.images = this.featureMap(graphNames.images, [n, channels, height, width]);
    this.targets = this.featureMap(graphNames.targets, [n, config.joints, height / stride, width / stride]);
    this.visibility = this.featureMap(graphNames.visibility, [n, config.joints, 1, 1]);
    this.tensors = new Map(read.map((tensor) => [tensor.name, this.input(tensor)]));
  }

  /** Gradients of the summed losses by the given parameters; names the losses. */
  differentiate(parameters: readonly NetworkTensor[]): { gradients: Value[]; seen: RecordedNorm[] } {
    let seen: RecordedNorm[] = [];
    const variables = parameters.map(({ name }) => this.tensors.get(name)!);
    const { grads } = tf.engine().gradients(
      () => {
        const layers = learningLayers((name) => this.tensors.get(name)!, this.norms);
        const { heatmaps } = hourglassNetwork(layers, this.config, this.images);
        seen = layers.statistics.map((s) => this.recordedNorm(s));
        const losses = heatmaps.map((h) => stackLoss(this.lossConfig, h, this.targets, this.visibility));
        losses.forEach((loss, i) => this.graph.output(graphNames.loss(i), this.recorder.value(loss)));
        return losses.reduce((a, b) => tf.add(a, b));
      },
      variables,
      undefined,
      true,
    );
    const gradients = grads.map((gradient, i) => {
      if (!gradient) throw new Error(`the loss does not depend on ${parameters[i].name}`);
      return this.recorder.value(gradient);
    });
    return { gradients, seen };
  }

  private recordedNorm({ name, mean, variance, count }: BatchStatistics): RecordedNorm {
    return { name, mean: this.recorder.value(mean), variance: this.recorder.value(variance), count };
  }

  private featureMap(name: string, shape: readonly [number, number, number, number]): tf.Tensor4D {
    const [n, c, h, w] = shape;
    return this.recorder.placeholder(this.graph.input(name, shape), [n, h, w, c]) as tf.Tensor4D;
  }

  private input({ name, shape }: NetworkTensor): tf.Tensor {
    const value = this.graph.input(name, shape);
    if (shape.length === 1) return this.recorder.placeholder(value, shape);
    const [out, input, height, width] = shape;
    return this.recorder.placeholder(value, [height, width, input, out], 'filter');
  }
}
