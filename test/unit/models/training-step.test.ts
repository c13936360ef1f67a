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
import { initialWeights, networkTensors } from '@disc-labeling/models/layers-listing';
import { InferenceLayers, learningLayers, plainConstants } from '@disc-labeling/models/layers-tensors';
import { stackLoss } from '@disc-labeling/models/loss';
import type { Weights } from '@disc-labeling/models/model';
import type { LossConfig, Norms, TrainingBatch } from '@disc-labeling/models/training';
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
function eagerStep(
  config: NetworkConfig,
  weights: Weights,
  lossConfig: LossConfig,
  batch: TrainingBatch,
  norms: Norms,
) {
  const names = [...weights.keys()].filter((name) => !name.includes('running_'));
  const tensors = new Map<string, tf.Tensor>(
    [...weights].map(([name, tensor]) => [
      name,
      tensor.shape.length === 4 ? plainConstants.filter(tensor) : plainConstants.vector(tensor.data),
    ]),
  );
  const images = featureMap(batch.images.data, batch.images.shape);
  const targets = featureMap(batch.targets.data, batch.targets.shape);
  const visibility = featureMap(batch.visibility.data, batch.visibility.shape);
  const variables = names.map((name) => tensors.get(name)!);
  const { value, grads } = tf.engine().gradients(
    () => {
      const layers = learningLayers((name) => tensors.get(name)!, norms);
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

/** The loss of the network as it is used. */
function lossInUse(config: NetworkConfig, weights: Weights, lossConfig: LossConfig, batch: TrainingBatch) {
  const layers = new InferenceLayers(weights, plainConstants);
  const { heatmaps } = hourglassNetwork(layers, config, featureMap(batch.images.data, batch.images.shape));
  const targets = featureMap(batch.targets.data, batch.targets.shape);
  const visibility = featureMap(batch.visibility.data, batch.visibility.shape);
  const losses = heatmaps.map((map) => stackLoss(lossConfig, map, targets, visibility).dataSync()[0]!);
  return losses.reduce((a, b) => a + b);
}

/** Initial weights with norms as they may be after learning. */
function learnedWeights(config: NetworkConfig): Weights {
  const weights = initialWeights(config, 7);
  const next = sequence(9);
  for (const [name, { data, shape }] of weights)
    if (name.endsWith('running_var')) data.forEach((_, i) => (data[i] = 0.5 + 2 * next()));
    else if (shape.length === 1) data.forEach((value, i) => (data[i] = value + 0.4 * next() - 0.2));
  return weights;
}

const weighted: LossConfig = { kind: 'weighted', peakWeight: 8, anyDisc: 2, anyDiscWeight: 2 };
const light = lightNetwork({ features: 4, joints: 3 });
const plain = lightNetwork({ features: 4, joints: 3, stacks: 1, attention: false });
const wide = lightNetwork({ features: 16, joints: 3, stacks: 1 });
const reference = referenceNetwork({ features: 4, joints: 3, blocks: 0 });
/** The last number: rounding noise to allow, as a share of the whole gradient's norm (biases that cancel). */
const cases: [string, Norms, NetworkConfig, LossConfig, number][] = [
  ['light', 'batch', light, weighted, 1e-4],
  ['light without attention', 'batch', plain, weighted, 1e-4],
  ['reference', 'batch', reference, { kind: 'reference' }, 2e-3],
  ['light', 'fixed', light, weighted, 1e-4],
  ['light, 16 wide (blocked)', 'fixed', wide, weighted, 1e-4],
  ['reference', 'fixed', reference, { kind: 'reference' }, 1e-4],
];

// The plain JavaScript backend is slow, and slower on a busy machine.
describe('the compiled training step', { timeout: 240_000 }, () => {
  it.each(cases)(
    '%s, %s norms: agrees with eager differentiation',
    async (_, norms, ...[config, lossConfig, noise]) => {
      await tf.setBackend('cpu');
      const weights = learnedWeights(config);
      const batch = randomBatch(config, 2, 128);
      const expected = eagerStep(config, weights, lossConfig, batch, norms);
      const step = await createTrainingStep(config, weights, lossConfig, batch.images.shape, { norms });
      const { loss } = await step.run(batch);
      expect(loss / expected.loss).toBeCloseTo(1, 4);
      if (norms === 'fixed') {
        expect(loss / lossInUse(config, weights, lossConfig, batch)).toBeCloseTo(1, 5);
        for (const { name, offset, length } of step.statisticsLayout)
          expect(step.statistics.subarray(offset, offset + length)).toEqual(weights.get(name)!.data);
      }
      // With fixed norms such a bias does what the norm's own does, which learns for both.
      const cancelled = networkTensors(config).filter((t) => t.cancelled);
      const left = new Set(norms === 'fixed' ? cancelled.map(({ name }) => name) : []);
      const total = Math.sqrt(step.gradients.reduce((sum, g) => sum + g * g, 0));
      for (const { name, offset, length } of step.layout) {
        const gradient = step.gradients.subarray(offset, offset + length);
        const wanted = left.has(name) ? new Float32Array(length) : expected.gradients.get(name)!;
        const error = Math.sqrt(gradient.reduce((sum, g, i) => sum + (g - wanted[i]!) ** 2, 0));
        const size = Math.sqrt(wanted.reduce((sum, g) => sum + g * g, 0));
        expect(error, name).toBeLessThan(2e-3 * size + noise * total);
      }
      await step.dispose();
    },
  );
});
