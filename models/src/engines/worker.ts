import { parentPort, workerData } from 'node:worker_threads';
import { createInference } from './index.js';
import { sendError, type RunRequest, type WorkerMessage, type WorkerSetup } from './messages.js';
import type { Inference } from './types.js';

/* The thread in which a network runs, so that its long calls block nobody else; see `remote.ts`. */

if (parentPort === null) throw new Error('this file is the entry of a worker thread');
const port = parentPort;
const post = (message: WorkerMessage, transfer: ArrayBuffer[] = []) => port.postMessage(message, transfer);

const { config, weights, options } = workerData as WorkerSetup;
try {
  serve(await createInference(config, weights, options));
} catch (error) {
  post({ kind: 'refused', error: sendError(error) });
}

function serve(inference: Inference): void {
  port.on('message', ({ id, batch, stacks }: RunRequest) => {
    inference.run(batch, { stacks }).then(
      (output) => {
        const tensors = [...output.heatmaps, ...(output.attention ? [output.attention] : [])];
        const whole = tensors.every(({ data }) => data.byteLength === data.buffer.byteLength);
        post(
          { kind: 'result', id, output },
          whole ? tensors.map(({ data }) => data.buffer as ArrayBuffer) : [],
        );
      },
      (error: unknown) => post({ kind: 'failed', id, error: sendError(error) }),
    );
  });
  post({ kind: 'ready', engine: inference.engine });
}
