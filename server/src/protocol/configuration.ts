import type { WithUri } from './core.js';

/** What a `disc-labeling.json` comes to: every path absolute. */
export interface ConfigurationSummary {
  readonly path: string;
  /** Name of the model that comes out. */
  readonly name: string;
  readonly contrast: string;
  /** Run folder. */
  readonly output: string;
  readonly data: 'phantom' | 'prepared';
  /** Folders of the dataset; null where the configuration names none. */
  readonly dataset: {
    /** A BIDS dataset, or one gathered by `dataset create`. */
    readonly source: string | null;
    /** Prepared set with the splits training and validation. */
    readonly prepared: string | null;
    /** Prepared set with the split test. */
    readonly test: string | null;
    readonly preparation: 'own' | 'reference';
    /** Contrast suffixes to prepare. */
    readonly contrast: string;
    readonly seed: number | null;
  };
  /** Which of these folders hold what they should, and whether the run can be resumed. */
  readonly state: {
    readonly prepared: boolean;
    readonly test: boolean;
    readonly trained: boolean;
    readonly resumable: boolean;
  };
}

export interface ConfigurationRequests {
  /** Sent by the workflow's commands to learn where things lie. Fails with the first thing wrong with the file. */
  'discLabeling/configuration': { params: WithUri; result: ConfigurationSummary };
}

export const configurationRequests = {
  configuration: 'discLabeling/configuration',
} as const satisfies Record<string, keyof ConfigurationRequests>;

/** Commands of the editor that the lenses above a configuration call, with its URI as the only argument. */
export const configurationCommands = {
  prepare: 'discLabeling.prepare',
  train: 'discLabeling.train',
  resume: 'discLabeling.resume',
  evaluate: 'discLabeling.evaluate',
  test: 'discLabeling.test',
} as const;
