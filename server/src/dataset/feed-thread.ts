import { parentPort } from 'node:worker_threads';
import type { FeedAnswer } from './feed.js';
import { failureOf } from './failures.js';

/**
 * Makes this thread one of a feed: it answers each number of a step with its batch, or why there is none.
 * @param arrays of a batch, whose memory goes along with it
 */
export function answerSteps<Batch>(
  compute: (step: number) => Batch | Promise<Batch>,
  arrays: (batch: Batch) => readonly Float32Array[],
): void {
  const port = parentPort;
  // One after the other, so that no more than one batch is being made.
  let before = Promise.resolve();
  port?.on('message', (step: number) => (before = before.then(() => answer(step))));
  const answer = async (step: number): Promise<void> => {
    try {
      const batch = await compute(step);
      const moved = arrays(batch).map(({ buffer }) => buffer as ArrayBuffer);
      port?.postMessage({ step, batch } satisfies FeedAnswer<Batch>, moved);
    } catch (error) {
      port?.postMessage({ step, failure: failureOf(error) } satisfies FeedAnswer<Batch>);
    }
  };
}
