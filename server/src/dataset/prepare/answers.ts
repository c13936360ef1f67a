import type { Failure } from '../failures.js';
import type { PrepareOutcome } from './job.js';

/** What a thread answers. */
export type WorkerAnswer = { readonly outcome: PrepareOutcome } | { readonly failure: Failure };
