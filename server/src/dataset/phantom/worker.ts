import { parentPort, workerData } from 'node:worker_threads';
import { PhantomBatches, type PhantomBatchOptions } from './batches.js';

/** Thread of the phantom feed: answers the number of a step with its batch. */
const batches = new PhantomBatches(workerData as PhantomBatchOptions);
const port = parentPort;
port?.on('message', (step: number) => {
  const batch = batches.at(step);
  port.postMessage(batch, [batch.images.buffer as ArrayBuffer]);
});
