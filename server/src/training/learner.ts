import type { Weights } from '@disc-labeling/models/model';
import type { ParameterLayout, TrainingBatch, TrainingStep } from '@disc-labeling/models/training';
import { clipNorm, MovingAverage } from './weight-average.js';

/** Moves parameters along their gradients; its slots are part of a checkpoint. */
export interface StepOptimizer {
  /** Flat arrays by name, as long as the parameters. */
  readonly slots: ReadonlyMap<string, Float32Array>;
  /** @param step how many updates went before this one */
  update(
    parameters: Float32Array,
    gradients: Float32Array,
    learningRate: number,
    step: number,
  ): Promise<void> | void;
}

/** What one update came to. */
export interface Update {
  readonly loss: number;
  /** Adds up to `loss`. */
  readonly lossPerStack: readonly number[];
  /** L2 norm of the gradients before clipping. */
  readonly gradientNorm: number;
}

/** A network in training: compiled step, optimiser, and the moving averages of parameters and statistics. */
export class Learner {
  private readonly average: MovingAverage;
  private readonly averageStatistics: MovingAverage;

  /** @param decay of the moving averages; 0: they are the latest values */
  constructor(
    private readonly step: TrainingStep,
    private readonly optimizer: StepOptimizer,
    decay: number,
  ) {
    this.average = new MovingAverage(step.parameters.slice(), decay);
    this.averageStatistics = new MovingAverage(step.statistics.slice(), decay);
  }

  get parameterCount(): number {
    return this.step.parameters.length;
  }

  /** Loss and gradients of a batch, gradients clipped. Parameters stay as they are; see {@link update}. */
  async differentiate(batch: TrainingBatch, clip: number): Promise<Update> {
    const { loss, lossPerStack } = await this.step.run(batch);
    return { loss, lossPerStack, gradientNorm: clipNorm(this.step.gradients, clip) };
  }

  /** Applies the gradients of the last batch. @param updates how many updates went before this one */
  async update(learningRate: number, updates: number): Promise<void> {
    const { parameters, gradients, statistics } = this.step;
    await this.optimizer.update(parameters, gradients, learningRate, updates);
    this.average.update(parameters, updates);
    this.averageStatistics.update(statistics, updates);
  }

  /** The averaged network: what is validated and shipped. Views on live arrays, good until the next update. */
  weights(): Weights {
    return new Map([
      ...named(this.step.layout, this.average.values),
      ...named(this.step.statisticsLayout, this.averageStatistics.values),
    ]);
  }

  /** Everything that changes while it learns, by name: the live arrays, to be saved or overwritten. */
  arrays(): Map<string, Float32Array> {
    return new Map([
      ['parameters', this.step.parameters],
      ['statistics', this.step.statistics],
      ['average.parameters', this.average.values],
      ['average.statistics', this.averageStatistics.values],
      ...[...this.optimizer.slots].map(([name, slot]) => [`optimizer.${name}`, slot] as const),
    ]);
  }
}

function named(layout: readonly ParameterLayout[], flat: Float32Array) {
  return layout.map(
    ({ name, shape, offset, length }) =>
      [name, { shape, data: flat.subarray(offset, offset + length) }] as const,
  );
}
