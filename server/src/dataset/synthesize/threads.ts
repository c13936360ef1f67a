import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { errorOf, failureOf } from '../prepare/answers.js';
import { runJob, type SynthesizedImage, type SynthesizeJob } from './job.js';

/** Where the bundled thread lies, beside the bundle that contains this file; null in the sources. */
function workerFile(): URL | null {
  const url = new URL('./synthesize-worker.mjs', import.meta.url);
  return url.protocol === 'file:' && existsSync(fileURLToPath(url)) ? url : null;
}

/** Threads that draw; with one, or from code that is not bundled, this thread does. */
export class DrawingThreads {
  readonly count: number;
  readonly #idle: Worker[];
  readonly #all: readonly Worker[];

  constructor(
    threads: number,
    readonly signal?: AbortSignal,
  ) {
    const file = threads > 1 ? workerFile() : null;
    this.count = file === null ? 1 : threads;
    // Drawing makes very many short-lived corners: room for the young saves collecting them.
    const resourceLimits = { maxYoungGenerationSizeMb: 64 };
    this.#all =
      file === null ? [] : Array.from({ length: threads }, () => new Worker(file, { resourceLimits }));
    this.#idle = [...this.#all];
  }

  /** At most `count` calls at a time. A cancelled job ends between two files, never within one. */
  async run(job: SynthesizeJob): Promise<SynthesizedImage> {
    if (this.#all.length === 0) return runJob(job, this.signal);
    const thread = this.#idle.pop();
    if (thread === undefined) throw new Error('more jobs than threads');
    try {
      return await this.#ask(thread, job);
    } finally {
      this.#idle.push(thread);
    }
  }

  #ask(thread: Worker, job: SynthesizeJob): Promise<SynthesizedImage> {
    return new Promise((resolve, reject) => {
      const cancel = (): void => thread.postMessage('cancel');
      const settle = (end: () => void): void => {
        this.signal?.removeEventListener('abort', cancel);
        thread.removeAllListeners();
        end();
      };
      const fail = (error: Error): void => settle(() => reject(errorOf(failureOf(error))));
      thread.once(
        'message',
        (answer: { outcome: SynthesizedImage } | { failure: Parameters<typeof errorOf>[0] }) =>
          settle(() => ('outcome' in answer ? resolve(answer.outcome) : reject(errorOf(answer.failure)))),
      );
      thread.once('error', fail);
      thread.once('exit', () => fail(new Error('a thread that draws phantoms has ended')));
      this.signal?.addEventListener('abort', cancel, { once: true });
      thread.postMessage(job);
      if (this.signal?.aborted) cancel();
    });
  }

  async close(): Promise<void> {
    await Promise.all(this.#all.map((thread) => thread.terminate()));
  }
}
