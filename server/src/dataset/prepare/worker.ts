import { parentPort } from 'node:worker_threads';
import { failureOf } from '../failures.js';
import type { WorkerAnswer } from './answers.js';
import { runJob, type PrepareJob } from './job.js';

/** Thread of the preparation: answers each job with its outcome; `'cancel'` ends the one under way. */
const port = parentPort;
let abort = new AbortController();
port?.on('message', (message: PrepareJob | 'cancel') => {
  if (message === 'cancel') abort.abort();
  else void answer(message);
});

async function answer(job: PrepareJob): Promise<void> {
  abort = new AbortController();
  const result: WorkerAnswer = await runJob(job, abort.signal).then(
    (outcome) => ({ outcome }),
    (error: unknown) => ({ failure: failureOf(error) }),
  );
  port?.postMessage(result);
}
