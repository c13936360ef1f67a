import { flatLayout, gather, namedWeights } from '../compile/training-step.js';
import type { NetworkConfig } from '../config.js';
import type { ImageBatch } from '../engines/types.js';
import { networkTensors } from '../layers-listing.js';
import type { Weights } from '../model.js';
import type {
  LossConfig,
  Norms,
  ParameterLayout,
  StepResult,
  TrainingBatch,
  TrainingStep,
} from '../training.js';
import { LocalLane, type Lane } from './lane.js';
import { sharedMemory, weightedSum, type PartMemory } from './memory.js';
import { partSizes, splitBatch } from './split.js';
import { partProgram, ThreadLane } from './thread.js';

/** How the parts of a batch are computed. */
export interface PartOptions {
  /** Parts of each batch; at most its images. */
  readonly parts: number;
  /** Threads for all parts together. */
  readonly threads: number;
  readonly norms?: Norms;
  /** Makes the step for parts of one shape where parts are computed one after the other. */
  readonly openHere: (weights: Weights, shape: ImageBatch['shape']) => Promise<TrainingStep>;
  /** Whether parts may be computed beside each other: ONNX Runtime on the CPU. */
  readonly beside: boolean;
}

/**
 * A training step whose batches are computed in parts, each with batch norms of its own, as in data parallelism on
 * several devices. Loss and gradients are the means over the whole batch; running statistics follow the mean of what
 * the parts saw. Parts beside each other, each on few threads, lose less than all threads within each of thousands of
 * small operators. How many threads there are changes nothing but rounding.
 */
export class PartedTrainingStep implements TrainingStep {
  readonly layout: readonly ParameterLayout[];
  readonly parameters: Float32Array;
  readonly gradients: Float32Array;
  readonly statisticsLayout: readonly ParameterLayout[];
  readonly statistics: Float32Array;
  private readonly memory: PartMemory;
  private lanes: readonly Lane[] = [];
  /** Share of each part in the batch. */
  private readonly shares: readonly number[];

  private constructor(
    config: NetworkConfig,
    weights: Weights,
    private readonly sizes: readonly number[],
  ) {
    const tensors = networkTensors(config);
    this.layout = flatLayout(tensors.filter(({ kind }) => kind === 'parameter'));
    this.statisticsLayout = flatLayout(tensors.filter(({ kind }) => kind === 'statistic'));
    this.parameters = gather(this.layout, weights);
    this.gradients = new Float32Array(this.parameters.length);
    this.statistics = gather(this.statisticsLayout, weights);
    this.memory = sharedMemory(sizes.length, this.parameters.length, this.statistics.length);
    const n = sizes.reduce((a, b) => a + b);
    this.shares = sizes.map((size) => size / n);
  }

  /** @param batchShape `[n, channels, height, width]` of every whole batch */
  static async open(
    config: NetworkConfig,
    weights: Weights,
    lossConfig: LossConfig,
    [n, ...imageShape]: ImageBatch['shape'],
    options: PartOptions,
  ): Promise<PartedTrainingStep> {
    const sizes = partSizes(n, options.parts);
    const step = new PartedTrainingStep(config, weights, sizes);
    step.share();
    const program = options.beside ? partProgram() : null;
    const count = program === null ? 1 : Math.min(options.parts, options.threads);
    if (program === null || count === 1) {
      const here = step.namedWeights();
      const open = (size: number) => options.openHere(here, [size, ...imageShape]);
      step.lanes = [await LocalLane.open(step.memory, sizes, open)];
      return step;
    }
    const threads = Math.floor(options.threads / count);
    const opening = Array.from({ length: count }, (_, lane) =>
      ThreadLane.open(program, {
        config,
        lossConfig,
        norms: options.norms,
        imageShape,
        sizes: sizes.filter((_, part) => part % count === lane),
        threads,
        memory: step.memory,
      }),
    );
    const opened = await Promise.allSettled(opening);
    step.lanes = opened.flatMap((lane) => (lane.status === 'fulfilled' ? [lane.value] : []));
    const refused = opened.find((lane) => lane.status === 'rejected');
    if (refused === undefined) return step;
    await step.dispose();
    throw refused.reason;
  }

  async run(batch: TrainingBatch): Promise<StepResult> {
    this.share();
    const parts = splitBatch(batch, this.sizes);
    const { length } = this.lanes;
    const results: StepResult[] = [];
    await Promise.all(
      this.lanes.map(async (lane, first) => {
        for (let part = first; part < parts.length; part += length)
          results[part] = await lane.run(part, parts[part]);
      }),
    );
    return this.collect(results);
  }

  async dispose(): Promise<void> {
    await Promise.all(this.lanes.map((lane) => lane.dispose()));
  }

  /** Lets all lanes see the parameters and statistics as they are now. */
  private share(): void {
    this.memory.parameters.set(this.parameters);
    this.memory.statistics.set(this.statistics);
  }

  private collect(results: readonly StepResult[]): StepResult {
    const { shares, memory } = this;
    const of = (name: 'gradients' | 'statistics') => memory.results.map((result) => result[name]);
    weightedSum(this.gradients, of('gradients'), shares);
    weightedSum(this.statistics, of('statistics'), shares);
    const lossPerStack = results[0].lossPerStack.map((_, stack) =>
      results.reduce((sum, result, part) => sum + shares[part] * result.lossPerStack[stack], 0),
    );
    return { loss: lossPerStack.reduce((a, b) => a + b), lossPerStack };
  }

  private namedWeights(): Weights {
    return new Map([
      ...namedWeights(this.layout, this.parameters),
      ...namedWeights(this.statisticsLayout, this.statistics),
    ]);
  }
}
