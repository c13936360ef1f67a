import { parentPort, workerData } from 'node:worker_threads';
import { createTrainingStep, flatLayout, namedWeights } from '../compile/training-step.js';
import { sendError } from '../engines/messages.js';
import { networkTensors } from '../layers-listing.js';
import { LocalLane } from './lane.js';
import type { PartMessage, PartRequest, PartSetup } from './messages.js';

/* Where parts of batches are computed beside each other: ONNX Runtime blocks the thread it is called from. */

const { config, lossConfig, norms, imageShape, sizes, threads, memory } = workerData as PartSetup;
const port = parentPort!;
const post = (message: PartMessage) => port.postMessage(message);

try {
  const tensors = networkTensors(config);
  const of = (kind: string) => flatLayout(tensors.filter((tensor) => tensor.kind === kind));
  const weights = new Map([
    ...namedWeights(of('parameter'), memory.parameters),
    ...namedWeights(of('statistic'), memory.statistics),
  ]);
  const lane = await LocalLane.open(memory, sizes, (size) =>
    createTrainingStep(config, weights, lossConfig, [size, ...imageShape], { threads, norms }),
  );
  port.on('message', ({ part, batch }: PartRequest) => {
    lane.run(part, batch).then(
      (result) => post({ kind: 'done', result }),
      (error: unknown) => post({ kind: 'failed', error: sendError(error) }),
    );
  });
  post({ kind: 'ready' });
} catch (error) {
  post({ kind: 'failed', error: sendError(error) });
}
