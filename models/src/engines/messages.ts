import type { NetworkConfig } from '../config.js';
import { UserError } from '../errors.js';
import type { Weights } from '../model.js';
import type { EngineId, HourglassOutput, ImageBatch } from './types.js';

/** What the worker is started with. */
export interface WorkerSetup {
  readonly config: NetworkConfig;
  readonly weights: Weights;
  /** Known to work here. */
  readonly engine: EngineId;
  readonly threads: number;
}

/** To a process that hosts a network; a thread gets its setup on creation and then plain requests. */
export type HostMessage =
  | { readonly kind: 'setup'; readonly setup: WorkerSetup }
  | { readonly kind: 'run'; readonly request: RunRequest };

/** To the worker: run a batch. */
export interface RunRequest {
  readonly id: number;
  readonly batch: ImageBatch;
  readonly stacks: 'all' | 'last';
}

/** From the worker: first whether it stands, then one answer for each request. */
export type WorkerMessage =
  | { readonly kind: 'ready' }
  | { readonly kind: 'refused'; readonly error: SentError }
  | { readonly kind: 'result'; readonly id: number; readonly output: HourglassOutput }
  | { readonly kind: 'failed'; readonly id: number; readonly error: SentError };

/** An error as it crosses between threads, where classes are lost. */
export interface SentError {
  readonly message: string;
  readonly user?: { readonly what: string; readonly why: string; readonly file?: string };
}

export function sendError(error: unknown): SentError {
  if (error instanceof UserError) {
    const { what, why, file } = error;
    return { message: error.message, user: { what, why, file } };
  }
  return { message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
}

export function receiveError({ message, user }: SentError): Error {
  return user ? new UserError(user.what, user.why, user.file) : new Error(message);
}
