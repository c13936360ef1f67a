import * as tf from '@tensorflow/tfjs-core';
import { batchNormEpsilon, batchNormTraining } from './batchnorm.js';
import { enlarge } from './layers-enlarge.js';
import './layers-gradients.js';
import type { Activation, ConvolutionSpec, Layers } from './layers.js';
import type { Weights, WeightTensor } from './model.js';
import type { Norms } from './training.js';

type Map4D = tf.Tensor4D;

/** The operations on feature maps `[n, h, w, c]` that mean the same in training and inference. */
abstract class TensorLayers implements Layers<Map4D> {
  abstract convolution(x: Map4D, name: string, spec: ConvolutionSpec): Map4D;
  abstract batchNorm(x: Map4D, name: string, activation?: Activation<Map4D>): Map4D;
  abstract normalizedConvolution(
    x: Map4D,
    convolution: string,
    norm: string,
    spec: ConvolutionSpec,
    activation?: Activation<Map4D>,
  ): Map4D;

  channels = (x: Map4D): number => x.shape[3];
  add = (...terms: Map4D[]): Map4D => terms.reduce((a, b) => tf.add(a, b));
  concat = (maps: Map4D[]): Map4D => (maps.length === 1 ? maps[0] : tf.concat(maps, 3));
  gate = (x: Map4D, gate: Map4D): Map4D => tf.mul(x, gate);
  sigmoid = (x: Map4D): Map4D => tf.sigmoid(x);
  maxPool = (x: Map4D): Map4D => tf.maxPool(x, 2, 2, 'valid');
  repeat = (x: Map4D): Map4D => tf.image.resizeNearestNeighbor(x, [2 * x.shape[1], 2 * x.shape[2]]);
  enlarge = (x: Map4D): Map4D => enlarge(x);

  /** @param filter `[kernel, kernel, in, out]` */
  protected convolve(
    x: Map4D,
    filter: Map4D,
    bias: tf.Tensor1D | undefined,
    spec: ConvolutionSpec,
    relu = false,
  ): Map4D {
    const { kernel, stride = 1 } = spec;
    const activation = relu ? 'relu' : 'linear';
    const [input, pad] = padded(x, (kernel - 1) / 2, stride);
    return tf.fused.conv2d({ x: input, filter, strides: stride, pad, bias, activation });
  }
}

/**
 * The padding of a convolution as the backend takes it. TensorFlow's own knows no numbers, and its `same` puts the
 * odd row and column of strided convolutions on the other side.
 */
function padded(x: Map4D, pad: number, stride: number): [Map4D, number | 'same' | 'valid'] {
  if (tf.getBackend() !== 'tensorflow') return [x, pad];
  if (stride === 1) return [x, 'same'];
  const both: [number, number] = [pad, pad];
  return [tf.pad4d(x, [[0, 0], both, both, [0, 0]]), 'valid'];
}

/** What a batch norm saw of a batch. */
export interface BatchStatistics {
  readonly name: string;
  readonly mean: tf.Tensor1D;
  /** Biased. */
  readonly variance: tf.Tensor1D;
  /** Values per channel. */
  readonly count: number;
}

/** A tensor by its state-dict name; filters as `[kernel, kernel, in, out]`. */
type TensorOf = (name: string) => tf.Tensor;

/** Layers for learning: parameters are tensors. */
abstract class LearningLayers extends TensorLayers {
  /** What batch norms saw of the batch, where that counts. */
  readonly statistics: BatchStatistics[] = [];

  constructor(protected readonly tensor: TensorOf) {
    super();
  }

  convolution(x: Map4D, name: string, spec: ConvolutionSpec): Map4D {
    return this.convolve(x, this.tensor(`${name}.weight`) as Map4D, this.bias(name, spec), spec);
  }

  protected bias(name: string, spec: ConvolutionSpec): tf.Tensor1D | undefined {
    return spec.bias === false ? undefined : this.vector(`${name}.bias`);
  }

  protected vector(name: string): tf.Tensor1D {
    return this.tensor(name) as tf.Tensor1D;
  }
}

/** Batch norms use and report the batch's statistics. */
class BatchNormLayers extends LearningLayers {
  batchNorm(x: Map4D, name: string, activation: Activation<Map4D> = {}): Map4D {
    const [scale, offset] = [this.vector(`${name}.weight`), this.vector(`${name}.bias`)];
    const { y, mean, variance } = batchNormTraining(x, scale, offset, activation);
    this.statistics.push({ name, mean, variance, count: x.size / x.shape[3] });
    return y;
  }

  normalizedConvolution(
    x: Map4D,
    convolution: string,
    norm: string,
    spec: ConvolutionSpec,
    activation: Activation<Map4D> = {},
  ): Map4D {
    return this.batchNorm(this.convolution(x, convolution, spec), norm, activation);
  }
}

/** Batch norms use running statistics, which stay as they are, and are multiplied into convolutions: as in use. */
class FixedNormLayers extends LearningLayers {
  batchNorm(x: Map4D, name: string, activation: Activation<Map4D> = {}): Map4D {
    const { factor, offset } = this.affine(name);
    return activate(tf.add(tf.mul(x, factor), offset), activation);
  }

