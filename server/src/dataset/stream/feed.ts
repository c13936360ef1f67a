import { bundledThread } from '../bundled-thread.js';
import { openFeed, type Feed, type FeedOptions } from '../feed.js';
import { SampleBatches } from './batches.js';
import type { StreamBatch, StreamOptions } from './types.js';

export interface SampleFeedOptions extends FeedOptions {
  /** Threads that read and augment ahead; 0 does it in this thread, when asked. */
  readonly workers?: number;
}

/**
 * Starts reading samples from disk, a few batches ahead of need, however many there are. What comes out depends on
 * the options of the stream and the step alone: never on the number of threads or their timing.
 * @throws from `next`: UserError a sample can't be read; CancelledError once the signal is aborted
 */
export function createSampleFeed(
  stream: StreamOptions,
  { workers = 1, ...options }: SampleFeedOptions = {},
): Feed<StreamBatch> {
  const file = workers > 0 ? bundledThread('./sample-worker.mjs') : null;
  const batches = new SampleBatches(stream);
  const last = stream.purpose === 'training' ? Infinity : Math.ceil(stream.samples.length / stream.batch);
  return openFeed(
    file && {
      file,
      count: workers,
      data: stream,
      work: 'reads samples',
      threadOf: (step) => step % workers,
    },
    (step) => batches.at(step),
    { endStep: last, ...options },
  );
}
