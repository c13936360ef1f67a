import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { NetworkConfig } from '../config.js';
import type { Weights } from '../model.js';
import { openHost, type Host } from './host.js';
import { announcedEngine, createInference } from './index.js';
import { receiveError, type RunRequest, type WorkerMessage } from './messages.js';
import { SteadyInference } from './steady-inference.js';
import { defaultThreads } from './threads.js';
import type { EngineId, HourglassOutput, ImageBatch, Inference, InferenceOptions } from './types.js';

/** The bundled worker, beside the bundle this code ends up in. */
const workerFile = fileURLToPath(new URL('./inference-worker.mjs', import.meta.url));

/**
 * A network in a thread or process of its own: `run` leaves this thread free. Where the code runs unbundled
 * (from TypeScript sources, in unit tests) there is no worker file and the network runs in this thread. Should
 * its engine fail at work, the CPU takes over.
 *
 * @throws UserError when the engine asked for is not available here
 */
export async function createInferenceInWorker(
  config: NetworkConfig,
  weights: Weights,
  options: InferenceOptions = {},
): Promise<Inference> {
  if (!existsSync(workerFile)) return createInference(config, weights, options);
  const { threads = defaultThreads() } = options;
  const open = (engine: EngineId) => openRemote(workerFile, engine, config, weights, threads);
  return SteadyInference.open(await announcedEngine(options), open, options.onNotice);
}

/** @param program the bundle of `worker.ts` */
export async function openRemote(
  program: string,
  engine: EngineId,
  config: NetworkConfig,
  weights: Weights,
  threads: number,
): Promise<Inference> {
  const host = openHost(engine, program, { config, weights, engine, threads });
  await started(host);
  return new RemoteInference(host, engine);
}

function started(host: Host): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => {
      void host.close();
      reject(error);
    };
    host.onEnd(fail);
    host.onMessage((message) => {
      if (message.kind === 'ready') resolve();
      else if (message.kind === 'refused') fail(receiveError(message.error));
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
  /** Why no request can be answered any more. */
  private ended: Error | undefined;

  constructor(
    private readonly host: Host,
    readonly engine: EngineId,
  ) {
    // An idle network keeps no process alive; a pending request does.
    host.hold(false);
    host.onMessage((message) => this.settle(message));
    host.onEnd((error) => this.failAll(error));
  }

  run(batch: ImageBatch, { stacks = 'all' }: { stacks?: 'all' | 'last' } = {}): Promise<HourglassOutput> {
    const request: RunRequest = { id: this.nextId++, batch, stacks };
    return new Promise((resolve, reject) => {
      if (this.ended) return reject(this.ended);
      this.pending.set(request.id, { resolve, reject });
      this.host.hold(true);
      this.host.send(request);
    });
  }

  dispose(): Promise<void> {
    return this.host.close();
  }

  private settle(message: WorkerMessage): void {
    if (message.kind !== 'result' && message.kind !== 'failed') return;
    const pending = this.pending.get(message.id);
    this.pending.delete(message.id);
    if (this.pending.size === 0) this.host.hold(false);
    if (message.kind === 'result') pending?.resolve(message.output);
    else pending?.reject(receiveError(message.error));
  }

  private failAll(error: Error): void {
    this.ended ??= error;
    for (const { reject } of this.pending.values()) reject(this.ended);
    this.pending.clear();
  }
}
