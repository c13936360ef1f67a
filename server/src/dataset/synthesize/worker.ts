import { parentPort } from 'node:worker_threads';
import { failureOf } from '../failures.js';
import { runJob, type SynthesizeJob } from './job.js';

/** Thread that draws subjects: answers each job with its files; `'cancel'` ends the one under way. */
const port = parentPort;
let abort = new AbortController();
port?.on('message', (message: SynthesizeJob | 'cancel') => {
  if (message === 'cancel') abort.abort();
  else void answer(message);
});

async function answer(job: SynthesizeJob): Promise<void> {
  abort = new AbortController();
  port?.postMessage(
    await runJob(job, abort.signal).then(
      (outcome) => ({ outcome }),
      (error: unknown) => ({ failure: failureOf(error) }),
    ),
  );
}
