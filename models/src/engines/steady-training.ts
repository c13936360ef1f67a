import { namedWeights } from '../compile/training-step.js';
import { UserError } from '../errors.js';
import type { Weights } from '../model.js';
import type { ParameterLayout, StepResult, TrainingBatch, TrainingStep } from '../training.js';
import { cpuEngine } from './choice.js';
import { fallbackNotice } from './fallback.js';
import type { EngineId, EngineNotice } from './types.js';

type Open = (engine: EngineId, weights: Weights) => Promise<TrainingStep>;

/**
 * A training step that goes on with ONNX Runtime on the CPU when its engine fails. The flat arrays stay the same
 * ones, so that optimiser and averages notice nothing.
 */
export class SteadyTrainingStep implements TrainingStep {
  readonly layout: readonly ParameterLayout[];
  readonly parameters: Float32Array;
  readonly gradients: Float32Array;
  readonly statisticsLayout: readonly ParameterLayout[];
  readonly statistics: Float32Array;

  private constructor(
    private inner: TrainingStep,
    private current: EngineId,
    private readonly openEngine: Open,
    private readonly onNotice: ((notice: EngineNotice) => void) | undefined,
  ) {
    ({
      layout: this.layout,
      parameters: this.parameters,
      gradients: this.gradients,
      statisticsLayout: this.statisticsLayout,
      statistics: this.statistics,
    } = inner);
  }

  /**
   * @param open makes the step on an engine, starting from weights
   * @throws UserError and whatever `open` throws for the CPU
   */
  static async open(
    engine: EngineId,
    weights: Weights,
    open: Open,
    onNotice?: (notice: EngineNotice) => void,
  ): Promise<SteadyTrainingStep> {
    try {
      return new SteadyTrainingStep(await open(engine, weights), engine, open, onNotice);
    } catch (error) {
      if (error instanceof UserError || engine === cpuEngine) throw error;
      onNotice?.(fallbackNotice(engine, error));
      return new SteadyTrainingStep(await open(cpuEngine, weights), cpuEngine, open, onNotice);
    }
  }

  get engine(): EngineId {
    return this.current;
  }

  async run(batch: TrainingBatch): Promise<StepResult> {
    try {
      return await this.runInner(batch);
    } catch (error) {
      if (error instanceof UserError || this.current === cpuEngine) throw error;
      await this.toCpu(error);
      return this.runInner(batch);
    }
  }

  dispose(): Promise<void> {
    return this.inner.dispose();
  }

  private async toCpu(error: unknown): Promise<void> {
    this.onNotice?.(fallbackNotice(this.current, error));
    const failed = this.inner;
    this.inner = await this.openEngine(cpuEngine, this.weights());
    this.current = cpuEngine;
    // A device that failed may not even let itself be released.
    failed.dispose().catch(() => {});
  }

  /** Runs the step on its engine; one that took over has arrays of its own. */
  private async runInner(batch: TrainingBatch): Promise<StepResult> {
    const { inner } = this;
    if (inner.parameters === this.parameters) return inner.run(batch);
    inner.parameters.set(this.parameters);
    inner.statistics.set(this.statistics);
    const result = await inner.run(batch);
    this.gradients.set(inner.gradients);
    this.statistics.set(inner.statistics);
    return result;
  }

  private weights(): Weights {
    return new Map([
      ...namedWeights(this.layout, this.parameters),
      ...namedWeights(this.statisticsLayout, this.statistics),
    ]);
  }
}
