import * as tf from '@tensorflow/tfjs-core';
import { convolutionFilterGrad, convolutionInputGrad, convolve, relu } from '../../../support/double-precision.js'; // prettier-ignore
import { given, type KernelCase, type KernelCases } from './types.js';

/** Shapes of a convolution; padding `(kernel - 1) / 2` where none is given. */
interface Shapes {
  readonly kernel: number;
  readonly stride?: number;
  readonly pad?: number;
  /** `[n, h, w, in]` */
  readonly input: readonly [number, number, number, number];
  readonly out: number;
}

const shapes: Shapes[] = [
  { kernel: 1, input: [3, 3, 5, 4], out: 2 },
  { kernel: 1, input: [1, 1, 1, 1], out: 1 },
  { kernel: 1, stride: 2, input: [2, 5, 4, 3], out: 2 },
  { kernel: 3, input: [2, 5, 7, 3], out: 4 },
  { kernel: 3, input: [1, 4, 3, 2], out: 1 },
  { kernel: 3, input: [2, 1, 1, 2], out: 3 },
  { kernel: 3, input: [2, 1, 2, 3], out: 2 },
  { kernel: 3, input: [2, 2, 1, 3], out: 2 },
  { kernel: 3, pad: 0, input: [2, 5, 4, 3], out: 2 },
  { kernel: 3, stride: 2, input: [2, 6, 8, 3], out: 4 },
  { kernel: 3, stride: 2, input: [2, 5, 7, 3], out: 4 },
  { kernel: 3, stride: 2, input: [2, 5, 8, 3], out: 2 },
  { kernel: 3, stride: 2, input: [2, 8, 5, 3], out: 2 },
  { kernel: 7, stride: 2, input: [2, 10, 12, 1], out: 3 },
  { kernel: 7, stride: 2, input: [2, 9, 11, 3], out: 2 },
  { kernel: 7, input: [1, 8, 7, 2], out: 2 },
  // As wide as the blocks of the blocked layout, and twice as wide.
  { kernel: 3, input: [2, 5, 3, 16], out: 32 },
  { kernel: 3, input: [2, 1, 2, 32], out: 16 },
  { kernel: 3, input: [3, 4, 4, 16], out: 16 },
  { kernel: 3, stride: 2, input: [2, 6, 4, 16], out: 16 },
];

function described({ kernel, stride = 1, pad = (kernel - 1) / 2, input, out }: Shapes) {
  const filterShape = [kernel, kernel, input[3], out];
  const shapeOf = { stride, pad };
  const rows = (size: number) => Math.floor((size + 2 * pad - kernel) / stride) + 1;
  return {
    title: `${kernel}x${kernel}, stride ${stride}, padding ${pad}, ${input.join()} to ${out}`,
    shapeOf,
    filterShape,
    attrs: { strides: [stride, stride], pad, dataFormat: 'NHWC', dilations: [1, 1] },
    x: given(input, 'x'),
    filter: given(filterShape, 'filter', { layout: 'filter' }),
    bias: given([out], 'bias'),
    dy: given([input[0], rows(input[1]), rows(input[2]), out], 'dy'),
  };
}

const cases = shapes.map(described);

function fused(withBias: boolean, activation: 'linear' | 'relu'): KernelCase[] {
  return cases.map(({ title, x, filter, bias, attrs, shapeOf }) => ({
    title: `${title}${withBias ? ', bias' : ''}, ${activation}`,
    inputs: { x, filter, ...(withBias && { bias }) },
    attrs: { ...attrs, activation },
    expected: (values) => {
      const y = convolve(values['x']!, values['filter']!, values['bias'] ?? null, shapeOf);
      return [activation === 'relu' ? relu(y) : y];
    },
  }));
}

export const convolutionCases: KernelCases = {
  [tf.Conv2D]: cases.map(({ title, x, filter, attrs, shapeOf }) => ({
    title,
    inputs: { x, filter },
    attrs,
    expected: (values) => [convolve(values['x']!, values['filter']!, null, shapeOf)],
  })),
  [tf.FusedConv2D]: [...fused(true, 'linear'), ...fused(true, 'relu'), ...fused(false, 'linear')],
  [tf.Conv2DBackpropInput]: cases.map(({ title, x, dy, filter, attrs, shapeOf }) => ({
    title,
    inputs: { dy, filter },
    attrs: { ...attrs, inputShape: x.shape },
    expected: (values) => [convolutionInputGrad(values['dy']!, values['filter']!, x.shape, shapeOf)],
  })),
  [tf.Conv2DBackpropFilter]: cases.map(({ title, x, dy, filterShape, attrs, shapeOf }) => ({
    title,
    inputs: { x, dy },
    attrs: { ...attrs, filterShape },
    expected: (values) => [convolutionFilterGrad(values['x']!, values['dy']!, filterShape, shapeOf)],
  })),
};
