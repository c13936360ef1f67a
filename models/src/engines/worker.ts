import { parentPort, workerData } from 'node:worker_threads';
import { openInference } from './index.js';
import {
  sendError,
  type HostMessage,
  type RunRequest,
  type WorkerMessage,
  type WorkerSetup,
} from './messages.js';
import type { HourglassOutput, Inference } from './types.js';

/* Where a network runs, so that its long calls block nobody else: a thread or a process; see `host.ts`. */

type Post = (message: WorkerMessage, transfer?: ArrayBuffer[]) => void;

if (parentPort !== null) {
  const port = parentPort;
  const inference = await open(workerData as WorkerSetup, (message, transfer) =>
    port.postMessage(message, transfer),
  );
  if (inference) port.on('message', inference);
} else {
  const post: Post = (message) => process.connected && process.send!(message);
  // The starter is gone: nobody wants the answers.
  process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
  let opening: ReturnType<typeof open> | undefined;
  process.on('message', async (message: HostMessage) => {
    if (message.kind === 'setup') opening = open(message.setup, post);
    else (await opening)?.(message.request);
  });
}

/** Brings the network up and says so; what comes back takes requests, null where it could not be brought up. */
async function open(
  { engine, config, weights, threads }: WorkerSetup,
  post: Post,
): Promise<((request: RunRequest) => void) | null> {
  try {
    const inference = await openInference(engine, config, weights, threads);
    post({ kind: 'ready' });
    return (request) => void answer(inference, request, post);
  } catch (error) {
    post({ kind: 'refused', error: sendError(error) });
    return null;
  }
}

async function answer(inference: Inference, { id, batch, stacks }: RunRequest, post: Post): Promise<void> {
  try {
    const output = await inference.run(batch, { stacks });
    post({ kind: 'result', id, output }, transferable(output));
  } catch (error) {
    post({ kind: 'failed', id, error: sendError(error) });
  }
}

/** The buffers of an answer, where nothing else lies in them. */
function transferable({ heatmaps, attention }: HourglassOutput): ArrayBuffer[] {
  const tensors = [...heatmaps, ...(attention ? [attention] : [])];
  const whole = tensors.every(({ data }) => data.byteLength === data.buffer.byteLength);
  return whole ? tensors.map(({ data }) => data.buffer as ArrayBuffer) : [];
}
