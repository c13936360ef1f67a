import { readFloatNpy } from '@disc-labeling/models/npy';
import { createOptimizer } from '@disc-labeling/server/training/optimizer';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { referenceDir } from '../support/shared.js';

const root = referenceDir();
const settings = {
  rmsprop_default: { optimizer: 'rmsprop', momentum: 0, weightDecay: 0 },
  rmsprop_momentum_weight_decay: { optimizer: 'rmsprop', momentum: 0.9, weightDecay: 0.01 },
  adam_default: { optimizer: 'adam', momentum: 0, weightDecay: 0 },
} as const;

describe.skipIf(root === null)('optimisers', () => {
  const folder = join(root ?? '', 'training', 'optimiser');
  const read = (name: string, rank: number) => {
    const { data } = readFloatNpy(readFileSync(join(folder, `${name}.npy`)), rank);
    return data;
  };

  it.each(Object.keys(settings) as (keyof typeof settings)[])('%s follows PyTorch', async (name) => {
    const meta = JSON.parse(readFileSync(join(folder, 'meta.json'), 'utf8'));
    const parameters = read('param0', 1).slice();
    const gradients = read('grads', 2);
    const expected = read(name, 2);
    const n = parameters.length;
    const optimizer = createOptimizer(settings[name], n);
    for (const [step, rate] of (meta.learning_rate_per_step as number[]).entries()) {
      await optimizer.update(parameters, gradients.slice(step * n, (step + 1) * n), rate, step);
      for (let i = 0; i < n; i++)
        expect(Math.abs(parameters[i]! - expected[step * n + i]!)).toBeLessThan(1e-6);
    }
  });
});