  normalizedConvolution(
    x: Map4D,
    convolution: string,
    norm: string,
    spec: ConvolutionSpec,
    activation: Activation<Map4D> = {},
  ): Map4D {
    const { factor, offset } = this.affine(norm);
    const filter = tf.mul<Map4D>(this.tensor(`${convolution}.weight`), factor);
    const before = this.bias(convolution, spec);
    const bias = before ? tf.add<tf.Tensor1D>(tf.mul(before, factor), offset) : offset;
    return activate(this.convolve(x, filter, bias, spec), activation);
  }

  /** A norm as x * factor + offset. */
  private affine(name: string): { factor: tf.Tensor1D; offset: tf.Tensor1D } {
    const deviation = tf.sqrt(tf.add(this.vector(`${name}.running_var`), batchNormEpsilon));
    const factor = tf.mul<tf.Tensor1D>(this.vector(`${name}.weight`), tf.div(1, deviation));
    const mean = this.vector(`${name}.running_mean`);
    return { factor, offset: tf.sub(this.vector(`${name}.bias`), tf.mul(mean, factor)) };
  }
}

/** Layers for learning with batch norms of either kind. @param tensor also running statistics where norms are fixed */
export const learningLayers = (tensor: TensorOf, norms: Norms): LearningLayers =>
  norms === 'fixed' ? new FixedNormLayers(tensor) : new BatchNormLayers(tensor);

/** Makes constant tensors on the current backend. */
export interface ConstantMaker {
  /** @param tensor a filter `[out, in, kernel, kernel]`; the result is seen as `[kernel, kernel, in, out]` */
  filter(tensor: WeightTensor): tf.Tensor4D;
  vector(data: Float32Array): tf.Tensor1D;
}

/** Constants as ordinary tensors. */
export const plainConstants: ConstantMaker = {
  filter: ({ data, shape }) => {
    const [out, input, height, width] = shape;
    return tf.tidy(() => tf.transpose(tf.tensor4d(data, [out, input, height, width]), [2, 3, 1, 0]));
  },
  vector: (data) => tf.tensor1d(data),
};

/** Layers for use: weights are constants, batch norms use running statistics and fold into convolutions. */
export class InferenceLayers extends TensorLayers {
  private readonly foldings = new Map<string, FoldedConvolution>();

  constructor(
    private readonly weights: Weights,
    private readonly constants: ConstantMaker,
  ) {
    super();
  }

  convolution(x: Map4D, name: string, spec: ConvolutionSpec): Map4D {
    const bias = spec.bias === false ? undefined : this.constants.vector(this.tensor(`${name}.bias`).data);
    return this.convolve(x, this.constants.filter(this.tensor(`${name}.weight`)), bias, spec);
  }

  batchNorm(x: Map4D, name: string, activation: Activation<Map4D> = {}): Map4D {
    const vector = (suffix: string) => this.constants.vector(this.tensor(`${name}.${suffix}`).data);
    const [mean, variance] = [vector('running_mean'), vector('running_var')];
    const [offset, scale] = [vector('bias'), vector('weight')];
    return activate(tf.batchNorm4d(x, mean, variance, offset, scale, batchNormEpsilon), activation);
  }

  normalizedConvolution(
    x: Map4D,
    convolution: string,
    norm: string,
    spec: ConvolutionSpec,
    activation: Activation<Map4D> = {},
  ): Map4D {
    const { filter, bias } = this.folded(convolution, norm);
    const rectify = activation.relu === true && activation.skip === undefined;
    const y = this.convolve(x, this.constants.filter(filter), this.constants.vector(bias), spec, rectify);
    return rectify ? y : activate(y, activation);
  }

  private folded(convolution: string, norm: string): FoldedConvolution {
    const known = this.foldings.get(convolution) ?? foldBatchNorm(this.weights, convolution, norm);
    this.foldings.set(convolution, known);
    return known;
  }

  private tensor(name: string): WeightTensor {
    return weightNamed(this.weights, name);
  }
}

function activate(x: Map4D, { skip, relu }: Activation<Map4D>): Map4D {
  const y = skip ? tf.add<Map4D>(x, skip) : x;
  return relu ? tf.relu(y) : y;
}

function weightNamed(weights: Weights, name: string): WeightTensor {
  const tensor = weights.get(name);
  if (tensor === undefined) throw new Error(`the network has no tensor ${name}`);
  return tensor;
}

interface FoldedConvolution {
  readonly filter: WeightTensor;
  readonly bias: Float32Array;
}

/** A convolution with the batch norm behind it multiplied into filter and bias (in double precision). */
export function foldBatchNorm(weights: Weights, convolution: string, norm: string): FoldedConvolution {
  const of = (name: string) => weightNamed(weights, name).data;
  const original = weightNamed(weights, `${convolution}.weight`);
  const [scale, offset] = [of(`${norm}.weight`), of(`${norm}.bias`)];
  const [mean, variance] = [of(`${norm}.running_mean`), of(`${norm}.running_var`)];
  const before = weights.get(`${convolution}.bias`)?.data;
  const channels = original.shape[0];
  const perChannel = original.data.length / channels;
  const data = new Float32Array(original.data.length);
  const bias = new Float32Array(channels);
  for (let c = 0; c < channels; c++) {
    const factor = scale[c] / Math.sqrt(variance[c] + batchNormEpsilon);
    bias[c] = offset[c] + ((before?.[c] ?? 0) - mean[c]) * factor;
    for (let i = c * perChannel; i < (c + 1) * perChannel; i++) data[i] = original.data[i] * factor;
  }
  return { filter: { shape: original.shape, data }, bias };
}
