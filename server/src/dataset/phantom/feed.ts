import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { CancelledError, throwIfCancelled } from '@disc-labeling/models/errors';
import { type PhantomBatch, PhantomBatches, type PhantomBatchOptions, streams } from './batches.js';

export interface PhantomFeedOptions extends PhantomBatchOptions {
  /** Threads that draw ahead (at most 4); 0 draws in this thread, when asked. */
  readonly workers?: number;
  /** The first step wanted, when training is resumed. */
  readonly startStep?: number;
  readonly signal?: AbortSignal;
}

/** An endless supply of training batches. */
export interface PhantomFeed extends AsyncIterable<PhantomBatch> {
  /** The batch of the next step. One call at a time. */
  next(): Promise<PhantomBatch>;
  /** Stops the threads; nothing may be asked for afterwards. */
  close(): Promise<void>;
}

/** Batches each thread holds ready or is drawing. */
const ahead = 3;

/** Where the bundled thread lies, beside the bundle that contains this file; null in the sources. */
function workerFile(): URL | null {
  const url = new URL('./phantom-worker.mjs', import.meta.url);
  return url.protocol === 'file:' && existsSync(fileURLToPath(url)) ? url : null;
}

/**
 * Starts drawing phantoms for training. What comes out depends on `seed`, `batch`, `reuse` and the
 * step alone: never on the number of threads or their timing.
 * @throws CancelledError from `next` once `signal` is aborted
 */
export function createPhantomFeed(options: PhantomFeedOptions): PhantomFeed {
  const { workers = 1, startStep = 0, signal, ...batchOptions } = options;
  const file = workers > 0 ? workerFile() : null;
  const source = file
    ? threadSource(file, Math.min(workers, streams), batchOptions, startStep)
    : localSource(batchOptions);
  let step = startStep;
  const close = (): Promise<void> => {
    signal?.removeEventListener('abort', onAbort);
    return source.close();
  };
  const onAbort = (): void => void close();
  signal?.addEventListener('abort', onAbort, { once: true });
  const next = async (): Promise<PhantomBatch> => {
    throwIfCancelled(signal);
    return source.take(step++);
  };
  return {
    next,
    close,
    async *[Symbol.asyncIterator]() {
      for (;;) yield await next();
    },
  };
}

interface Source {
  take(step: number): Promise<PhantomBatch>;
  close(): Promise<void>;
}

function localSource(options: PhantomBatchOptions): Source {
  const batches = new PhantomBatches(options);
  return { take: async (step) => batches.at(step), close: async () => undefined };
}

interface Waiting {
  readonly promise: Promise<PhantomBatch>;
  readonly resolve: (batch: PhantomBatch) => void;
  readonly reject: (reason: unknown) => void;
}

function threadSource(file: URL, count: number, options: PhantomBatchOptions, startStep: number): Source {
  const waiting = new Map<number, Waiting>();
  let asked = startStep;
  let failure: unknown;
  const fail = (reason: unknown): void => {
    failure ??= reason;
    for (const entry of waiting.values()) entry.reject(failure);
    waiting.clear();
  };
  const threads = Array.from({ length: count }, () => {
    const thread = new Worker(file, { workerData: options });
    thread.on('message', (batch: PhantomBatch) => waiting.get(batch.step)?.resolve(batch));
    thread.on('error', fail);
    thread.on('exit', (code) => fail(new Error(`the thread that draws phantoms ended with status ${code}`)));
    return thread;
  });
  const ask = (): void => {
    let resolve!: Waiting['resolve'];
    let reject!: Waiting['reject'];
    const promise = new Promise<PhantomBatch>((yes, no) => {
      resolve = yes;
      reject = no;
    });
    promise.catch(() => undefined);
    waiting.set(asked, { promise, resolve, reject });
    threads[(asked % streams) % count].postMessage(asked);
    asked++;
  };
  return {
    async take(step) {
      if (failure !== undefined) throw failure;
      while (asked <= step + ahead * count) ask();
      const entry = waiting.get(step);
      if (!entry) throw new Error(`step ${step} was asked for twice`);
      const batch = await entry.promise;
      waiting.delete(step);
      return batch;
    },
    async close() {
      fail(new CancelledError());
      await Promise.all(threads.map((thread) => thread.terminate()));
    },
  };
}
