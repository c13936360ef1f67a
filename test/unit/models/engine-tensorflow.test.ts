import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { lightNetwork, referenceNetwork } from '@disc-labeling/models/config';
import { EagerInference } from '@disc-labeling/models/engines/eager';
import { EagerTrainingStep } from '@disc-labeling/models/engines/eager-training';
import { loadBackend } from '@disc-labeling/models/engines/tensorflow';
import { initialWeights } from '@disc-labeling/models/layers-listing';
import type { TrainingBatch } from '@disc-labeling/models/training';
import { relativeDistance } from '../../support/relative-distance.js';
import { sequence } from './support.js';

/*
 * TensorFlow's own backend (@tensorflow/tfjs-node) takes no paddings in numbers; test/tools/tfjs-node.mjs runs the
 * real one. Here plain JavaScript goes by its name, and refuses what it refuses.
 */
tf.registerBackend('tensorflow', () => new MathBackendCPU());
tf.copyRegisteredKernels('cpu', 'tensorflow');
for (const kernelName of [tf.FusedConv2D, tf.Conv2D, tf.Conv2DBackpropFilter, tf.Conv2DBackpropInput]) {
  const { kernelFunc } = tf.getKernel(kernelName, 'tensorflow');
  tf.unregisterKernel(kernelName, 'tensorflow');
  tf.registerKernel({
    kernelName,
    backendName: 'tensorflow',
    kernelFunc: (params) => {
      if (typeof params.attrs!['pad'] === 'number') throw new Error("only supports 'valid' and 'same'");
      return kernelFunc(params);
    },
  });
}

const numbers = (count: number, seed: number) => Float32Array.from({ length: count }, sequence(seed));

describe('the backend of TensorFlow', { timeout: 240_000 }, () => {
  it.each([
    ['light', lightNetwork({ features: 4, joints: 3, stacks: 1 }), 16],
    ['reference', referenceNetwork({ features: 4, joints: 3, stacks: 1, blocks: 0 }), 64],
  ] as const)('computes the same with paddings of its own kind: %s', async (_, config, cells) => {
    const weights = initialWeights(config, 4);
    const shape = [1, config.inputChannels, 64, 64] as const;
    const images = { data: numbers(config.inputChannels * 4096, 1), shape };
    const batch: TrainingBatch = {
      images,
      targets: { data: numbers(3 * cells * cells, 2), shape: [1, 3, cells, cells] },
      visibility: { data: new Float32Array(3).fill(1), shape: [1, 3] },
    };
    await loadBackend('cpu');
    const results = [];
    for (const backend of ['cpu', 'tensorflow']) {
      const inference = new EagerInference('tensorflow', backend, config, weights);
      const { heatmaps } = await inference.run(images);
      await inference.dispose();
      const step = new EagerTrainingStep(backend, config, weights, { kind: 'reference' });
      const { loss } = await step.run(batch);
      results.push({ map: heatmaps[0]!.data, loss, gradients: step.gradients });
    }
    const [plain, own] = results;
    expect(relativeDistance(own!.map, plain!.map)).toBeLessThan(1e-6);
    expect(own!.loss).toBeCloseTo(plain!.loss, 6);
    expect(relativeDistance(own!.gradients, plain!.gradients)).toBeLessThan(1e-4);
  });

  it('keeps our derivatives where a package brings others', async () => {
    const gradient = tf.getGradient(tf.Relu);
    tf.registerGradient({ kernelName: tf.Relu, gradFunc: () => ({}) });
    await loadBackend('wasm');
    expect(tf.getGradient(tf.Relu)).toBe(gradient);
  });
});
