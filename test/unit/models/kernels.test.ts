import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { batchNormTraining } from '@disc-labeling/models/batchnorm';
import { blockSize } from '@disc-labeling/models/compile/blocked';
import { enlarge } from '@disc-labeling/models/layers-enlarge';
import { compiled, deviation, eager, recordedKernels, type Operation } from '../../support/both-ways.js';
import type { Doubles } from '../../support/double-precision.js';
import { batchNormCases } from './kernel-cases/batchnorm.js';
import { convolutionCases } from './kernel-cases/convolution.js';
import { elementwiseCases } from './kernel-cases/elementwise.js';
import { resizeCases } from './kernel-cases/resize.js';
import { shapeCases } from './kernel-cases/shape.js';
import type { KernelCase, KernelCases } from './kernel-cases/types.js';

const allCases: KernelCases = {
  ...elementwiseCases,
  ...shapeCases,
  ...resizeCases,
  ...batchNormCases,
  ...convolutionCases,
};

/** Calls the kernel itself, so that no front-end function can choose another one. */
function call(kernel: string, { inputs, attrs }: KernelCase): Operation {
  const names = Object.keys(inputs);
  const listed = names.every((name, i) => name === String(i));
  return (tensors) => {
    const named = Object.fromEntries(names.map((name, i) => [name, tensors[i]!]));
    const passed = (listed ? [...tensors] : named) as tf.NamedTensorMap;
    return [tf.engine().runKernel(kernel, passed, { ...attrs })].flat() as tf.Tensor[];
  };
}

function expectClose(actual: Doubles[], expected: Doubles[], tolerance: number, title: string): void {
  expect(actual.length, title).toBe(expected.length);
  expected.forEach((wanted, i) =>
    expect(deviation(actual[i]!, wanted), `${title}, output ${i}`).toBeLessThan(tolerance),
  );
}

/** The ways to record a kernel. */
const recordings = [
  ['compiled', {}],
  ['compiled, blocked', { blockSize: await blockSize() }],
  ['compiled, portable', { portable: true }],
] as const;

describe('recorded kernels', () => {
  beforeAll(async () => {
    await tf.setBackend('cpu');
    // These bring their plain kernels to a backend when they are first used.
    tf.tidy(() => {
      const x = tf.ones<tf.Rank.R4>([1, 1, 1, 1]);
      enlarge(x);
      batchNormTraining(x, tf.ones([1]), tf.ones([1]));
    });
  });

  it('each have cases here', () => {
    expect(Object.keys(allCases).sort()).toEqual(recordedKernels());
    for (const [kernel, cases] of Object.entries(allCases)) expect(cases, kernel).not.toEqual([]);
  });

  it.each(Object.entries(allCases))(
    '%s: compiled and eager yield what the definition says',
    async (kernel, cases) => {
      for (const example of cases) {
        const { title, inputs, expected, tolerance = 1e-5 } = example;
        const given = Object.values(inputs);
        const wanted = expected(inputs);
        expectClose(await eager(given, call(kernel, example)), wanted, tolerance, `${title} (eager)`);
        for (const [words, options] of recordings) {
          const actual = await compiled(given, call(kernel, example), options);
          expectClose(actual, wanted, tolerance, `${title} (${words})`);
        }
      }
    },
  );
});
