import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTrainingStep } from '@disc-labeling/models/compile/training-step';
import { heatmapStride, lightNetwork, referenceNetwork, type NetworkConfig } from '@disc-labeling/models/config'; // prettier-ignore
import { EagerTrainingStep } from '@disc-labeling/models/engines/eager-training';
import { initialWeights, networkTensors } from '@disc-labeling/models/layers-listing';
import type { Weights } from '@disc-labeling/models/model';
import type { LossConfig, ParameterLayout, StepResult, TrainingBatch, TrainingStep } from '@disc-labeling/models/training'; // prettier-ignore
import { Random } from '@disc-labeling/server/dataset/phantom/random';
import { createOptimizer } from '@disc-labeling/server/training/optimizer';
import {
  doubleWeights,
  featureMap,
  trainInDouble,
  type DoubleWeights,
} from '../../support/double-network.js';
import { directionalDerivative } from '../../support/finite-differences.js';

const weighted: LossConfig = { kind: 'weighted', peakWeight: 8, anyDisc: 2, anyDiscWeight: 2 };
const plainLoss: LossConfig = { kind: 'reference' };
const small = { features: 4, joints: 3 };

const networks: [string, NetworkConfig, LossConfig][] = [
  ['light', lightNetwork(small), weighted],
  ['light, one stack, no attention', lightNetwork({ ...small, stacks: 1, attention: false }), plainLoss],
  ['light, 16 wide (blocked)', lightNetwork({ joints: 3, features: 16, stacks: 1 }), weighted],
  ['reference', referenceNetwork({ ...small, features: 3 }), plainLoss],
  [
    'reference, one stack, no attention',
    referenceNetwork({ ...small, stacks: 1, attention: false }),
    weighted,
  ],
];

/** Oblong, so that rows and columns cannot stand for each other. */
const imageSize = [64, 128] as const;

function numbers(shape: number[], seed: string) {
  const random = new Random(seed);
  const data = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.uniform());
  return { data, shape };
}

function randomBatch(config: NetworkConfig): TrainingBatch {
  const [height, width] = imageSize;
  const stride = heatmapStride(config);
  const { inputChannels, joints } = config;
  const visibility = { data: new Float32Array(2 * joints).fill(1), shape: [2, joints] };
  visibility.data[joints - 1] = 0;
  return {
    images: {
      ...numbers([2, inputChannels, height, width], 'images'),
      shape: [2, inputChannels, height, width],
    },
    targets: numbers([2, joints, height / stride, width / stride], 'targets'),
    visibility,
  };
}

/** Initial weights with norms that scale and shift, so that no derivative is special. */
function someWeights(config: NetworkConfig) {
  const weights = initialWeights(config, 5);
  const random = new Random('weights');
  for (const [name, { data, shape }] of weights)
    if (shape.length === 1 && !name.includes('running_'))
      data.forEach((value, i) => (data[i] = value + random.uniform(-0.3, 0.3)));
  return weights;
}

const norm = (values: Iterable<number>): number =>
  Math.sqrt(Array.from(values).reduce((sum, x) => sum + x * x, 0));
const difference = (a: Float32Array, b: Float32Array): number => norm(a.map((x, i) => x - b[i]!));
const part = (flat: Float32Array, { offset, length }: ParameterLayout) =>
  flat.subarray(offset, offset + length);

/** Kinds of parameters; each is moved on its own. */
const groups: [string, (name: string) => boolean][] = [
  ['all parameters', () => true],
  ['convolution filters', (name) => /conv\d\.weight$/.test(name)],
  ['norms', (name) => /(bn\d|\.1|attention\.[147])\.(weight|bias)$/.test(name)],
  ['scores and what follows them', (name) => /^(score|fc_|score_)\./.test(name)],
  ['attention', (name) => name.startsWith('attention.')],
  ['first convolution', (name) => name === 'conv1.weight'],
  ['deepest level', (name) => /^hg\.0\.hg\.0\.[123]/.test(name)],
];

/**
 * A way uphill, with random deviations. Every tensor moves by as much as the others, so that none is lost
 * beside them.
 */
function alongGradients(moved: readonly ParameterLayout[], gradients: Float32Array, seed: string) {
  const random = new Random(seed);
  return new Map(
    moved.map((place) => {
      const own = part(gradients, place);
      const size = norm(own) || 1;
      return [place.name, Float64Array.from(own, (g) => g / size + random.uniform(-0.2, 0.2))] as const;
    }),
  );
}

/** The weights in double precision, moved `t` times as far as the direction says. */
function movedWeights(
  weights: Weights,
  direction: ReadonlyMap<string, Float64Array>,
  t: number,
): DoubleWeights {
  const moved = [...weights].map(([name, { shape, data }]) => {
    const slopes = direction.get(name);
    return [
      name,
      { shape, data: Float64Array.from(data, (x, i) => x + (slopes ? t * slopes[i]! : 0)) },
    ] as const;
  });
  return doubleWeights(new Map(moved));
}

