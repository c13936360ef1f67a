/** Errors lose their class on the way between threads. */
import { CancelledError, UserError } from '@disc-labeling/models/errors';

/** An error as threads pass it on. */
export type Failure =
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'user'; readonly what: string; readonly why: string; readonly file?: string }
  | { readonly kind: 'other'; readonly message: string };

export function failureOf(error: unknown): Failure {
  if (error instanceof CancelledError) return { kind: 'cancelled' };
  if (error instanceof UserError) return { kind: 'user', what: error.what, why: error.why, file: error.file };
  return { kind: 'other', message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
}

/** The error a failure stands for. */
export function errorOf(failure: Failure): Error {
  if (failure.kind === 'cancelled') return new CancelledError();
  if (failure.kind === 'user') return new UserError(failure.what, failure.why, failure.file);
  return new Error(failure.message);
}
