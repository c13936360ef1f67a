import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTrainingStep } from '@disc-labeling/models/compile/training-step';
import type { ParameterLayout, StepResult, TrainingStep } from '@disc-labeling/models/training';
import { referenceDir } from '../support/shared.js';
import { loadTrainingCase, trainingCaseNames, type TrainingCase } from '../support/training-cases.js';

const reference = referenceDir();

interface TensorSummary {
  l2: number;
  first8: number[];
  float64?: { l2: number; first8: number[] };
  rounding_noise_gradient?: boolean;
}

const norm = (values: ArrayLike<number>) => Math.sqrt(Array.from(values).reduce((sum, x) => sum + x * x, 0));
const slice = (flat: Float32Array, { offset, length }: ParameterLayout) =>
  flat.subarray(offset, offset + length);

describe.each(trainingCaseNames(reference))('training step of %s', (name) => {
  let example: TrainingCase;
  let step: TrainingStep;
  let result: StepResult;

  beforeAll(async () => {
    example = loadTrainingCase(reference!, name);
    const { config, weights, batch } = example;
    step = await createTrainingStep(config, weights, { kind: 'reference' }, batch.images.shape);
    result = await step.run(batch);
  });

  afterAll(async () => step.dispose());

  it('has the loss of the original', () => {
    const loss = example.json('loss.json');
    expect(result.loss / loss.loss_float64).toBeCloseTo(1, 4);
    result.lossPerStack.forEach((value, i) =>
      expect(value / loss.loss_per_stack_float64[i]).toBeCloseTo(1, 4),
    );
  });

  it('has the norm and first entries of every gradient', () => {
    const tolerance = example.tight ? 1e-4 : 2e-2;
    for (const [tensor, summary] of Object.entries<TensorSummary>(example.json('gradients.json'))) {
      if (summary.rounding_noise_gradient) continue;
      const place = step.layout.find((p) => p.name === tensor);
      expect(place, tensor).toBeDefined();
      const gradient = slice(step.gradients, place!);
      const { l2, first8 } = summary.float64!;
      expect(Math.abs(norm(gradient) - l2) / l2, `${tensor}: norm`).toBeLessThan(tolerance);
      const size = l2 / Math.sqrt(gradient.length);
      first8.forEach((value, i) => {
        const error = Math.abs(gradient[i]! - value) / Math.max(Math.abs(value), size);
        expect(error, `${tensor}[${i}]`).toBeLessThan(example.tight ? 5e-4 : 0.2);
      });
    }
  });

  it('has the complete gradients that are stored', () => {
    for (const tensor of example.fullGradients) {
      const expected = example.array(`full_gradients/${tensor}.npy`).data;
      const gradient = slice(
        step.gradients,
        step.layout.find((p) => p.name === tensor)!,
      );
      const error = norm(gradient.map((x, i) => x - expected[i]!)) / norm(expected);
      expect(error, tensor).toBeLessThan(example.tight ? 1e-4 : 2e-2);
    }
  });

  it('moves the running statistics as the original', () => {
    for (const [tensor, summary] of Object.entries<TensorSummary>(
      example.json('bn_after_first_forward.json'),
    )) {
      const place = step.statisticsLayout.find((p) => p.name === tensor);
      if (!place) continue;
      const values = slice(step.statistics, place);
      expect(Math.abs(norm(values) / summary.l2 - 1), tensor).toBeLessThan(1e-4);
      summary.first8.forEach((value, i) =>
        expect(Math.abs(values[i]! - value), `${tensor}[${i}]`).toBeLessThan(
          1e-4 * Math.max(1, Math.abs(value)),
        ),
      );
    }
  });
});
