import type { ErrorData } from './core.js';

/** One line of `metrics.jsonl`: how an epoch went. */
export interface EpochMetrics {
  /** 0-based. */
  readonly epoch: number;
  /** Optimiser steps done since the beginning. */
  readonly step: number;
  readonly learningRate: number;
  /** Mean training loss of the epoch. */
  readonly trainingLoss: number;
  /** The same, of each stack; they add up to `trainingLoss`. */
  readonly trainingLossPerStack?: readonly number[];
  readonly validationLoss: number;
  /** Share of the visible levels whose map peaks within 5 mm of the disc. */
  readonly accuracy: number;
  /** Share of the absent levels whose map peaks above one half. */
  readonly falseRate: number;
  /** Median distance in mm between the peak of a visible level's map and its disc. */
  readonly medianDistance: number;
  /** Wall time spent training so far, over all sittings, in seconds. */
  readonly seconds: number;
  /** Percentage of correct key points as the reference measures it: raw peaks within 1/20 of the maps' width, 0..1. */
  readonly pck?: number;
  /** Soft Dice of the raw maps as the reference measures it. */
  readonly dice?: number;
  /**
   * Share of the visible discs that decoding finds within 5 mm under the right name. What `evaluate` reports, but of
   * one size instead of several and at the pixel size the samples come in, so a little lower.
   */
  readonly identified?: number;
  /** Share of the epoch's wall time in which the network stood still for want of a batch, 0..1. */
  readonly waiting?: number;
  /** Largest resident memory of the training process so far, in this sitting, in bytes. */
  readonly memory?: number;
}

/** How a training ended. */
export interface TrainingSummary {
  readonly run: string;
  readonly epochs: number;
  readonly steps: number;
  readonly engine: string;
  readonly parameters: number;
  readonly seconds: number;
  /** Why it ended: all epochs done, no better epoch for long, or its time spent. */
  readonly ending: 'epochs' | 'patience' | 'time';
  /** The epoch whose weights are in `best/`; null when no epoch was finished. */
  readonly best: EpochMetrics | null;
  readonly last: EpochMetrics | null;
}

/** What a training tells whoever started it, in this order: `started`, steps and epochs, `done`. */
export type TrainingEvent =
  | {
      readonly kind: 'started';
      readonly run: string;
      readonly engine: string;
      readonly parameters: number;
      /** 0, or where a resumed training goes on. */
      readonly step: number;
      readonly steps: number;
      readonly epochs: number;
    }
  | {
      readonly kind: 'step';
      readonly step: number;
      readonly steps: number;
      readonly epoch: number;
      readonly loss: number;
      /** Adds up to `loss`. */
      readonly lossPerStack: readonly number[];
      readonly learningRate: number;
      /** L2 norm of the gradients before clipping. */
      readonly gradientNorm: number;
      readonly stepsPerSecond: number;
      /** Estimate for the rest of the training. */
      readonly secondsLeft: number;
      /** Share of the epoch's wall time so far in which the network stood still for want of a batch, 0..1. */
      readonly waiting: number;
    }
  | { readonly kind: 'epoch'; readonly metrics: EpochMetrics; readonly best: boolean }
  | { readonly kind: 'checkpoint'; readonly step: number }
  /** What computes from now on and why; may come before `started`. */
  | { readonly kind: 'notice'; readonly engine: string; readonly message: string }
  | { readonly kind: 'done'; readonly summary: TrainingSummary };

/** Where a training stands. */
export type RunState =
  /** A process trains there. */
  | 'training'
  /** All epochs done, or ended early as configured. */
  | 'finished'
  /** Stopped, or its process ended; can be resumed. */
  | 'stopped'
  /** Nothing to resume from: it never came to a checkpoint, or its files can't be read. */
  | 'broken';

/** A run folder in a few words, for lists. */
export interface RunSummary {
  readonly path: string;
  /** Name of the folder. */
  readonly name: string;
  /** Name of the model that comes out. */
  readonly model: string;
  readonly state: RunState;
  /** Epochs finished and asked for. */
  readonly epoch: number;
  readonly epochs: number;
  readonly best: Pick<EpochMetrics, 'epoch' | 'accuracy' | 'pck' | 'validationLoss'> | null;
  /** ISO 8601, when anything was written there last. */
  readonly updated: string;
  /** Why it is broken or was stopped, where that is known. */
  readonly problem: string | null;
}

/** Everything a dashboard shows of a run. */
export interface RunDetails {
  readonly summary: RunSummary;
  /** `config.json`, as it stands. */
  readonly config: unknown;
  readonly metrics: readonly EpochMetrics[];
  /** Paths of the validation pictures, in order of the epochs (0-based). */
  readonly pictures: readonly { readonly epoch: number; readonly path: string }[];
  /** While it trains: the latest step. */
  readonly live: Extract<TrainingEvent, { kind: 'step' }> | null;
  readonly engine: string | null;
  readonly parameters: number | null;
}

export interface ListRunsParams {
  /** Folders that are searched for run folders, as paths; the user's workspace. */
  readonly folders: readonly string[];
}

export interface StartTrainingParams {
  /** A configuration file or the folder of a prepared set; a run folder to resume needs none. */
  readonly config?: string;
  /** The run folder. */
  readonly output?: string;
  readonly resume?: boolean;
}

export interface TrainingRequests {
  /** Sent to fill the *Runs* view: run folders below the given folders, newest first. */
  'discLabeling/runs': { params: ListRunsParams; result: readonly RunSummary[] };
  /** Sent by a dashboard that opens a run. */
  'discLabeling/run': { params: { readonly path: string }; result: RunDetails };
  /** Sent by *Train* and *Resume*; answered once the training process runs. */
  'discLabeling/startTraining': { params: StartTrainingParams; result: { readonly run: string } };
  /** Sent by *Stop*; answered once a checkpoint is on disk and the process has ended. */
  'discLabeling/stopTraining': { params: { readonly run: string }; result: null };
}

export const trainingRequests = {
  runs: 'discLabeling/runs',
  run: 'discLabeling/run',
  startTraining: 'discLabeling/startTraining',
  stopTraining: 'discLabeling/stopTraining',
} as const satisfies Record<string, keyof TrainingRequests>;

export interface TrainingNotifications {
  /** Everything a training that the backend started tells; after the last event comes `trainingEnded`. */
  'discLabeling/training': { readonly run: string; readonly event: TrainingEvent };
  'discLabeling/trainingEnded': {
    readonly run: string;
    readonly ending: 'done' | 'stopped' | 'failed';
    readonly problem: ErrorData | null;
  };
}

export const trainingNotifications = {
  training: 'discLabeling/training',
  trainingEnded: 'discLabeling/trainingEnded',
} as const satisfies Record<string, keyof TrainingNotifications>;
