import { workerData } from 'node:worker_threads';
import { answerSteps } from '../feed-thread.js';
import { PhantomBatches, type PhantomBatchOptions } from './batches.js';

/** Thread of the phantom feed: answers the number of a step with its batch. */
const batches = new PhantomBatches(workerData as PhantomBatchOptions);
answerSteps(
  (step) => batches.at(step),
  ({ images }) => [images],
);
