import { bundledThread } from '../bundled-thread.js';
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

/**
 * Starts drawing phantoms for training. What comes out depends on `seed`, `batch`, `reuse` and the
 * step alone: never on the number of threads or their timing.
 * @throws CancelledError from `next` once `signal` is aborted
 */
export function createPhantomFeed(options: PhantomFeedOptions): PhantomFeed {
  const { workers = 1, startStep, signal, ...batchOptions } = options;
  const file = workers > 0 ? bundledThread('./phantom-worker.mjs') : null;
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
