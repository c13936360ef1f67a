import type { WithProgress } from './core.js';

/** What was left out of a dataset or prepared set, and why. */
export interface LeftOut {
  readonly subject: string;
  readonly name: string;
  readonly reason: string;
}

/** How gathering, preparing or drawing ended. */
export interface DatasetOutcome {
  /** The folder that was written. */
  readonly folder: string;
  /** Subjects (create, synthesize) or samples (prepare) in it. */
  readonly taken: number;
  readonly leftOut: readonly LeftOut[];
  /** Sentences for the user. */
  readonly notices: readonly string[];
  /** A file to look at first: a volume (create, synthesize) or a contact sheet (prepare); null where there is none. */
  readonly example: string | null;
}

export interface CreateDatasetParams extends WithProgress {
  readonly bids: string;
  readonly output: string;
  readonly link?: boolean;
}

export interface PrepareParams extends WithProgress {
  /** A gathered or BIDS dataset. */
  readonly dataset: string;
  readonly output: string;
  /** Contrast suffix, or `both` (T1w and T2w). */
  readonly contrast: string;
  readonly split: 'train' | 'test' | 'all';
  readonly preparation: 'own' | 'reference';
  readonly seed?: number;
  readonly pictures?: boolean;
}

export interface SynthesizeParams extends WithProgress {
  readonly output: string;
  readonly subjects: number;
  readonly seed: number;
}

export interface DatasetRequests {
  /** Sent by *Create Dataset*. Cancellable. */
  'discLabeling/createDataset': { params: CreateDatasetParams; result: DatasetOutcome };
  /** Sent by *Prepare Samples*. Cancellable. */
  'discLabeling/prepare': { params: PrepareParams; result: DatasetOutcome };
  /** Sent by *Synthesize Dataset*. Cancellable. */
  'discLabeling/synthesize': { params: SynthesizeParams; result: DatasetOutcome };
}

export const datasetRequests = {
  createDataset: 'discLabeling/createDataset',
  prepare: 'discLabeling/prepare',
  synthesize: 'discLabeling/synthesize',
} as const satisfies Record<string, keyof DatasetRequests>;
