import { availableParallelism } from 'node:os';

/** Threads worth using when nothing is said. */
export function defaultThreads(): number {
  return Math.min(availableParallelism(), 8);
}
