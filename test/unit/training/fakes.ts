import { parseTrainingConfig } from '@disc-labeling/server/training/config';
import type { TrainingConfigInput } from '@disc-labeling/server/training/config';
import type { BatchSource, SampleBatch } from '@disc-labeling/server/training/batches';
import type { StepOptimizer } from '@disc-labeling/server/training/learner';
import type { TrainerParts } from '@disc-labeling/server/training/trainer';
import type { ValidationResult } from '@disc-labeling/server/training/validation';
import { writeWhole } from '@disc-labeling/server/volume/write-whole';
import { join } from 'node:path';
import type { TrainingBatch, TrainingStep } from '@disc-labeling/models/training';

/** A short training on a 64 x 64 grid. */
export const tinyConfig = (training: TrainingConfigInput['training'] = {}) =>
  parseTrainingConfig({
    formatVersion: 1,
    name: 'tiny',
    network: 'light',
    training: { epochs: 3, stepsPerEpoch: 4, trainBatch: 2, lr: 0.05, ema: 0.9, ...training },
  });

/** Batches that depend on nothing but their number. */
export class NumberedBatches implements BatchSource {
  closed = false;

  constructor(private step: number) {}

  async next(): Promise<SampleBatch> {
    const step = this.step++;
    const data = new Float32Array(2 * 64 * 64).map((_, i) => Math.sin(i * 0.01 + step));
    return {
      images: { data, shape: [2, 1, 64, 64] },
      discs: [[{ value: 3, row: 10 + step, column: 20 }], []],
      spacing: [1, 1],
    };
  }

  async close(): Promise<void> {
    this.closed = true;
  }
}

/** Four parameters that learn the first four pixels; its statistics are a running mean of the loss. */
export class FittingStep implements TrainingStep {
  readonly layout = [{ name: 'weight', shape: [2, 2], offset: 0, length: 4 }];
  readonly statisticsLayout = [{ name: 'bn.running_mean', shape: [1], offset: 0, length: 1 }];
  readonly parameters = Float32Array.of(0.5, -0.5, 1, 2);
  readonly gradients = new Float32Array(4);
  readonly statistics = new Float32Array(1);
  runs = 0;
  /** Called before each run. */
  before: (runs: number) => void = () => {};
  lossFactor = 1;

  async run({ images }: TrainingBatch) {
    this.before(this.runs++);
    let loss = 0;
    for (let i = 0; i < 4; i++) {
      const difference = this.parameters[i]! - images.data[i]!;
      this.gradients[i] = 2 * difference;
      loss += difference ** 2;
    }
    this.statistics[0] = 0.9 * this.statistics[0]! + 0.1 * loss;
    loss *= this.lossFactor;
    return { loss, lossPerStack: [0.25 * loss, 0.75 * loss] };
  }

  async dispose() {}
}

/** Gradient descent with one slot, so that a forgotten slot shows. */
export class MomentumDescent implements StepOptimizer {
  readonly slots = new Map([['velocity', new Float32Array(4)]]);

  update(parameters: Float32Array, gradients: Float32Array, learningRate: number): void {
    const velocity = this.slots.get('velocity')!;
    for (let i = 0; i < parameters.length; i++) {
      velocity[i] = 0.9 * velocity[i]! + gradients[i]!;
      parameters[i] = parameters[i]! - learningRate * velocity[i]!;
    }
  }
}

/** What validation finds. */
export const found: ValidationResult = {
  loss: 1,
  accuracy: 0.5,
  falseRate: 0,
  medianDistance: 1,
  pck: 0.5,
  dice: 0.5,
  identified: 0.5,
};

export interface FakeParts extends TrainerParts {
  readonly step: FittingStep;
  readonly saved: string[];
}

export function fakeParts(overrides: Partial<TrainerParts> = {}): FakeParts {
  const step = new FittingStep();
  const saved: string[] = [];
  return {
    engine: 'fake',
    step,
    saved,
    optimizer: new MomentumDescent(),
    openBatches: (firstStep) => new NumberedBatches(firstStep),
    validate: async (model) => {
      const [first] = model.weights.get('weight')!.data;
      const result = { ...found, loss: Math.abs(first!) };
      return { result, picture: Uint8Array.of(1, 2, 3) };
    },
    saveModel: async (path, _model, extraFiles) => {
      saved.push(path);
      for (const [name, bytes] of extraFiles ?? []) await writeWhole(join(path, name), bytes);
    },
    now: () => 0,
    peakMemory: () => 1e9,
    ...overrides,
  } as FakeParts;
}
