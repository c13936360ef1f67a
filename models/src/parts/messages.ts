import type { NetworkConfig } from '../config.js';
import type { SentError } from '../engines/messages.js';
import type { ImageBatch } from '../engines/types.js';
import type { LossConfig, Norms, StepResult, TrainingBatch } from '../training.js';
import type { PartMemory } from './memory.js';

/** What a thread that computes parts is started with. */
export interface PartSetup {
  readonly config: NetworkConfig;
  readonly lossConfig: LossConfig;
  readonly norms?: Norms;
  /** `[channels, height, width]` of every image. */
  readonly imageShape: readonly [ImageBatch['shape'][1], ImageBatch['shape'][2], ImageBatch['shape'][3]];
  /** Images in the parts that will come. */
  readonly sizes: readonly number[];
  readonly threads: number;
  readonly memory: PartMemory;
}

/** To the thread: compute a part. One at a time. */
export interface PartRequest {
  readonly part: number;
  readonly batch: TrainingBatch;
}

/** From the thread: first whether it stands, then one answer for each request. */
export type PartMessage =
  | { readonly kind: 'ready' }
  | { readonly kind: 'done'; readonly result: StepResult }
  | { readonly kind: 'failed'; readonly error: SentError };
