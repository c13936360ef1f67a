import { workerData } from 'node:worker_threads';
import { answerSteps } from '../feed-thread.js';
import { SampleBatches } from './batches.js';
import type { StreamOptions } from './types.js';

/** Thread of the sample feed: answers the number of a step with its batch. */
const batches = new SampleBatches(workerData as StreamOptions);
answerSteps(
  (step) => batches.at(step),
  ({ images, maps }) => [images.data, ...(maps === null ? [] : [maps.targets.data, maps.visibility.data])],
);
