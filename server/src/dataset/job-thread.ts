import { parentPort } from 'node:worker_threads';
import { failureOf } from './failures.js';
import type { JobAnswer } from './job-threads.js';

/** Makes this thread one of a pool: it answers each job with its outcome; `'cancel'` ends the one under way. */
export function answerJobs<Job extends object, Outcome>(
  run: (job: Job, signal: AbortSignal) => Promise<Outcome>,
): void {
  let abort = new AbortController();
  const answer = async (job: Job): Promise<void> => {
    abort = new AbortController();
    const result: JobAnswer<Outcome> = await run(job, abort.signal).then(
      (outcome) => ({ outcome }),
      (error: unknown) => ({ failure: failureOf(error) }),
    );
    parentPort?.postMessage(result);
  };
  parentPort?.on('message', (message: Job | 'cancel') => {
    if (message === 'cancel') abort.abort();
    else void answer(message);
  });
}
