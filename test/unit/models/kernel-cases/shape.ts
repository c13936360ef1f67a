import * as tf from '@tensorflow/tfjs-core';
import type { Given } from '../../../support/both-ways.js';
import { concat, slice, sum, type Doubles } from '../../../support/double-precision.js';
import { given, uniform, type KernelCase, type KernelCases } from './types.js';

const features = [2, 3, 5, 4];
const filter = given([3, 3, 2, 5], 1, { layout: 'filter' });

const unchanged: KernelCase[] = [
  given(features, 1),
  filter,
  given([5], 1),
  given([], 1),
  uniform([2, 3], 4),
].map((x) => ({
  title: `shape ${x.shape.join()}`,
  inputs: { x },
  attrs: { dtype: 'float32' },
  expected: (inputs) => [inputs['x']!],
}));

function reshaping(x: Given, shape: number[], to = shape): KernelCase {
  return {
    title: `${x.shape.join()} to ${shape.join()}`,
    inputs: { x },
    attrs: { shape },
    expected: (inputs) => [{ shape: to, data: inputs['x']!.data }],
  };
}

function joining(axis: number, shapes: number[][], options: Partial<Given> = {}): KernelCase {
  return {
    title: `axis ${axis} of ${shapes.join(' and ')}`,
    inputs: Object.fromEntries(shapes.map((shape, i) => [i, given(shape, i, options)])),
    attrs: { axis },
    expected: (inputs) => [concat(Object.values(inputs), (axis + 4) % 4)],
  };
}

function splitting(x: Given, axis: number, numOrSizeSplits: number | number[], sizes: number[]): KernelCase {
  return {
    title: `${x.shape.join()} on axis ${axis} into ${sizes.join()}`,
    inputs: { x },
    attrs: { axis, numOrSizeSplits },
    expected: (inputs) => {
      const start = (part: number) => sizes.slice(0, part).reduce((a, b) => a + b, 0);
      return sizes.map((size, part): Doubles => slice(inputs['x']!, axis, start(part), size));
    },
  };
}

function adding(x: Given, axis: number[], keepDims = false): KernelCase {
  return {
    title: `${x.shape.join()} over ${axis.join() || 'nothing'}${keepDims ? ', axes kept' : ''}`,
    inputs: { x },
    attrs: { axis, keepDims },
    expected: (inputs) => [sum(inputs['x']!, axis, keepDims)],
  };
}

export const shapeCases: KernelCases = {
  [tf.Identity]: unchanged,
  [tf.Cast]: unchanged,
  [tf.Reshape]: [
    reshaping(given([2, 1, 1, 4], 1), [2, 4]),
    reshaping(given([2, 4], 1), [2, 1, 1, 4]),
    reshaping(given([4], 1), [1, 1, 1, 4]),
    reshaping(given([1, 1, 1, 4], 1), [4]),
    reshaping(given([2, 3, 5, 1], 1), [2, 15]),
    reshaping(given([2, 3, 5], 1), [2, 3, 5, 1]),
    reshaping(given([3, 5, 1, 1], 1), [15]),
    reshaping(given(features, 1), features),
    reshaping(given(features, 1), [2, -1, 5, 4], features),
    reshaping(given([], 1), [1, 1, 1, 1]),
    reshaping(given([1], 1), []),
    reshaping(uniform(features, 2), [120]),
    reshaping(filter, [3, 3, 2, 5]),
  ],
  [tf.Concat]: [
    joining(3, [features, [2, 3, 5, 1], [2, 3, 5, 6]]),
    joining(-1, [features, features]),
    joining(0, [features, [1, 3, 5, 4]]),
    joining(1, [features, [2, 2, 5, 4]]),
    joining(2, [features, [2, 3, 1, 4]]),
    joining(3, [[1, 1, 2, 3], [1, 1, 2, 2]], { layout: 'filter' }), // prettier-ignore
    {
      ...joining(3, [features, features]),
      title: 'with a constant',
      inputs: { 0: given(features, 0), 1: uniform([2, 3, 5, 2], 7) },
    },
  ],
  [tf.SplitV]: [
    splitting(given(features, 1), 3, [1, 3], [1, 3]),
    splitting(given(features, 1), 3, 2, [2, 2]),
    splitting(given(features, 1), 3, [1, -1], [1, 3]),
    splitting(given(features, 1), 0, [1, 1], [1, 1]),
    splitting(given(features, 1), 1, [2, 1], [2, 1]),
    splitting(given(features, 1), 2, [1, 1, 3], [1, 1, 3]),
    splitting(filter, 3, [1, 4], [1, 4]),
    splitting(uniform(features, 3), 3, [1, 3], [1, 3]),
  ],
  [tf.Sum]: [
    adding(given(features, 1), [0, 1, 2, 3]),
    adding(given(features, 1), [3]),
    adding(given(features, 1), [0, 1, 2]),
    adding(given(features, 1), [1, 2]),
    adding(given(features, 1), [1, 2, 3]),
    adding(given(features, 1), [3], true),
    adding(given(features, 1), [0, 1, 2], true),
    adding(given(features, 1), [1, 2, 3], true),
    adding(given(features, 1), [0], true),
    adding(given(features, 1), [], true),
    adding(filter, [0, 1, 2, 3]),
    adding(filter, [0, 1], true),
    adding(given([3, 7], 1), [0]),
    adding(given([3, 7], 1), [1]),
    adding(given([9], 1), [0]),
    adding(uniform(features, 0.5), [0, 1, 2]),
    adding(given([2, 40, 50, 1], 1), [0, 1, 2]),
  ],
};
