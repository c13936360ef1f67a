import { spread } from '@disc-labeling/models/bench';
import type { ForwardBenchmark } from '@disc-labeling/models/bench';
import { heatmapStride } from '@disc-labeling/models/config';
import type { NetworkConfig } from '@disc-labeling/models/config';
import { defaultThreads } from '@disc-labeling/models/engines/threads';
import { createEngineTrainingStep } from '@disc-labeling/models/engines/training';
import type { EngineChoice } from '@disc-labeling/models/engines/types';
import { throwIfCancelled, UserError } from '@disc-labeling/models/errors';
import type { Weights } from '@disc-labeling/models/model';
import type { TrainingBatch } from '@disc-labeling/models/training';
import lightRecipe from './recipes/light.json' with { type: 'json' };
import { lossOf, parseTrainingConfig } from './config.js';
import type { TrainingConfig, TrainingConfigInput } from './config.js';
import { createOptimizer } from './optimizer.js';
import { clipNorm } from './weight-average.js';

export interface BenchOptions {
  readonly batch?: number;
  readonly runs?: number;
  readonly threads?: number;
  /** Parts in which a batch is computed; default: as usual for the network, at most one an image. */
  readonly parts?: number;
  readonly engine?: EngineChoice;
  readonly signal?: AbortSignal;
  readonly onRun?: (done: number) => void;
}

/** A training step on one random batch, ready to be timed. */
export interface PreparedStep {
  readonly engine: ForwardBenchmark['engine'];
  /** Seconds that recording the graph and making the session took. */
  readonly startSeconds: number;
  readonly parts: number;
  /** One whole step; wall-clock seconds. */
  run(): Promise<number>;
  dispose(): Promise<void>;
}

/** Runs before the clock starts: memory is taken and caches are filled in them. */
const warmUps = 2;
/** Side of the input. */
const side = 256;

/**
 * Compiles a whole training step (forward, loss, gradients, clipping, optimiser, running statistics) on random
 * images of 256 x 256. The reference network learns as in the paper (RMSprop, 2.5e-4), the light one as its recipe
 * says (Adam, clipped).
 */
export async function prepareStep(
  network: NetworkConfig,
  weights: Weights,
  { batch = 3, threads = defaultThreads(), ...options }: BenchOptions = {},
): Promise<PreparedStep> {
  const config = learning(network);
  const { training } = config;
  const samples = randomBatch(network, batch);
  const start = performance.now();
  const { shape } = samples.images;
  const parts = options.parts ?? Math.min(training.parts, batch);
  const where = { threads, engine: options.engine, parts };
  const step = await createEngineTrainingStep(network, weights, lossOf(config), shape, where);
  const startSeconds = (performance.now() - start) / 1000;
  const optimizer = createOptimizer(training, step.parameters.length);
  let updates = 0;
  return {
    engine: step.engine,
    startSeconds,
    parts,
    async run() {
      const before = performance.now();
      await step.run(samples);
      if (training.clip > 0) clipNorm(step.gradients, training.clip);
      await optimizer.update(step.parameters, step.gradients, training.lr, updates++);
      return (performance.now() - before) / 1000;
    },
    async dispose() {
      await optimizer.dispose();
      await step.dispose();
    },
  };
}

export interface StepBenchmark extends ForwardBenchmark {
  /** Parts in which each batch was computed. */
  readonly parts: number;
}

/** Times whole training steps; see {@link prepareStep}. */
export async function benchmarkStep(
  network: NetworkConfig,
  weights: Weights,
  options: BenchOptions = {},
): Promise<StepBenchmark> {
  const { batch = 3, threads = defaultThreads(), runs = 10, signal, onRun } = options;
  if (options.parts !== undefined && options.parts > batch)
    throw new UserError('cannot time a step', `a batch of ${batch} has no ${options.parts} parts`);
  const step = await prepareStep(network, weights, { ...options, batch, threads });
  try {
    const times: number[] = [];
    for (let run = 0; run < warmUps + runs; run++) {
      throwIfCancelled(signal);
      const seconds = await step.run();
      if (run < warmUps) continue;
      times.push(seconds);
      onRun?.(times.length);
    }
    // maxRSS is in kilobytes on every system.
    const peakMemory = process.resourceUsage().maxRSS * 1024;
    const { engine, parts } = step;
    return { engine, threads, batch, parts, runs, seconds: spread(times), peakMemory };
  } finally {
    await step.dispose();
  }
}

/** How a network of this kind learns when nothing else is said. */
function learning(network: NetworkConfig): TrainingConfig {
  const { training } = lightRecipe as TrainingConfigInput;
  const settings = network.variant === 'light' ? { training } : {};
  return parseTrainingConfig({ formatVersion: 1, name: 'bench', network, ...settings });
}

function randomBatch(network: NetworkConfig, n: number): TrainingBatch {
  const cells = side / heatmapStride(network);
  const maps = [n, network.joints, cells, cells];
  const shape = [n, network.inputChannels, side, side] as const;
  return {
    images: { data: random(shape), shape },
    targets: { data: random(maps), shape: maps },
    visibility: { data: new Float32Array(n * network.joints).fill(1), shape: [n, network.joints] },
  };
}

const random = (shape: readonly number[]): Float32Array =>
  Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, Math.random);
