import * as tf from '@tensorflow/tfjs-core';
import { enlargeGradKernel, enlargeKernel } from '@disc-labeling/models/layers-enlarge';
import type { Given } from '../../../support/both-ways.js';
import { averagePool, doubles, enlarge, maxPool, maxPoolGrad, repeat, type Doubles } from '../../../support/double-precision.js'; // prettier-ignore
import { given, type KernelCase, type KernelCases } from './types.js';

const pooling = { filterSize: 2, strides: 2, pad: 'valid' };
const nearest = (h: number, w: number) => ({
  size: [2 * h, 2 * w],
  alignCorners: false,
  halfPixelCenters: false,
});

/** Numbers of which many are equal. */
const coarse = (x: Given): Given => ({ ...x, data: x.data.map((v) => Math.round(v)) });

const poolInputs: [string, Given][] = [
  ['several samples and channels', given([3, 4, 6, 5], 1)],
  ['one window', given([2, 2, 2, 3], 1)],
  ['many equal elements', coarse(given([2, 6, 4, 3], 1))],
  ['all elements equal', doubles([2, 4, 4, 2], () => -1)],
];

function pool(f: (x: Doubles) => Doubles): KernelCase[] {
  return poolInputs.map(([title, x]) => ({
    title,
    inputs: { x },
    attrs: pooling,
    expected: (inputs) => [f(inputs['x']!)],
  }));
}

const sizes: [number, number, number, number][] = [
  [1, 1, 1, 1],
  [3, 1, 4, 2],
  [2, 5, 3, 3],
];

/** The transposed enlargement, element by element: what a slope of one at each place of the input comes from. */
function enlargeGrad(dy: Doubles): Doubles {
  const [n, h, w, c] = dy.shape as [number, number, number, number];
  return doubles([n, h / 4, w / 4, c], (i) => {
    const y = enlarge(doubles([n, h / 4, w / 4, c], (j) => +(i === j)));
    return y.data.reduce((total, weight, j) => total + weight * dy.data[j]!, 0);
  });
}

export const resizeCases: KernelCases = {
  [tf.MaxPool]: pool(maxPool),
  [tf.AvgPool]: pool(averagePool),
  [tf.MaxPoolGrad]: poolInputs.map(([title, input]) => {
    const output = maxPool(input);
    return {
      title,
      inputs: { dy: given(output.shape, 2), input, output },
      attrs: pooling,
      expected: ({ dy, input: x }) => [maxPoolGrad(dy!, x!)],
    };
  }),
  [tf.ResizeNearestNeighbor]: sizes.map(([n, h, w, c]) => ({
    title: [n, h, w, c].join(),
    inputs: { images: given([n, h, w, c], 1) },
    attrs: nearest(h, w),
    expected: ({ images }) => [repeat(images!)],
  })),
  [enlargeKernel]: sizes.map((shape) => ({
    title: shape.join(),
    inputs: { x: given(shape, 1) },
    expected: ({ x }) => [enlarge(x!)],
  })),
  [enlargeGradKernel]: sizes.map(([n, h, w, c]) => ({
    title: [n, h, w, c].join(),
    inputs: { dy: given([n, 4 * h, 4 * w, c], 1) },
    expected: ({ dy }) => [enlargeGrad(dy!)],
  })),
};
