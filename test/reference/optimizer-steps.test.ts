import { describe, expect, it } from 'vitest';
import { createTrainingStep } from '@disc-labeling/models/compile/training-step';
import { createOptimizer } from '@disc-labeling/server/training/optimizer';
import { referenceDir } from '../support/shared.js';
import { loadTrainingCase, trainingCaseNames } from '../support/training-cases.js';

const reference = referenceDir();

interface Trajectory {
  lr: number;
  loss_before_step_1_2_3_and_after_3: number[];
  loss_float64: number[];
  loss_other_kernels: number[];
}

const names = trainingCaseNames(reference).filter((name) => /-b0-/.test(name));

it.skipIf(!reference)('there are steps to follow', () => expect(names).not.toEqual([]));

/** Whole steps, network and optimiser together, only where single precision stays close to double. */
describe.each(names)('three steps of %s', (name) => {
  it.each(['rmsprop', 'adam'] as const)('with %s lose what the original loses', async (optimizer) => {
    const { config, weights, batch, json } = loadTrainingCase(reference!, name);
    const expected: Trajectory = json<Record<'rmsprop' | 'adam', Trajectory>>('loss.json')[optimizer];
    const step = await createTrainingStep(config, weights, { kind: 'reference' }, batch.images.shape);
    const update = createOptimizer({ optimizer, momentum: 0, weightDecay: 0 }, step.parameters.length);
    const {
      loss_float64: double,
      loss_other_kernels: other,
      loss_before_step_1_2_3_and_after_3: single,
    } = expected;
    for (const [i, value] of double.entries()) {
      const { loss } = await step.run(batch);
      // Biases in front of a batch norm drift randomly in the original; how far is seen in its own spread.
      const spread = Math.max(...[single[i]!, other[i]!].map((x) => Math.abs(x - value)));
      expect(Math.abs(loss - value), `before step ${i + 1}`).toBeLessThan(2 * spread + 1e-3 * value);
      await update.update(step.parameters, step.gradients, expected.lr, i);
    }
    await step.dispose();
  });
});
