import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { openFeed, type Feed, type FeedThreads } from '../feed.js';
import { type PhantomBatch, PhantomBatches, type PhantomBatchOptions, streams } from './batches.js';

export interface PhantomFeedOptions extends PhantomBatchOptions {
  /** Threads that draw ahead (at most 4); 0 draws in this thread, when asked. */
  readonly workers?: number;
  /** The first step wanted, when training is resumed. */
  readonly startStep?: number;
  readonly signal?: AbortSignal;
}

/** An endless supply of training batches. */
export type PhantomFeed = Feed<PhantomBatch>;

/** Where the bundled thread lies, beside the bundle that contains this file; null in the sources. */
function workerFile(): URL | null {
  const url = new URL('./phantom-worker.mjs', import.meta.url);
  return url.protocol === 'file:' && existsSync(fileURLToPath(url)) ? url : null;
}

/**
 * Starts drawing phantoms for training. What comes out depends on `seed`, `batch`, `reuse` and the
 * step alone: never on the number of threads or their timing.
 * @throws CancelledError from `next` once `signal` is aborted
 */
export function createPhantomFeed(options: PhantomFeedOptions): PhantomFeed {
  const { workers = 1, startStep, signal, ...batchOptions } = options;
  const file = workers > 0 ? workerFile() : null;
  const count = Math.min(workers, streams);
  const threads: FeedThreads | null = file && {
    file,
    count,
    data: batchOptions,
    work: 'draws phantoms',
    threadOf: (step) => (step % streams) % count,
  };
  const batches = new PhantomBatches(batchOptions);
  return openFeed(threads, (step) => batches.at(step), { startStep, signal });
}
