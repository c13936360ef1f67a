import type { ErrorData, WithProgress } from './core.js';

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
  /** Stopped by what nobody asked for: its window was closed, or its process killed. */
  readonly interrupted: boolean;
  /** Epochs finished and asked for. */
  readonly epoch: number;
  readonly epochs: number;
  readonly best: Pick<EpochMetrics, 'epoch' | 'accuracy' | 'pck' | 'validationLoss'> | null;
  /** ISO 8601, when anything was written there last. */
  readonly updated: string;
  /** Why it is broken or was stopped, where that is known. */
  readonly problem: string | null;
}

/** A step of a training, as live events tell it. */
export type TrainingStepEvent = Extract<TrainingEvent, { kind: 'step' }>;

/** One point of the loss within epochs. */
export interface StepLoss {
  /** Steps done. */
  readonly step: number;
  /** Mean over the steps since the point before. */
  readonly loss: number;
}

/** Everything a dashboard shows of a run. */
export interface RunDetails {
  readonly summary: RunSummary;
  /** `config.json`, as it stands. */
  readonly config: unknown;
  /** Optimiser steps of an epoch; 0 where the configuration can't be read. */
  readonly stepsPerEpoch: number;
  readonly metrics: readonly EpochMetrics[];
  /** Paths of the validation pictures, in order of the epochs (0-based). */
  readonly pictures: readonly { readonly epoch: number; readonly path: string }[];
  /** The loss within epochs, of a training of this backend since it began; thinned out where there are many. */
  readonly steps: readonly StepLoss[];
  /** While this backend trains there: the latest step. */
  readonly live: TrainingStepEvent | null;
  /** It is trained by another process than this backend's, which alone can stop it. */
  readonly elsewhere: boolean;
  readonly engine: string | null;
  readonly parameters: number | null;
  /** Path of the best model's card; null before the first epoch. */
  readonly card: string | null;
}

export interface ListRunsParams {
  /** Folders that are searched for run folders, as paths; the user's workspace. */
  readonly folders: readonly string[];
}

/** Settings that go before the configuration's. */
export interface TrainingSettings {
  readonly epochs?: number;
  readonly stepsPerEpoch?: number;
  /** Minutes within which the schedule ends. */
  readonly timeBudget?: number;
}

export interface StartTrainingParams extends WithProgress {
  /**
   * A configuration file or the folder of a prepared set. A run folder to resume needs none; `phantom` trains the light
   * network on synthetic spines.
   */
  readonly config?: string;
  readonly phantom?: boolean;
  /** The run folder; for a new training by default a new one in `runs` beside the configuration or set. */
  readonly output?: string;
  readonly resume?: boolean;
  readonly settings?: TrainingSettings;
  /** Also where another training already has the processor. */
  readonly beside?: boolean;
}

/** The training runs, or (`busy`) it was not started as others train already. */
export type StartTrainingResult =
  { readonly run: string; readonly busy: null } | { readonly run: null; readonly busy: readonly string[] };

export interface TrainingRequests {
  /** Sent to fill the *Runs* view: run folders below the given folders, newest first. */
  'discLabeling/runs': { params: ListRunsParams; result: readonly RunSummary[] };
  /** Sent by *Train*: prepared sets below the given folders. */
  'discLabeling/preparedSets': { params: ListRunsParams; result: readonly string[] };
  /** Sent by a dashboard that opens a run. */
  'discLabeling/run': { params: { readonly path: string }; result: RunDetails };
  /** Sent by a dashboard that opens or closes: while it is open, `runChanged` tells of changes on disk. */
  'discLabeling/followRun': { params: { readonly path: string; readonly follow: boolean }; result: null };
  /** Sent by *Train* and *Resume*; answered once the training process runs. */
  'discLabeling/startTraining': { params: StartTrainingParams; result: StartTrainingResult };
  /** Sent by *Stop*; answered once a checkpoint is on disk and the process has ended. */
  'discLabeling/stopTraining': { params: { readonly run: string }; result: null };
}

export const trainingRequests = {
  runs: 'discLabeling/runs',
  preparedSets: 'discLabeling/preparedSets',
  run: 'discLabeling/run',
  followRun: 'discLabeling/followRun',
  startTraining: 'discLabeling/startTraining',
  stopTraining: 'discLabeling/stopTraining',
} as const satisfies Record<string, keyof TrainingRequests>;

export interface TrainingNotifications {
  /**
   * What a training that the backend started tells; after the last event comes `trainingEnded`. Of the steps only the
   * latest is told, a few times a second.
   */
  'discLabeling/training': { readonly run: string; readonly event: TrainingEvent };
  'discLabeling/trainingEnded': {
    readonly run: string;
    readonly ending: 'done' | 'stopped' | 'failed';
    readonly problem: ErrorData | null;
  };
  /** The files of a run that is followed have changed, whoever trains there. */
  'discLabeling/runChanged': { readonly run: string };
}

export const trainingNotifications = {
  training: 'discLabeling/training',
  trainingEnded: 'discLabeling/trainingEnded',
  runChanged: 'discLabeling/runChanged',
} as const satisfies Record<string, keyof TrainingNotifications>;
