import * as tf from '@tensorflow/tfjs-core';
import { batchNormTraining } from '@disc-labeling/models/batchnorm';
import { enlarge } from '@disc-labeling/models/layers-enlarge';
import '@disc-labeling/models/layers-gradients';
import { stackLoss } from '@disc-labeling/models/loss';
import type { LossConfig } from '@disc-labeling/models/training';
import type { Given } from '../../../support/both-ways.js';
import { lossOf } from '../../../support/double-network.js';
import * as plain from '../../../support/double-precision.js';
import { trainingNorm } from './batchnorm.js';
import { between, given } from './types.js';

type Doubles = plain.Doubles;
type Map4D = tf.Tensor4D;

/** A differentiable operation and its definition in double precision. */
export interface GradientCase {
  /** The kernel whose gradient is tested. */
  readonly kernel: string;
  readonly title: string;
  readonly inputs: readonly Given[];
  /** How many inputs, from the first, to differentiate by; default all. */
  readonly by?: number;
  readonly operation: (...inputs: tf.Tensor[]) => tf.Tensor;
  readonly definition: (...inputs: Doubles[]) => Doubles;
  /** Allowed deviation as a share of the largest element; default 1e-5. */
  readonly tolerance?: number;
}

const features = [2, 3, 4, 3];
const x = given(features, 'x');
const filterOf = (shape: number[]) => given(shape, 'filter', { layout: 'filter' });

const convolutions: GradientCase[] = (
  [
    [1, 1, [3, 3, 2, 4], 2],
    [1, 2, [2, 4, 4, 3], 2],
    [3, 1, [2, 3, 4, 2], 3],
    [3, 1, [2, 1, 2, 2], 2],
    [3, 1, [1, 3, 2, 16], 16],
    [3, 2, [2, 4, 6, 2], 2],
    [3, 2, [2, 5, 4, 2], 2],
    [7, 2, [2, 8, 6, 2], 2],
    [7, 2, [1, 9, 8, 1], 3],
  ] as const
).map(([kernel, stride, input, out]) => {
  const pad = (kernel - 1) / 2;
  return {
    kernel: tf.FusedConv2D,
    title: `${kernel}x${kernel}, stride ${stride}, ${input.join()} to ${out}`,
    inputs: [given(input, 'x'), filterOf([kernel, kernel, input[3], out]), given([out], 'bias')],
    operation: (a, filter, bias) =>
      tf.fused.conv2d({ x: a as Map4D, filter: filter as Map4D, strides: stride, pad, bias }),
    definition: (a, filter, bias) => plain.convolve(a, filter, bias, { stride, pad }),
  };
});

const norms: GradientCase[] = [false, true].flatMap((relu) =>
  [false, true].map((skips) => ({
    kernel: 'BatchNormTraining',
    title: `${skips ? 'skip ' : ''}${relu ? 'rectifier' : ''}`,
    inputs: [
      between(1, 4, given([3, 3, 2, 3], 'norm')),
      between(-1, 2, given([3], 'scale')),
      given([3], 'offset'),
      ...(skips ? [given([3, 3, 2, 3], 'skip')] : []),
    ],
    operation: (a, scale, offset, skip) =>
      batchNormTraining(a as Map4D, scale as tf.Tensor1D, offset as tf.Tensor1D, {
        relu,
        skip: skip as Map4D,
      }).y,
    definition: (a, scale, offset, skip) => trainingNorm({ x: a, scale, offset, skip }, relu).y,
    tolerance: 1e-4,
  })),
);

const losses: GradientCase[] = (
  [
    { kind: 'reference' },
    { kind: 'weighted', peakWeight: 8, anyDisc: 1, anyDiscWeight: 2.5 },
    { kind: 'weighted', peakWeight: 3, anyDisc: null, anyDiscWeight: 2 },
  ] satisfies LossConfig[]
).map((config) => ({
  kernel: tf.Square,
  title: `loss ${Object.values(config).join(' ')}`,
  inputs: [
    x,
    between(0, 1, given(features, 'target')),
    { shape: [2, 1, 1, 3], data: Float64Array.of(1, 0, 1, 1, 1, 0) },
  ],
  by: 1,
  operation: (p, target, visibility) => stackLoss(config, p as Map4D, target as Map4D, visibility as Map4D),
  definition: (p, target, visibility) => ({
    shape: [],
    data: Float64Array.of(lossOf(config, p, target, visibility)),
  }),
}));

