/**
 * A failure the user can understand and act on. Doors (command line, backend) show it as
 * `<what> (<file>): <why, and what to do>` and never with a stack trace.
 */
export class UserError extends Error {
  override readonly name = 'UserError';

  /**
   * @param what what could not be done, e.g. `cannot read volume`
   * @param why  the reason and the remedy, in one clause
   * @param file the file or place concerned, if there is one
   */
  constructor(
    readonly what: string,
    readonly why: string,
    readonly file?: string,
    options?: ErrorOptions,
  ) {
    super(file === undefined ? `${what}: ${why}` : `${what} (${file}): ${why}`, options);
  }
}

/** Thrown by long work that noticed its `AbortSignal`; doors turn it into exit status 130 or a quiet end. */
export class CancelledError extends Error {
  override readonly name = 'CancelledError';

  constructor(what = 'cancelled') {
    super(what);
  }
}

/** Throws {@link CancelledError} once `signal` is aborted. */
export function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new CancelledError();
}
