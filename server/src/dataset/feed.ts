/** Batches computed ahead of need, by threads or in this one. */
import { Worker } from 'node:worker_threads';
import { CancelledError, throwIfCancelled } from '@disc-labeling/models/errors';
import { errorOf, type Failure } from './failures.js';

/** A supply of batches in the order of training steps. */
export interface Feed<Batch> extends AsyncIterable<Batch> {
  /** The batch of the next step. One call at a time. */
  next(): Promise<Batch>;
  /** Stops the threads; nothing may be asked for afterwards. */
  close(): Promise<void>;
}

/** What a thread answers to the number of a step. */
export type FeedAnswer<Batch> =
  { readonly step: number; readonly batch: Batch } | { readonly step: number; readonly failure: Failure };

/** Threads, each of which answers the number of a step with its {@link FeedAnswer}. */
export interface FeedThreads {
  readonly file: URL;
  readonly count: number;
  /** Given to each of them. */
  readonly data: unknown;
  /** What they do, for messages: `draws phantoms`. */
  readonly work: string;
  /** Which of them a step belongs to. */
  threadOf(step: number): number;
}

export interface FeedOptions {
  /** The first step wanted, when training is resumed. */
  readonly startStep?: number;
  /** The number of the step after the last one; default: there is no last. */
  readonly endStep?: number;
  readonly signal?: AbortSignal;
}

interface Source<Batch> {
  take(step: number): Promise<Batch>;
  close(): Promise<void>;
}

/** Batches each thread holds ready or is computing. */
const ahead = 3;

/**
 * Opens a feed. The batch of a step is a pure function of the step: neither the number of threads nor their timing
 * changes it.
 * @param compute where there are no threads, when asked
 * @throws CancelledError from `next` once `signal` is aborted
 */
export function openFeed<Batch>(
  threads: FeedThreads | null,
  compute: (step: number) => Batch | Promise<Batch>,
  { startStep = 0, endStep = Infinity, signal }: FeedOptions,
): Feed<Batch> {
  const source: Source<Batch> =
    threads === null
      ? { take: async (step) => compute(step), close: async () => undefined }
      : threadSource(threads, startStep, endStep);
  let step = startStep;
  const close = (): Promise<void> => {
    signal?.removeEventListener('abort', onAbort);
    return source.close();
  };
  const onAbort = (): void => void close();
  signal?.addEventListener('abort', onAbort, { once: true });
  const next = async (): Promise<Batch> => {
    throwIfCancelled(signal);
    return source.take(step++);
  };
  return {
    next,
    close,
    async *[Symbol.asyncIterator]() {
      while (step < endStep) yield await next();
    },
  };
}

interface Waiting<Batch> {
  readonly promise: Promise<Batch>;
  readonly resolve: (batch: Batch) => void;
  readonly reject: (reason: unknown) => void;
}

function threadSource<Batch>(threads: FeedThreads, startStep: number, endStep: number): Source<Batch> {
  const waiting = new Map<number, Waiting<Batch>>();
  let asked = startStep;
  let failure: unknown;
  const fail = (reason: unknown): void => {
    failure ??= reason;
    for (const entry of waiting.values()) entry.reject(failure);
    waiting.clear();
  };
  const workers = Array.from({ length: threads.count }, () => {
    const worker = new Worker(threads.file, { workerData: threads.data });
    worker.on('message', (answer: FeedAnswer<Batch>) => {
      if ('batch' in answer) waiting.get(answer.step)?.resolve(answer.batch);
      else waiting.get(answer.step)?.reject(errorOf(answer.failure));
    });
    worker.on('error', fail);
    worker.on('exit', (code) => fail(new Error(`the thread that ${threads.work} ended with status ${code}`)));
    return worker;
  });
  const ask = (): void => {
    let resolve!: Waiting<Batch>['resolve'];
    let reject!: Waiting<Batch>['reject'];
    const promise = new Promise<Batch>((yes, no) => {
      resolve = yes;
      reject = no;
    });
    promise.catch(() => undefined);
    waiting.set(asked, { promise, resolve, reject });
    workers[threads.threadOf(asked)].postMessage(asked);
    asked++;
  };
  return {
    async take(step) {
      if (failure !== undefined) throw failure;
      while (asked <= step + ahead * workers.length && asked < endStep) ask();
      const entry = waiting.get(step);
      if (!entry) throw new Error(`step ${step} was asked for twice`);
      const batch = await entry.promise;
      waiting.delete(step);
      return batch;
    },
    async close() {
      fail(new CancelledError());
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}
