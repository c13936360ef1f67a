import * as tf from '@tensorflow/tfjs-core';
import type { Given } from '../../../support/both-ways.js';
import { combine, map, relu, sigmoid } from '../../../support/double-precision.js';
import { between, given, uniform, type KernelCase, type KernelCases } from './types.js';

const features = [2, 3, 5, 4];

/** Every form of broadcasting that the network, its loss and their gradients come to. */
const pairs: [string, Given, Given][] = [
  ['equal feature maps', given(features, 1), given(features, 2)],
  ['a feature map and a gate', given(features, 1), given([2, 3, 5, 1], 2)],
  ['a gate and a feature map', given([2, 3, 5, 1], 1), given(features, 2)],
  ['a feature map and visibilities', given(features, 1), given([2, 1, 1, 4], 2)],
  ['a gate and visibilities', given([2, 3, 5, 1], 1), given([2, 1, 1, 4], 2)],
  ['a feature map and one value per channel', given(features, 1), given([1, 1, 1, 4], 2)],
  ['a feature map and a vector', given(features, 1), given([4], 2)],
  ['a vector and a feature map', given([4], 1), given(features, 2)],
  ['a feature map and a scalar', given(features, 1), given([], 2)],
  ['a feature map and constants per channel', given(features, 1), given([1, 1, 1, 4], 2, { constant: true })],
  ['a feature map and a constant vector', given(features, 1), given([4], 2, { constant: true })],
  ['a feature map and a constant scalar', given(features, 1), given([], 2, { constant: true })],
  ['a feature map and zeros', given(features, 1), uniform(features, 0)],
  ['zeros and a feature map', uniform(features, 0), given(features, 2)],
  ['ones and a feature map', uniform(features, 1), given(features, 2)],
  ['a gate and ones of the whole size', given([2, 3, 5, 1], 1), uniform(features, 1)],
  ['ones of the whole size and a vector', uniform(features, 1), given([4], 2)],
  ['zeros and a scalar', uniform(features, 0), given([], 2)],
  ['constants', uniform(features, 3), uniform([4], -2)],
  ['filters', given([3, 3, 2, 5], 1, { layout: 'filter' }), given([3, 3, 2, 5], 2, { layout: 'filter' })],
  ['a filter and a constant', given([3, 3, 2, 5], 1, { layout: 'filter' }), uniform([], 0.5)],
  ['vectors', given([5], 1), given([5], 2)],
  ['matrices, broadcast', given([3, 1], 1), given([4], 2)],
  ['scalars', given([], 1), given([], 2)],
];

function binary(f: (a: number, b: number) => number, adapt = (b: Given): Given => b): KernelCase[] {
  return pairs.map(([title, a, b]) => ({
    title,
    inputs: { a, b: adapt(b) },
    expected: (inputs) => [combine(inputs['a']!, inputs['b']!, f)],
  }));
}

/** Numbers far enough from zero to divide by. */
const positive = (b: Given): Given => between(0.5, 2, b);

const maps: [string, Given][] = [
  ['a feature map', given(features, 3)],
  ['a filter', given([3, 3, 2, 5], 3, { layout: 'filter' })],
  ['a vector', given([7], 3)],
  ['a scalar', given([], 3)],
  ['constants', uniform(features, 0.75)],
  ['negative constants', uniform([4], -0.75)],
];

function unary(f: (x: number) => number, adapt = (x: Given): Given => x): KernelCase[] {
  return maps.map(([title, x]) => ({
    title,
    inputs: { x: adapt(x) },
    attrs: { alpha: 0 },
    expected: (inputs) => [map(inputs['x']!, f)],
  }));
}

/** Zeros of both signs, and numbers next to zero. */
const nearZero: Given = {
  shape: [1, 2, 2, 2],
  data: Float64Array.of(0, -0, 1e-30, -1e-30, 1e-3, -1e-3, 1e30, -1e30),
};

const slope = (x: number) => (x > 0 ? 1 : 0);

export const elementwiseCases: KernelCases = {
  [tf.Add]: binary((a, b) => a + b),
  [tf.Sub]: binary((a, b) => a - b),
  [tf.Multiply]: binary((a, b) => a * b),
  [tf.RealDiv]: binary((a, b) => a / b, positive),
  [tf.AddN]: [2, 3, 5].flatMap((count) =>
    (
      [
        ['map', features],
        ['filter', [1, 3, 2, 4]],
        ['plain', [6]],
        ['plain', []],
      ] as const
    ).map(([layout, shape]): KernelCase => ({
      title: `${count} of shape ${shape.join()} (${layout})`,
      inputs: Object.fromEntries(Array.from({ length: count }, (_, i) => [i, given(shape, i, { layout })])),
      expected: (inputs) => [Object.values(inputs).reduce((a, b) => combine(a, b, (x, y) => x + y))],
    })),
  ),
  [tf.Neg]: unary((x) => -x),
  [tf.Square]: unary((x) => x * x),
  [tf.Sqrt]: unary(Math.sqrt, (x) => between(0, 4, x)),
  [tf.Sigmoid]: [
    ...unary((x) => 1 / (1 + Math.exp(-x))),
    {
      title: 'far from zero',
      inputs: { x: between(-60, 60, given(features, 4)) },
      expected: ({ x }) => [sigmoid(x!)],
    },
  ],
  [tf.Relu]: [
    ...unary((x) => Math.max(x, 0)),
    { title: 'at zero', inputs: { x: nearZero }, expected: ({ x }) => [relu(x!)] },
  ],
  [tf.Step]: [
    ...unary(slope),
    { title: 'at zero', inputs: { x: nearZero }, attrs: { alpha: 0 }, expected: ({ x }) => [map(x!, slope)] },
  ],
};
