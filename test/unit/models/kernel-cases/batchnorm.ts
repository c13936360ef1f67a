import * as tf from '@tensorflow/tfjs-core';
import { batchNormGradKernel, batchNormKernel } from '@disc-labeling/models/batchnorm';
import type { Given } from '../../../support/both-ways.js';
import { add, map, moments, multiply, normalize, relu, sum, type Doubles } from '../../../support/double-precision.js'; // prettier-ignore
import { between, given, type KernelCase, type KernelCases } from './types.js';

const inputs: [string, Given][] = [
  ['several samples and channels', given([3, 3, 5, 4], 1)],
  ['one channel', given([2, 5, 3, 1], 1)],
  ['few values per channel', given([2, 1, 1, 3], 1)],
  ['far from zero', between(9, 11, given([2, 7, 5, 3], 1))],
];

const forms = [false, true].flatMap((rectify) => [false, true].map((skips) => ({ rectify, skips })));

function formTitle(title: string, rectify: boolean, skips: boolean): string {
  return `${title}${skips ? ', skip' : ''}${rectify ? ', rectifier' : ''}`;
}

/** The training batch norm by its definition. */
export function trainingNorm(
  { x, scale, offset, skip }: { x: Doubles; scale: Doubles; offset: Doubles; skip?: Doubles },
  rectify: boolean,
): { y: Doubles; mean: Doubles; variance: Doubles } {
  const { mean, variance } = moments(x);
  const normal = normalize(x, { mean, variance, scale, offset });
  const y = skip ? add(normal, skip) : normal;
  return { y: rectify ? relu(y) : y, mean, variance };
}

const vectors = (x: Given) => ({
  scale: between(-1, 2, given([x.shape[3]!], 'scale')),
  offset: given([x.shape[3]!], 'offset'),
});

const forward: KernelCase[] = inputs.flatMap(([title, x]) =>
  forms.map(({ rectify, skips }) => ({
    title: formTitle(title, rectify, skips),
    inputs: { x, ...vectors(x), ...(skips && { skip: given(x.shape, 'skip') }) },
    attrs: { relu: rectify },
    expected: (values) => {
      const { y, mean, variance } = trainingNorm(values as Parameters<typeof trainingNorm>[0], rectify);
      return [y, mean, variance];
    },
    tolerance: title === 'far from zero' ? 1e-4 : 2e-5,
  })),
);

/** Ioffe & Szegedy 2015, section 3. */
function backward({ dy, x, y, scale, mean, variance }: Record<string, Doubles>, rectify: boolean): Doubles[] {
  const slope = rectify ? map(dy!, (v, i) => (y!.data[i]! > 0 ? v : 0)) : dy!;
  const zero = map(mean!, () => 0);
  const unit = normalize(x!, { mean: mean!, variance: variance!, scale: map(mean!, () => 1), offset: zero });
  const dOffset = sum(slope, [0, 1, 2]);
  const dScale = sum(multiply(slope, unit), [0, 1, 2]);
  const channels = mean!.data.length;
  const count = x!.data.length / channels;
  const dx = map(slope, (v, i) => {
    const c = i % channels;
    const share = (dOffset.data[c]! + unit.data[i]! * dScale.data[c]!) / count;
    return (scale!.data[c]! / Math.sqrt(variance!.data[c]! + 1e-5)) * (v - share);
  });
  return [dx, dScale, dOffset, slope];
}

const gradient: KernelCase[] = inputs.flatMap(([title, x]) =>
  [false, true].map((rectify) => {
    const { scale, offset } = vectors(x);
    const { y, mean, variance } = trainingNorm({ x, scale, offset }, rectify);
    return {
      title: formTitle(title, rectify, false),
      inputs: { dy: given(x.shape, 'dy'), x, y, scale, mean, variance },
      attrs: { relu: rectify },
      expected: (values) => backward(values, rectify),
      tolerance: title === 'few values per channel' ? 1e-3 : 1e-4,
    };
  }),
);

export const batchNormCases: KernelCases = {
  [batchNormKernel]: forward,
  [batchNormGradKernel]: gradient,
  [tf.FusedBatchNorm]: inputs.map(([title, x]) => {
    const channel = (name: string) => given([x.shape[3]!], name);
    return {
      title,
      inputs: {
        x,
        ...vectors(x),
        mean: channel('mean'),
        variance: between(0.1, 3, channel('variance')),
      },
      attrs: { varianceEpsilon: 1e-5 },
      expected: (values) => [normalize(values['x']!, values as unknown as Parameters<typeof normalize>[1])],
    };
  }),
};
