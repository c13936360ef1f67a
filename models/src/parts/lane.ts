import type { StepResult, TrainingBatch, TrainingStep } from '../training.js';
import type { PartMemory } from './memory.js';

/** Computes parts of batches, one after the other. */
export interface Lane {
  /** Reads the memory's parameters and statistics; writes the part's result there. */
  run(part: number, batch: TrainingBatch): Promise<StepResult>;
  dispose(): Promise<void>;
}

/** A lane in this thread. Parts of one size share a compiled step. */
export class LocalLane implements Lane {
  private constructor(
    private readonly memory: PartMemory,
    private readonly steps: ReadonlyMap<number, TrainingStep>,
  ) {}

  /**
   * @param sizes of the parts that will come
   * @param open  makes the step for parts of one size
   */
  static async open(
    memory: PartMemory,
    sizes: readonly number[],
    open: (size: number) => Promise<TrainingStep>,
  ): Promise<LocalLane> {
    const steps = new Map<number, TrainingStep>();
    for (const size of new Set(sizes)) steps.set(size, await open(size));
    return new LocalLane(memory, steps);
  }

  async run(part: number, batch: TrainingBatch): Promise<StepResult> {
    const { parameters, statistics, results } = this.memory;
    const step = this.steps.get(batch.images.shape[0]);
    if (step === undefined) throw new Error(`no step is compiled for parts of ${batch.images.shape[0]}`);
    // Copied, as ONNX Runtime takes no shared memory.
    step.parameters.set(parameters);
    step.statistics.set(statistics);
    const result = await step.run(batch);
    results[part].gradients.set(step.gradients);
    results[part].statistics.set(step.statistics);
    return result;
  }

  async dispose(): Promise<void> {
    for (const step of this.steps.values()) await step.dispose();
  }
}
