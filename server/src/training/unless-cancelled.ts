import { CancelledError, throwIfCancelled } from '@disc-labeling/models/errors';

/** The outcome of some work, or CancelledError as soon as the signal is aborted. */
export async function unlessCancelled<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  // Nobody waits for it once the signal is aborted, which it may be already.
  work.catch(() => {});
  throwIfCancelled(signal);
  if (signal === undefined) return work;
  let cancel!: () => void;
  const cancelled = new Promise<never>((_, reject) => {
    cancel = () => reject(new CancelledError());
    signal.addEventListener('abort', cancel, { once: true });
  });
  try {
    return await Promise.race([work, cancelled]);
  } finally {
    signal.removeEventListener('abort', cancel);
  }
}
