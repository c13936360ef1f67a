import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import {
  heatmapStride,
  lightNetwork,
  referenceNetwork,
  type NetworkConfig,
} from '@disc-labeling/models/config';
import { createEngineTrainingStep } from '@disc-labeling/models/engines/training';
import { UserError } from '@disc-labeling/models/errors';
import type { EngineId } from '@disc-labeling/models/engines/types';
import { initialWeights } from '@disc-labeling/models/layers-listing';
import type { TrainingBatch } from '@disc-labeling/models/training';
import { createOptimizer } from '@disc-labeling/server/training/optimizer';
import { sequence } from './support.js';

const side = 64;
const n = 2;

function batchFor(config: NetworkConfig): TrainingBatch {
  const grid = side / heatmapStride(config);
  const numbers = (count: number, seed: number) => Float32Array.from({ length: count }, sequence(seed));
  const { inputChannels: channels, joints } = config;
  return {
    images: { data: numbers(n * channels * side * side, 1), shape: [n, channels, side, side] },
    targets: { data: numbers(n * joints * grid * grid, 2), shape: [n, joints, grid, grid] },
    visibility: { data: new Float32Array(n * joints).fill(1), shape: [n, joints] },
  };
}

/** The losses of a few updates, and the running statistics after them. */
async function learn(config: NetworkConfig, engine: EngineId, optimizer: 'rmsprop' | 'adam') {
  const batch = batchFor(config);
  const weights = initialWeights(config, 4);
  const loss = { kind: 'reference' } as const;
  const where = { engine, threads: 1 };
  const step = await createEngineTrainingStep(config, weights, loss, batch.images.shape, where);
  const rule = createOptimizer({ optimizer, momentum: 0, weightDecay: 0 }, step.parameters.length);
  const losses: number[] = [];
  let tensors = 0;
  for (let update = 0; update < 3; update++) {
    losses.push((await step.run(batch)).loss);
    // Small, as both rules make steps of gradients that are rounding noise as large as of all others.
    await rule.update(step.parameters, step.gradients, optimizer === 'adam' ? 1e-3 : 1e-5, update);
    if (update === 0) tensors = tf.memory().numTensors;
  }
  expect(tf.memory().numTensors).toBe(tensors);
  expect(step.engine).toBe(engine);
  await step.dispose();
  return { losses, statistics: step.statistics.slice() };
}

// The plain JavaScript backend is slow, and slower on a busy machine.
describe('training operation by operation', { timeout: 240_000 }, () => {
  it.each([
    ['light', lightNetwork({ features: 4, joints: 3, stacks: 1 }), 'adam'],
    ['reference', referenceNetwork({ features: 4, joints: 3, stacks: 1, blocks: 0 }), 'rmsprop'],
  ] as const)('gives the losses of the compiled step: %s', async (_, config, optimizer) => {
    const eager = await learn(config, 'cpu', optimizer);
    const compiled = await learn(config, 'onnxruntime-cpu', optimizer);
    expect(eager.losses[2]).toBeLessThan(eager.losses[0]!);
    eager.losses.forEach((loss, i) => expect(loss / compiled.losses[i]!).toBeCloseTo(1, 3));
    const distance = Math.hypot(...eager.statistics.map((x, i) => x - compiled.statistics[i]!));
    expect(distance).toBeLessThan(1e-2 * Math.hypot(...compiled.statistics));
  });

  it('is refused where an engine has no derivatives', async () => {
    const config = lightNetwork({ features: 4 });
    const shape = [1, 1, side, side] as const;
    const step = createEngineTrainingStep(config, initialWeights(config, 1), { kind: 'reference' }, shape, {
      engine: 'wasm',
    });
    await expect(step).rejects.toThrow(UserError);
  });
});