describe.each(networks)('a training step of the network: %s', (_, config, lossConfig) => {
  const weights = someWeights(config);
  const batch = randomBatch(config);
  const doubleBatch = {
    images: featureMap(batch.images),
    targets: featureMap(batch.targets),
    visibility: featureMap(batch.visibility),
  };
  const inDouble = (w = doubleWeights(weights)) => trainInDouble(config, lossConfig, w, doubleBatch);
  const steps = new Map<string, TrainingStep>();
  const results = new Map<string, StepResult>();

  beforeAll(async () => {
    await tf.setBackend('cpu');
    steps.set('compiled', await createTrainingStep(config, weights, lossConfig, batch.images.shape));
    steps.set('eager', new EagerTrainingStep('cpu', config, weights, lossConfig));
    for (const [way, step] of steps) results.set(way, await step.run(batch));
  });

  afterAll(async () => {
    for (const step of steps.values()) await step.dispose();
  });

  it.each(['compiled', 'eager'])('has the loss and statistics of double precision: %s', (way) => {
    const { losses, statistics } = inDouble();
    const { lossPerStack, loss } = results.get(way)!;
    losses.forEach((value, stack) => expect(lossPerStack[stack]! / value).toBeCloseTo(1, 5));
    expect(loss / losses.reduce((a, b) => a + b)).toBeCloseTo(1, 5);
    const step = steps.get(way)!;
    expect(step.statisticsLayout).toHaveLength(2 * statistics.size);
    for (const place of step.statisticsLayout) {
      const [norm, which] = [place.name.replace(/\.running_(mean|var)$/, ''), /var$/.test(place.name)];
      const { mean, variance, count } = statistics.get(norm)!;
      part(step.statistics, place).forEach((value, c) => {
        // PyTorch: a tenth of the batch's, the variance unbiased, on nine tenths of 0 and 1.
        const expected = which ? 0.9 + (0.1 * variance.data[c]! * count) / (count - 1) : 0.1 * mean.data[c]!;
        expect(Math.abs(value - expected), place.name).toBeLessThan(1e-5 * Math.max(1, Math.abs(expected)));
      });
    }
  });

  it('has gradients that agree with finite differences, compiled and eager', () => {
    const { layout, gradients } = steps.get('compiled')!;
    for (const [title, includes] of config.features > 8 ? groups.slice(0, 1) : groups) {
      const moved = layout.filter(({ name }) => includes(name));
      const direction = alongGradients(moved, gradients, title);
      const expected = directionalDerivative((t) => {
        const { losses } = inDouble(movedWeights(weights, direction, t));
        return losses.reduce((a, b) => a + b);
      });
      for (const [way, step] of steps) {
        const actual = moved.reduce((sum, place) => {
          const slopes = direction.get(place.name)!;
          return part(step.gradients, place).reduce((total, g, i) => total + g * slopes[i]!, sum);
        }, 0);
        const error = Math.abs(actual - expected);
        expect(error, `${title}, ${way}: ${actual} for ${expected}`).toBeLessThanOrEqual(3e-4 * expected);
      }
    }
  });

  it('has the same gradient of every parameter, compiled and eager', () => {
    const [compiled, eager] = [steps.get('compiled')!, steps.get('eager')!];
    expect(compiled.layout).toEqual(eager.layout);
    for (const place of compiled.layout) {
      const [a, b] = [part(compiled.gradients, place), part(eager.gradients, place)];
      expect(difference(a, b), place.name).toBeLessThan(1e-3 * norm(b) + 1e-6 * norm(eager.gradients));
    }
    const cancelled = new Set(networkTensors(config).filter((t) => t.cancelled).map(({ name }) => name)); // prettier-ignore
    for (const place of compiled.layout)
      expect(norm(part(compiled.gradients, place)) === 0, place.name).toBe(cancelled.has(place.name));
  });
});

describe('three steps of a network', () => {
  const config = lightNetwork({ ...small, stacks: 1 });
  const weights = someWeights(config);
  const batch = randomBatch(config);

  async function walk(step: TrainingStep, kind: 'adam' | 'rmsprop') {
    const optimizer = createOptimizer(
      { optimizer: kind, momentum: kind === 'rmsprop' ? 0.9 : 0, weightDecay: 0.01 },
      step.parameters.length,
    );
    const start = step.parameters.slice();
    const losses: number[] = [];
    for (let i = 0; i < 3; i++) {
      losses.push((await step.run(batch)).loss);
      await optimizer.update(step.parameters, step.gradients, 1e-3, i);
    }
    await step.dispose();
    return { losses, start, end: step.parameters, statistics: step.statistics };
  }

  it.each(['adam', 'rmsprop'] as const)('end in the same place, compiled and eager: %s', async (kind) => {
    await tf.setBackend('cpu');
    const compiled = await createTrainingStep(config, weights, weighted, batch.images.shape);
    const a = await walk(compiled, kind);
    const b = await walk(new EagerTrainingStep('cpu', config, weights, weighted), kind);
    a.losses.forEach((loss, i) => expect(loss / b.losses[i]!, `after ${i}`).toBeCloseTo(1, 4));
    expect(a.losses.at(-1)).toBeLessThan(a.losses[0]!);
    // Both divide gradients by their own size: where one is nearly zero, its noise moves as far as others do.
    expect(difference(a.end, b.end)).toBeLessThan(0.01 * difference(a.end, a.start));
    expect(difference(a.statistics, b.statistics)).toBeLessThan(1e-4 * norm(b.statistics));
  });
});
