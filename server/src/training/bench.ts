import { createTrainingStep } from '@disc-labeling/models/compile/training-step';
import { heatmapStride } from '@disc-labeling/models/config';
import type { NetworkConfig } from '@disc-labeling/models/config';
import { defaultThreads } from '@disc-labeling/models/engines/threads';
import type { ForwardBenchmark } from '@disc-labeling/models/bench';
import type { EngineChoice } from '@disc-labeling/models/engines/types';
import { throwIfCancelled } from '@disc-labeling/models/errors';
import type { Weights } from '@disc-labeling/models/model';
import type { TrainingBatch } from '@disc-labeling/models/training';
import { trainingEngine } from './engine.js';
import { createOptimizer } from './optimizer.js';

export interface BenchOptions {
  readonly batch?: number;
  readonly runs?: number;
  readonly threads?: number;
  readonly engine?: EngineChoice;
  readonly signal?: AbortSignal;
  readonly onRun?: (done: number) => void;
}

/** Runs before the clock starts: memory is taken and caches are filled in them. */
const warmUps = 2;
/** Side of the input. */
const side = 256;

/** Times whole training steps (forward, loss, gradients, RMSprop) on random images of 256 x 256. */
export async function benchmarkStep(
  network: NetworkConfig,
  weights: Weights,
  options: BenchOptions = {},
): Promise<ForwardBenchmark> {
  const { batch = 3, threads = defaultThreads() } = options;
  const engine = trainingEngine(options.engine);
  const samples = randomBatch(network, batch);
  const step = await createTrainingStep(network, weights, { kind: 'reference' }, samples.images.shape, {
    threads,
  });
  try {
    const rmsprop = { optimizer: 'rmsprop', momentum: 0, weightDecay: 0 } as const;
    const optimizer = createOptimizer(rmsprop, step.parameters.length);
    const times = await timed(options, async (run) => {
      await step.run(samples);
      optimizer.update(step.parameters, step.gradients, 2.5e-4, run);
    });
    return { engine, threads, batch, ...times };
  } finally {
    await step.dispose();
  }
}

async function timed(
  { runs = 10, signal, onRun }: BenchOptions,
  work: (run: number) => Promise<void>,
): Promise<Pick<ForwardBenchmark, 'runs' | 'seconds' | 'peakMemory'>> {
  const times: number[] = [];
  for (let run = 0; run < warmUps + runs; run++) {
    throwIfCancelled(signal);
    const start = performance.now();
    await work(run);
    if (run < warmUps) continue;
    times.push((performance.now() - start) / 1000);
    onRun?.(times.length);
  }
  // maxRSS is in kilobytes on every system.
  return { runs, seconds: spread(times), peakMemory: process.resourceUsage().maxRSS * 1024 };
}

/** Smallest, middle and largest of some times. */
function spread(times: readonly number[]): ForwardBenchmark['seconds'] {
  const sorted = [...times].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const median = (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!) / 2;
  return { min: sorted[0]!, median, max: sorted.at(-1)! };
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
