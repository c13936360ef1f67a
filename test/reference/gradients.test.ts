import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTrainingStep } from '@disc-labeling/models/compile/training-step';
import type { ParameterLayout, StepResult, TrainingStep } from '@disc-labeling/models/training';
import { referenceDir } from '../support/shared.js';
import { loadTrainingCase, trainingCaseNames, type TrainingCase } from '../support/training-cases.js';

const reference = referenceDir();

interface LossSummary {
  loss_float64: number;
  loss_per_stack_float64: number[];
}

interface TensorSummary {
  l2: number;
  first8: number[];
  float64: { l2: number; first8: number[] };
  max_abs_err_f32_vs_f32_other_kernels: number;
  rounding_noise_gradient?: boolean;
}

const norm = (values: ArrayLike<number>) => Math.sqrt(Array.from(values).reduce((sum, x) => sum + x * x, 0));
const slice = (flat: Float32Array, { offset, length }: ParameterLayout) =>
  flat.subarray(offset, offset + length);

const names = trainingCaseNames(reference);

it.skipIf(!reference)('there are training steps to compare with', () => expect(names).not.toEqual([]));

describe.each(names)('training step of %s', (name) => {
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

  const gradientOf = (tensor: string) => {
    const place = step.layout.find((p) => p.name === tensor);
    if (!place) throw new Error(`there is no parameter ${tensor}`);
    return slice(step.gradients, place);
  };

  it('has the loss of the original', () => {
    const loss = example.json<LossSummary>('loss.json');
    expect(result.loss / loss.loss_float64).toBeCloseTo(1, 4);
    result.lossPerStack.forEach((value, i) =>
      expect(value / loss.loss_per_stack_float64[i]!).toBeCloseTo(1, 4),
    );
  });

  /*
   * In single precision a rectifier or a maximum now and then decides otherwise, and where it does depends on
   * the order of additions. `spread` is what the original's own kernels differ by for that reason.
   */
  it('has the norm and first entries of every gradient', () => {
    const tolerance = example.tight ? 1e-4 : 2e-2;
    for (const [tensor, summary] of Object.entries(
      example.json<Record<string, TensorSummary>>('gradients.json'),
    )) {
      if (summary.rounding_noise_gradient) continue;
      const gradient = gradientOf(tensor);
      const { l2, first8 } = summary.float64;
      const spread = summary.max_abs_err_f32_vs_f32_other_kernels;
      expect(Math.abs(norm(gradient) - l2) / l2, `${tensor}: norm`).toBeLessThan(tolerance);
      const size = l2 / Math.sqrt(gradient.length);
      first8.forEach((value, i) => {
        const allowed = 10 * tolerance * Math.max(Math.abs(value), size) + 2 * spread;
        expect(Math.abs(gradient[i]! - value), `${tensor}[${i}]`).toBeLessThan(allowed);
      });
    }
  });

  it('has the complete gradients that are stored', () => {
    const summaries = example.json<Record<string, TensorSummary>>('gradients.json');
    for (const tensor of example.fullGradients) {
      const expected = example.array(`full_gradients/${tensor}.npy`).data;
      const error = norm(gradientOf(tensor).map((x, i) => x - expected[i]!));
      const spread = summaries[tensor]!.max_abs_err_f32_vs_f32_other_kernels * Math.sqrt(expected.length);
      const allowed = (example.tight ? 1e-4 : 2e-2) * norm(expected) + (example.tight ? 0.5 * spread : 0);
      expect(error, tensor).toBeLessThan(allowed);
    }
  });

  it('moves the running statistics as the original', () => {
    for (const [tensor, summary] of Object.entries(
      example.json<Record<string, TensorSummary>>('bn_after_first_forward.json'),
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
