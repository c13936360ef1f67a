import type { NetworkConfig } from './config.js';
import { createInference } from './engines/index.js';
import { defaultThreads } from './engines/threads.js';
import type { EngineChoice, EngineId, ImageBatch } from './engines/types.js';
import { throwIfCancelled } from './errors.js';
import type { Weights } from './model.js';

export interface ForwardBenchmarkOptions {
  readonly engine?: EngineChoice;
  readonly threads?: number;
  /** Images per run; default 1. */
  readonly batch?: number;
  /** Timed runs; default 20. */
  readonly runs?: number;
  /** Height and width; default 256. */
  readonly side?: number;
  /** Default `last`: what labelling needs. */
  readonly stacks?: 'all' | 'last';
  readonly signal?: AbortSignal;
  /** Called after each timed run with how many are done. */
  readonly onRun?: (done: number) => void;
}

export interface ForwardBenchmark {
  readonly engine: EngineId;
  readonly threads: number;
  readonly batch: number;
  readonly runs: number;
  /** Wall-clock time of one run over the whole batch. */
  readonly seconds: { readonly min: number; readonly median: number; readonly max: number };
  /** Largest resident memory of this process so far, in bytes. */
  readonly peakMemory: number;
}

/** Runs before the clock starts: sessions are made and memory is taken in them. */
const warmUps = 2;

/**
 * Times the forward pass as labelling runs it: random images with identical channels, from pixels in
 * memory to heat maps and attention in memory.
 *
 * @throws CancelledError when aborted between two runs
 */
export async function benchmarkForward(
  config: NetworkConfig,
  weights: Weights,
  options: ForwardBenchmarkOptions = {},
): Promise<ForwardBenchmark> {
  const { threads = defaultThreads(), batch = 1, runs = 20, side = 256, stacks = 'last' } = options;
  const inference = await createInference(config, weights, { engine: options.engine, threads });
  try {
    const images = randomImages(batch, config.inputChannels, side);
    const seconds: number[] = [];
    for (let run = 0; run < warmUps + runs; run++) {
      throwIfCancelled(options.signal);
      const start = performance.now();
      await inference.run(images, { stacks });
      if (run < warmUps) continue;
      seconds.push((performance.now() - start) / 1000);
      options.onRun?.(seconds.length);
    }
    const peakMemory = process.resourceUsage().maxRSS * 1024;
    return { engine: inference.engine, threads, batch, runs, seconds: spread(seconds), peakMemory };
  } finally {
    await inference.dispose();
  }
}

function randomImages(batch: number, channels: number, side: number): ImageBatch {
  const area = side * side;
  const data = new Float32Array(batch * channels * area);
  for (let image = 0; image < batch; image++) {
    const pixels = Float32Array.from({ length: area }, () => Math.random());
    for (let channel = 0; channel < channels; channel++)
      data.set(pixels, (image * channels + channel) * area);
  }
  return { data, shape: [batch, channels, side, side] };
}

/** Smallest, middle and largest of some times. */
export function spread(values: readonly number[]): ForwardBenchmark['seconds'] {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const median = (sorted[Math.floor(middle)] + sorted[Math.ceil(middle)]) / 2;
  return { min: sorted[0], median, max: sorted[sorted.length - 1] };
}