/** Operands that the network, its loss or their gradients bring together. */
const operands: [string, Given, Given][] = [
  ['equal shapes', x, given(features, 'b')],
  ['a gate', x, given([2, 3, 4, 1], 'gate')],
  ['visibilities', x, given([2, 1, 1, 3], 'visibility')],
  ['a gate and visibilities', given([2, 3, 4, 1], 'gate'), given([2, 1, 1, 3], 'visibility')],
  ['a vector', x, given([3], 'vector')],
  ['a scalar before', given([], 'scalar'), x],
];

const binary = (
  kernel: string,
  operation: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor,
  definition: (a: number, b: number) => number,
): GradientCase[] =>
  operands.map(([title, a, b]) => ({
    kernel,
    title,
    inputs: [a, b],
    operation,
    definition: (c, d) => plain.combine(c, d, definition),
  }));

const unary = (
  kernel: string,
  operation: (a: tf.Tensor) => tf.Tensor,
  definition: (a: number) => number,
): GradientCase => ({ kernel, title: 'feature map', inputs: [x], operation, definition: (a) => plain.map(a, definition) }); // prettier-ignore

const resizing: GradientCase[] = [
  {
    kernel: tf.MaxPool,
    title: 'several samples',
    inputs: [given([3, 4, 6, 2], 'pool')],
    operation: (a) => tf.maxPool(a as Map4D, 2, 2, 'valid'),
    definition: plain.maxPool,
  },
  ...[[1, 2, 3, 2], [3, 2, 1, 2]].map((shape): GradientCase => ({
    kernel: tf.ResizeNearestNeighbor,
    title: shape.join(),
    inputs: [given(shape, 'nearest')],
    operation: (a) => tf.image.resizeNearestNeighbor(a as Map4D, [2 * shape[1]!, 2 * shape[2]!]),
    definition: plain.repeat,
  })), // prettier-ignore
  ...[[1, 1, 1, 1], [2, 3, 2, 2], [2, 1, 3, 1]].map((shape): GradientCase => ({
    kernel: 'EnlargeBilinear',
    title: shape.join(),
    inputs: [given(shape, 'enlarge')],
    operation: (a) => enlarge(a as Map4D),
    definition: plain.enlarge,
  })), // prettier-ignore
];

export const gradientCases: readonly GradientCase[] = [
  ...convolutions,
  ...norms,
  ...losses,
  ...resizing,
  ...binary(tf.Add, tf.add, (a, b) => a + b),
  ...binary(tf.Sub, tf.sub, (a, b) => a - b),
  ...binary(tf.Multiply, tf.mul, (a, b) => a * b),
  unary(tf.Square, tf.square, (a) => a * a),
  unary(tf.Relu, tf.relu, (a) => Math.max(a, 0)),
  unary(tf.Sigmoid, tf.sigmoid, (a) => 1 / (1 + Math.exp(-a))),
  unary(tf.Cast, (a) => tf.cast(a, 'float32'), (a) => a), // prettier-ignore
  unary(tf.Identity, (a) => tf.clone(a), (a) => a), // prettier-ignore
  { ...unary(tf.Multiply, (a) => tf.mul(a, a), (a) => a * a), title: 'by itself' }, // prettier-ignore
  {
    kernel: tf.Reshape,
    title: 'to a vector',
    inputs: [given([2, 3, 4, 1], 'reshape')],
    operation: (a) => tf.reshape(a, [24]),
    definition: ({ data }) => ({ shape: [24], data }),
  },
  ...[[0, 1, 2, 3], [3], [0, 1, 2], [1, 2]].map((axes): GradientCase => ({
    kernel: tf.Sum,
    title: `over ${axes.join()}`,
    inputs: [x],
    operation: (a) => tf.sum(a, axes),
    definition: (a) => plain.sum(a, axes),
  })),
  {
    kernel: tf.Concat,
    title: 'channels',
    inputs: [x, given([2, 3, 4, 1], 'second'), given([2, 3, 4, 2], 'third')],
    operation: (...parts) => tf.concat(parts, 3),
    definition: (...parts) => plain.concat(parts, 3),
  },
  {
    kernel: tf.Sigmoid,
    title: 'attention gate: features, gated by a map of themselves',
    inputs: [x, filterOf([1, 1, 3, 1])],
    operation: (a, filter) =>
      tf.mul(a, tf.sigmoid(tf.fused.conv2d({ x: a as Map4D, filter: filter as Map4D, strides: 1, pad: 0 }))),
    definition: (a, filter) =>
      plain.multiply(a, plain.sigmoid(plain.convolve(a, filter, null, { stride: 1, pad: 0 }))),
  },
];
