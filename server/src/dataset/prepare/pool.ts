import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { throwIfCancelled } from '@disc-labeling/models/errors';
import { errorOf, failureOf } from '../failures.js';
import type { WorkerAnswer } from './answers.js';
import { runJob, type PrepareJob, type PrepareOutcome } from './job.js';

/** Threads that prepare images. */
export interface PreparePool {
  /** Jobs that run at the same time. */
  readonly threads: number;
  /** @throws UserError a sample can't be written; CancelledError */
  run(job: PrepareJob): Promise<PrepareOutcome>;
  close(): Promise<void>;
}

/** Where the bundled thread lies, beside the bundle that contains this file; null in the sources. */
function workerFile(): URL | null {
  const url = new URL('./prepare-worker.mjs', import.meta.url);
  return url.protocol === 'file:' && existsSync(fileURLToPath(url)) ? url : null;
}

/**
 * Opens a pool of threads, each with one volume in memory at a time. One thread, or code that is not bundled, works
 * in this thread.
 */
export function openPool(threads: number, signal?: AbortSignal): PreparePool {
  const file = threads > 1 ? workerFile() : null;
  if (file === null) return { threads: 1, run: (job) => runJob(job, signal), close: async () => undefined };
  const lines = Array.from({ length: threads }, () => new WorkerLine(file));
  const idle = [...lines];
  return {
    threads,
    async run(job) {
      throwIfCancelled(signal);
      const line = idle.pop();
      if (line === undefined) throw new Error('more jobs than threads');
      try {
        return await line.run(job, signal);
      } finally {
        idle.push(line);
      }
    },
    close: async () => {
      await Promise.all(lines.map((line) => line.close()));
    },
  };
}

/** One thread and the job it works on. */
class WorkerLine {
  private readonly worker: Worker;
  private settle: ((answer: WorkerAnswer) => void) | null = null;

  constructor(file: URL) {
    this.worker = new Worker(file);
    this.worker.on('message', (answer: WorkerAnswer) => this.settle?.(answer));
    this.worker.on('error', (error) => this.settle?.({ failure: failureOf(error) }));
    this.worker.on('exit', () =>
      this.settle?.({ failure: failureOf(new Error('a thread that prepares images has ended')) }),
    );
  }

  async run(job: PrepareJob, signal?: AbortSignal): Promise<PrepareOutcome> {
    const cancel = () => void this.worker.postMessage('cancel');
    signal?.addEventListener('abort', cancel, { once: true });
    try {
      const answer = await new Promise<WorkerAnswer>((resolve) => {
        this.settle = resolve;
        this.worker.postMessage(job);
      });
      if ('outcome' in answer) return answer.outcome;
      throw errorOf(answer.failure);
    } finally {
      this.settle = null;
      signal?.removeEventListener('abort', cancel);
    }
  }

  close(): Promise<number> {
    return this.worker.terminate();
  }
}
