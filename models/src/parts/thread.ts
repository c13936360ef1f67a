import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { receiveError } from '../engines/messages.js';
import type { Float32Tensor } from '../engines/types.js';
import { UserError } from '../errors.js';
import type { StepResult, TrainingBatch } from '../training.js';
import type { Lane } from './lane.js';
import type { PartMessage, PartRequest, PartSetup } from './messages.js';

/** The bundled worker, beside the bundle this code ends up in; null where it runs from TypeScript sources. */
export function partProgram(): string | null {
  const file = fileURLToPath(new URL('./part-worker.mjs', import.meta.url));
  return existsSync(file) ? file : null;
}

interface Pending {
  resolve(result: StepResult | null): void;
  reject(error: Error): void;
}

/** A lane in a thread of its own. */
export class ThreadLane implements Lane {
  private pending: Pending | null = null;
  /** Why nothing can be computed any more. */
  private ended: Error | null = null;

  private constructor(private readonly worker: Worker) {
    worker.on('message', (message: PartMessage) => this.take(message));
    worker.on('error', (error) => this.end(error.message));
    worker.on('exit', (code) => this.end(`status ${code}`));
  }

  /** @param program the bundle of `worker.ts` */
  static async open(program: string, setup: PartSetup): Promise<ThreadLane> {
    const lane = new ThreadLane(new Worker(program, { workerData: setup }));
    try {
      await lane.answer();
    } catch (error) {
      await lane.dispose();
      throw error;
    }
    return lane;
  }

  async run(part: number, { images, targets, visibility }: TrainingBatch): Promise<StepResult> {
    if (this.ended !== null) throw this.ended;
    // The thread gets copies for itself, without a second copy on the way.
    const own = <T extends Float32Tensor>(tensor: T): T => ({ ...tensor, data: tensor.data.slice() });
    const batch = { images: own(images), targets: own(targets), visibility: own(visibility) };
    const answer = this.answer();
    const request: PartRequest = { part, batch };
    this.worker.postMessage(
      request,
      Object.values(batch).map(({ data }) => data.buffer as ArrayBuffer),
    );
    return (await answer)!;
  }

  async dispose(): Promise<void> {
    await this.worker.terminate();
  }

  private answer(): Promise<StepResult | null> {
    return new Promise((resolve, reject) => (this.pending = { resolve, reject }));
  }

  private take(message: PartMessage): void {
    const { pending } = this;
    this.pending = null;
    if (message.kind === 'failed') pending?.reject(receiveError(message.error));
    else pending?.resolve(message.kind === 'done' ? message.result : null);
  }

  private end(how: string): void {
    this.ended ??= new UserError(
      'training stopped',
      `a thread that computes a part of each batch ended (${how}); go on from the last checkpoint with --resume`,
    );
    this.pending?.reject(this.ended);
    this.pending = null;
  }
}
