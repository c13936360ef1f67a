/** What travels between a training's process and whoever started it. */
import type { TrainingEvent } from '../protocol/training.js';

export type { EpochMetrics, TrainingEvent, TrainingSummary } from '../protocol/training.js';

/** From the starter to the training process. */
export type TrainingCommand =
  | {
      readonly kind: 'start';
      readonly config: unknown;
      readonly output: string;
      readonly resume: boolean;
      readonly engine: string;
      readonly threads: number | null;
      readonly command: string;
    }
  | { readonly kind: 'cancel' };

/** From the training process to its starter: events, then one of the two ends. */
export type TrainingReport =
  | TrainingEvent
  | { readonly kind: 'cancelled'; readonly step: number }
  | {
      readonly kind: 'error';
      readonly what: string;
      readonly why: string;
      readonly file?: string;
      /** The stack of a failure that is a fault of ours, absent for one the user can act on. */
      readonly stack?: string;
    };
