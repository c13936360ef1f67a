import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { errorOf, failureOf } from '../failures.js';
import { runJob, type SynthesizedImage, type SynthesizeJob } from './job.js';

/** Where the bundled thread lies, beside the bundle that contains this file; null in the sources. */
function workerFile(): URL | null {
  const url = new URL('./synthesize-worker.mjs', import.meta.url);
  return url.protocol === 'file:' && existsSync(fileURLToPath(url)) ? url : null;
}

type Answer = { readonly outcome: SynthesizedImage } | { readonly failure: Parameters<typeof errorOf>[0] };

/** Threads that draw; with one, or from code that is not bundled, this thread does. */
export class DrawingThreads {
  readonly count: number;
  readonly #idle: DrawingThread[];
  readonly #all: readonly DrawingThread[];

  constructor(
    threads: number,
    readonly signal?: AbortSignal,
  ) {
    const file = threads > 1 ? workerFile() : null;
    this.count = file === null ? 1 : threads;
    this.#all = file === null ? [] : Array.from({ length: threads }, () => new DrawingThread(file));
    this.#idle = [...this.#all];
  }

  /** At most `count` calls at a time. A cancelled job ends between two files, never within one. */
  async run(job: SynthesizeJob): Promise<SynthesizedImage> {
    if (this.#all.length === 0) return runJob(job, this.signal);
    const thread = this.#idle.pop();
    if (thread === undefined) throw new Error('more jobs than threads');
    try {
      return await thread.run(job, this.signal);
    } finally {
      this.#idle.push(thread);
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#all.map((thread) => thread.close()));
  }
}

/** One thread and the job it works on. */
class DrawingThread {
  readonly #worker: Worker;
  #settle: ((answer: Answer) => void) | null = null;

  constructor(file: URL) {
    // Drawing makes very many short-lived corners: room for the young saves collecting them.
    this.#worker = new Worker(file, { resourceLimits: { maxYoungGenerationSizeMb: 64 } });
    this.#worker.on('message', (answer: Answer) => this.#settle?.(answer));
    this.#worker.on('error', (error) => this.#settle?.({ failure: failureOf(error) }));
    this.#worker.on('exit', () =>
      this.#settle?.({ failure: failureOf(new Error('a thread that draws phantoms has ended')) }),
    );
  }

  async run(job: SynthesizeJob, signal?: AbortSignal): Promise<SynthesizedImage> {
    const cancel = (): void => this.#worker.postMessage('cancel');
    signal?.addEventListener('abort', cancel, { once: true });
    try {
      const answer = await new Promise<Answer>((resolve) => {
        this.#settle = resolve;
        this.#worker.postMessage(job);
      });
      if ('outcome' in answer) return answer.outcome;
      throw errorOf(answer.failure);
    } finally {
      this.#settle = null;
      signal?.removeEventListener('abort', cancel);
    }
  }

  close(): Promise<number> {
    return this.#worker.terminate();
  }
}
