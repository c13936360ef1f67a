import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { blockSize } from '@disc-labeling/models/compile/blocked';
import { compiled, deviation, eager, recordedKernels, type Given, type Operation } from '../../support/both-ways.js'; // prettier-ignore
import * as plain from '../../support/double-precision.js';
import { numericalGradients } from '../../support/finite-differences.js';
import { gradientCases, type GradientCase } from './kernel-cases/gradients.js';
import { given } from './kernel-cases/types.js';

type Doubles = plain.Doubles;

/** The gradients by the inputs for a slope of the output, which is given last. */
function differentiate({ operation, inputs, by = inputs.length }: GradientCase): Operation {
  return (tensors) => {
    const [given, slope] = [tensors.slice(0, -1), tensors.at(-1)!];
    const { grads } = tf.engine().gradients(() => operation(...given), given.slice(0, by), slope);
    return grads;
  };
}

function slopeOf({ inputs, definition }: GradientCase): Given {
  const { shape } = definition(...inputs);
  return given(shape, 'slope');
}

/** What the gradients have to be, by central differences of the definition. */
function expectedGradients(example: GradientCase, slope: Given): Doubles[] {
  const { inputs, by = inputs.length, definition } = example;
  const rest = inputs.slice(by);
  return numericalGradients(
    (moved) => definition(...moved, ...rest).data.reduce((total, y, i) => total + y * slope.data[i]!, 0),
    inputs.slice(0, by).map(({ shape, data }) => ({ shape, data: data.slice() })),
  );
}

const perKernel = [...new Set(gradientCases.map(({ kernel }) => kernel))].map(
  (kernel) => [kernel, gradientCases.filter((example) => example.kernel === kernel)] as const,
);

describe('gradients of operations', () => {
  it('are tested for every recorded kernel that has one', () => {
    const differentiable = recordedKernels().filter((name) => tf.getGradient(name) !== undefined);
    const tested = new Set(gradientCases.map(({ kernel }) => kernel));
    expect(differentiable.filter((name) => !tested.has(name))).toEqual([]);
  });

  it.each(perKernel)('%s: compiled and eager agree with finite differences', async (kernel, examples) => {
    for (const example of examples) {
      const slope = slopeOf(example);
      const expected = expectedGradients(example, slope);
      const given = [...example.inputs, slope];
      const check = (ways: string, actual: Doubles[]) =>
        expected.forEach((wanted, i) =>
          expect(deviation(actual[i]!, wanted), `${example.title} by input ${i} (${ways})`).toBeLessThan(
            example.tolerance ?? 1e-5,
          ),
        );
      check('eager', await eager(given, differentiate(example)));
      check('compiled', await compiled(given, differentiate(example)));
      check('blocked', await compiled(given, differentiate(example), { blockSize: await blockSize() }));
      check('portable', await compiled(given, differentiate(example), { portable: true }));
      const { kernelNames } = await tf.profile(() => tf.tidy(() => void example.operation(...example.inputs.map(({ data, shape }) => tf.tensor([...data], [...shape]))))); // prettier-ignore
      expect(kernelNames, example.title).toContain(kernel);
    }
  });
});

/** Why the enlargements bring gradients of their own; once this fails, tfjs's can be used. */
describe("tfjs's own gradients of enlargements", () => {
  // Square ones: for others even the shape of the nearest neighbours' gradient is wrong.
  const images = given([2, 3, 3, 2], 'images');

  async function own(kernel: string, factor: number, definition: (a: Doubles) => Doubles): Promise<number> {
    const dy = given([2, 3 * factor, 3 * factor, 2], 'dy');
    const attrs = { alignCorners: false, halfPixelCenters: true };
    const call: Operation = ([a, slope]) => [
      tf.engine().runKernel(kernel, { images: a!, dy: slope! }, attrs) as tf.Tensor,
    ];
    const [expected] = numericalGradients(
      ([a]) => definition(a!).data.reduce((total, y, i) => total + y * dy.data[i]!, 0),
      [images],
    );
    const [actual] = await eager([images, dy], call);
    return deviation(actual!, expected!);
  }

  it('are wrong in ways that finite differences show', async () => {
    expect(await own(tf.ResizeNearestNeighborGrad, 2, plain.repeat)).toBeGreaterThan(0.1);
    expect(await own(tf.ResizeBilinearGrad, 4, plain.enlarge)).toBeGreaterThan(0.1);
  });
});
