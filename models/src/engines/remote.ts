import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { NetworkConfig } from '../config.js';
import type { Weights } from '../model.js';
import { createInference } from './index.js';
import { receiveError, type RunRequest, type WorkerMessage, type WorkerSetup } from './messages.js';
import type { EngineId, HourglassOutput, ImageBatch, Inference, InferenceOptions } from './types.js';

/** The bundled worker, beside the bundle this code ends up in. */
const workerFile = fileURLToPath(new URL('./inference-worker.mjs', import.meta.url));

/**
 * A network in a thread of its own: `run` leaves this thread free. Where the code runs unbundled
 * (from TypeScript sources, in unit tests) there is no worker file and the network runs in this thread.
 *
 * @throws UserError when the engine asked for is not available here
 */
export async function createInferenceInWorker(
  config: NetworkConfig,
  weights: Weights,
  options: InferenceOptions = {},
): Promise<Inference> {
  if (!existsSync(workerFile)) return createInference(config, weights, options);
  const setup: WorkerSetup = { config, weights, options };
  const worker = new Worker(workerFile, { workerData: setup });
  const engine = await started(worker);
  return new RemoteInference(worker, engine);
}

function started(worker: Worker): Promise<EngineId> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => {
      void worker.terminate();
      reject(error);
    };
    worker.once('error', fail);
    worker.once('message', (message: WorkerMessage) => {
      worker.off('error', fail);
      if (message.kind === 'ready') resolve(message.engine);
      else
        fail(
          message.kind === 'refused'
            ? receiveError(message.error)
            : new Error('the worker answered too early'),
        );
    });
  });
}

interface Pending {
  resolve(output: HourglassOutput): void;
  reject(error: Error): void;
}

class RemoteInference implements Inference {
  private readonly pending = new Map<number, Pending>();
  private nextId = 0;

  constructor(
    private readonly worker: Worker,
    readonly engine: EngineId,
  ) {
    // An idle network keeps no process alive; a pending request does.
    worker.unref();
    worker.on('message', (message: WorkerMessage) => this.settle(message));
    worker.on('error', (error) => this.failAll(error));
    worker.on('exit', () => this.failAll(new Error('the network was closed')));
  }

  run(batch: ImageBatch, { stacks = 'all' }: { stacks?: 'all' | 'last' } = {}): Promise<HourglassOutput> {
    const request: RunRequest = { id: this.nextId++, batch, stacks };
    return new Promise((resolve, reject) => {
      this.pending.set(request.id, { resolve, reject });
      this.worker.ref();
      this.worker.postMessage(request);
    });
  }

  async dispose(): Promise<void> {
    await this.worker.terminate();
  }

  private settle(message: WorkerMessage): void {
    if (message.kind !== 'result' && message.kind !== 'failed') return;
    const pending = this.pending.get(message.id);
    this.pending.delete(message.id);
    if (this.pending.size === 0) this.worker.unref();
    if (message.kind === 'result') pending?.resolve(message.output);
    else pending?.reject(receiveError(message.error));
  }

  private failAll(error: Error): void {
    for (const { reject } of this.pending.values()) reject(error);
    this.pending.clear();
  }
}
