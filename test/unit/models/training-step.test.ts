import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { createTrainingStep } from '@disc-labeling/models/compile/training-step';
import {
  heatmapStride,
  lightNetwork,
  referenceNetwork,
  type NetworkConfig,
} from '@disc-labeling/models/config';
import { hourglassNetwork } from '@disc-labeling/models/hourglass';
import { initialWeights } from '@disc-labeling/models/layers-listing';
import { plainConstants, TrainingLayers } from '@disc-labeling/models/layers-tensors';
import { stackLoss } from '@disc-labeling/models/loss';
import type { Weights } from '@disc-labeling/models/model';
import type { LossConfig, TrainingBatch } from '@disc-labeling/models/training';
import { sequence } from './support.js';

function numbers(count: number, seed: number): Float32Array {
  return Float32Array.from({ length: count }, sequence(seed));
}

function randomBatch(config: NetworkConfig, n: number, size: number): TrainingBatch {
  const grid = size / heatmapStride(config);
  const { inputChannels: channels, joints } = config;
  const visibility = new Float32Array(n * joints).fill(1);
  visibility[joints - 1] = 0;
  return {
    images: { data: numbers(n * channels * size * size, 1), shape: [n, channels, size, size] },
    targets: { data: numbers(n * joints * grid * grid, 2), shape: [n, joints, grid, grid] },
    visibility: { data: visibility, shape: [n, joints] },
  };
}

/** `[n, c, h, w]` as a tfjs tensor `[n, h, w, c]`. */
function featureMap(data: Float32Array, [n, c, h = 1, w = 1]: readonly number[]): tf.Tensor4D {
  return tf.transpose(tf.tensor4d(data, [n!, c!, h, w]), [0, 2, 3, 1]);
}

/** The same step by tfjs's own automatic differentiation on its plain JavaScript backend. */
function eagerStep(config: NetworkConfig, weights: Weights, lossConfig: LossConfig, batch: TrainingBatch) {
  const names = [...weights.keys()].filter((name) => !name.includes('running_'));
  const tensors = new Map<string, tf.Tensor>(
    names.map((name) => {
      const tensor = weights.get(name)!;
      return [
        name,
        tensor.shape.length === 4 ? plainConstants.filter(tensor) : plainConstants.vector(tensor.data),
      ];
    }),
  );
  const images = featureMap(batch.images.data, batch.images.shape);
  const targets = featureMap(batch.targets.data, batch.targets.shape);
  const visibility = featureMap(batch.visibility.data, batch.visibility.shape);
  const variables = names.map((name) => tensors.get(name)!);
  const { value, grads } = tf.engine().gradients(
    () => {
      const layers = new TrainingLayers((name) => tensors.get(name)!);
      const { heatmaps } = hourglassNetwork(layers, config, images);
      return heatmaps
        .map((h) => stackLoss(lossConfig, h, targets, visibility))
        .reduce((a, b) => tf.add(a, b));
    },
    variables,
    undefined,
    true,
  );
  const gradients = new Map(
    names.map((name, i) => {
      const gradient = grads[i]!.shape.length === 4 ? tf.transpose(grads[i]!, [3, 2, 0, 1]) : grads[i]!;
      return [name, gradient.dataSync() as Float32Array];
    }),
  );
  return { loss: value.dataSync()[0]!, gradients };
}

const weighted: LossConfig = { kind: 'weighted', peakWeight: 8, anyDisc: 2, anyDiscWeight: 2 };
/** The last number: rounding noise to allow, as a share of the whole gradient's norm (biases that cancel). */
const cases: [string, NetworkConfig, LossConfig, number][] = [
  ['light', lightNetwork({ features: 4, joints: 3 }), weighted, 1e-4],
  [
    'light without attention',
    lightNetwork({ features: 4, joints: 3, stacks: 1, attention: false }),
    weighted,
    1e-4,
  ],
  ['reference', referenceNetwork({ features: 4, joints: 3, blocks: 0 }), { kind: 'reference' }, 2e-3],
];

// The plain JavaScript backend is slow, and slower on a busy machine.
describe('the compiled training step', { timeout: 240_000 }, () => {
  it.each(cases)('%s: agrees with eager differentiation', async (_, config, lossConfig, noise) => {
    await tf.setBackend('cpu');
    const weights = initialWeights(config, 7);
    const batch = randomBatch(config, 2, 128);
    const expected = eagerStep(config, weights, lossConfig, batch);
    const step = await createTrainingStep(config, weights, lossConfig, batch.images.shape);
    const { loss } = await step.run(batch);
    expect(loss / expected.loss).toBeCloseTo(1, 4);
    const total = Math.sqrt(step.gradients.reduce((sum, g) => sum + g * g, 0));
    for (const { name, offset, length } of step.layout) {
      const gradient = step.gradients.subarray(offset, offset + length);
      const wanted = expected.gradients.get(name)!;
      const error = Math.sqrt(gradient.reduce((sum, g, i) => sum + (g - wanted[i]!) ** 2, 0));
      const size = Math.sqrt(wanted.reduce((sum, g) => sum + g * g, 0));
      expect(error, name).toBeLessThan(2e-3 * size + noise * total);
    }
    await step.dispose();
  });
});
