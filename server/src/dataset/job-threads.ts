/** Threads that each work on one job at a time. */
import { Worker, type ResourceLimits } from 'node:worker_threads';
import { throwIfCancelled } from '@disc-labeling/models/errors';
import { errorOf, failureOf, type Failure } from './failures.js';

/** What a thread answers to a job. */
export type JobAnswer<Outcome> = { readonly outcome: Outcome } | { readonly failure: Failure };

export interface JobThreadsOptions<Job, Outcome> {
  /** Wanted; with one, or without a file, this thread does the work. */
  readonly count: number;
  /** Bundle of the thread, which calls `answerJobs`. */
  readonly file: URL | null;
  /** What a thread does, for messages: `draws phantoms`. */
  readonly work: string;
  /** The work itself, where there are no threads. */
  readonly run: (job: Job, signal?: AbortSignal) => Promise<Outcome>;
  readonly limits?: ResourceLimits;
  readonly signal?: AbortSignal;
}

/** A pool of threads. */
export class JobThreads<Job, Outcome> {
  /** Jobs that run at the same time. */
  readonly count: number;
  readonly #options: JobThreadsOptions<Job, Outcome>;
  readonly #all: readonly JobThread<Job, Outcome>[];
  readonly #idle: JobThread<Job, Outcome>[];

  constructor(options: JobThreadsOptions<Job, Outcome>) {
    const { count, file } = options;
    this.#options = options;
    this.#all =
      count > 1 && file !== null ? Array.from({ length: count }, () => new JobThread(file, options)) : [];
    this.#idle = [...this.#all];
    this.count = Math.max(1, this.#all.length);
  }

  /**
   * At most `count` calls at a time.
   * @throws what the work throws, a UserError as such; CancelledError once the signal is aborted
   */
  async run(job: Job): Promise<Outcome> {
    const { run, signal } = this.#options;
    throwIfCancelled(signal);
    if (this.#all.length === 0) return run(job, signal);
    const thread = this.#idle.pop();
    if (thread === undefined) throw new Error('more jobs than threads');
    try {
      return await thread.run(job, signal);
    } finally {
      this.#idle.push(thread);
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#all.map((thread) => thread.close()));
  }
}

/** One thread and the job it works on. */
class JobThread<Job, Outcome> {
  readonly #worker: Worker;
  #settle: ((answer: JobAnswer<Outcome>) => void) | null = null;

  constructor(file: URL, { work, limits }: Pick<JobThreadsOptions<Job, Outcome>, 'work' | 'limits'>) {
    this.#worker = new Worker(file, { resourceLimits: limits });
    this.#worker.on('message', (answer: JobAnswer<Outcome>) => this.#settle?.(answer));
    this.#worker.on('error', (error) => this.#settle?.({ failure: failureOf(error) }));
    this.#worker.on('exit', () =>
      this.#settle?.({ failure: failureOf(new Error(`a thread that ${work} has ended`)) }),
    );
  }

  async run(job: Job, signal?: AbortSignal): Promise<Outcome> {
    const cancel = (): void => this.#worker.postMessage('cancel');
    signal?.addEventListener('abort', cancel, { once: true });
    try {
      const answer = await new Promise<JobAnswer<Outcome>>((resolve) => {
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
