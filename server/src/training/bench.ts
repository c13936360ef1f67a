import { createTrainingStep } from '@disc-labeling/models/compile/training-step';
import { heatmapStride } from '@disc-labeling/models/config';
import type { NetworkConfig } from '@disc-labeling/models/config';
import { throwIfCancelled } from '@disc-labeling/models/errors';
import { initialWeights } from '@disc-labeling/models/layers-listing';
import type { LossConfig, TrainingBatch } from '@disc-labeling/models/training';
import { createOptimizer } from './optimizer.js';

/** Times of repeated runs. */
export interface BenchResult {
  readonly engine: string;
  readonly threads: number;
  readonly batch: number;
  readonly runs: number;
  readonly seconds: { readonly min: number; readonly median: number; readonly max: number };
  /** Largest resident memory of this process so far, in bytes. */
  readonly peakMemory: number;
}

export interface BenchOptions {
  readonly batch?: number;
  readonly runs?: number;
  readonly threads?: number;
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
  options: BenchOptions = {},
): Promise<BenchResult> {
  const { batch = 3, runs = 10, threads = 1, signal, onRun } = options;
  const shape = [batch, network.inputChannels, side, side] as const;
  const step = await createTrainingStep(
    network,
    initialWeights(network, 0),
    { kind: 'reference' } satisfies LossConfig,
    shape,
    {
      threads,
    },
  );
  try {
    const optimizer = createOptimizer(
      { optimizer: 'rmsprop', momentum: 0, weightDecay: 0 },
      step.parameters.length,
    );
    const samples = randomBatch(network, shape);
    const times: number[] = [];
    for (let run = 0; run < warmUps + runs; run++) {
      throwIfCancelled(signal);
      const start = performance.now();
      await step.run(samples);
      optimizer.update(step.parameters, step.gradients, 2.5e-4, run);
      if (run >= warmUps) times.push((performance.now() - start) / 1000);
      onRun?.(Math.max(0, run + 1 - warmUps));
    }
    return {
      engine: 'onnxruntime-cpu',
      threads,
      batch,
      runs,
      seconds: spread(times),
      peakMemory: peakMemory(),
    };
  } finally {
    await step.dispose();
  }
}

/** Smallest, middle and largest of some times. */
export function spread(times: readonly number[]): BenchResult['seconds'] {
  const sorted = [...times].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const median = (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!) / 2;
  return { min: sorted[0]!, median, max: sorted.at(-1)! };
}

/** `maxRSS` is in kilobytes on every system. */
const peakMemory = (): number => process.resourceUsage().maxRSS * 1024;

function randomBatch(
  network: NetworkConfig,
  shape: readonly [number, number, number, number],
): TrainingBatch {
  const [n] = shape;
  const maps = [n, network.joints, side / heatmapStride(network), side / heatmapStride(network)];
  const random = (length: number) => Float32Array.from({ length }, Math.random);
  const size = (dimensions: readonly number[]) => dimensions.reduce((a, b) => a * b, 1);
  return {
    images: { data: random(size(shape)), shape },
    targets: { data: random(size(maps)), shape: maps },
    visibility: { data: new Float32Array(n * network.joints).fill(1), shape: [n, network.joints] },
  };
}
