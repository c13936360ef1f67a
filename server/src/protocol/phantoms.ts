/** How good a model is on synthetic spines it never saw, and scores fitted to that. */
import type { WithProgress } from './core.js';
import type { DiscCounts } from './evaluation.js';

/** How much of the spine phantoms show, taken together. */
export type PhantomExtent = 'neck' | 'spine';

/** Which phantoms are drawn; none of them is ever trained on. */
export interface PhantomChoice {
  readonly phantoms: number;
  readonly seed: number;
  /** Left out: the mixture of training. */
  readonly contrast?: 'T1w' | 'T2w';
  /** Default: the neck. */
  readonly extent?: PhantomExtent;
}

export interface PhantomMeasureParams extends PhantomChoice, WithProgress {
  /** Name of a model, path of a model folder or of a run. */
  readonly model: string;
}

/** Found within 5 mm under their name, through the same path a volume takes. */
export interface PhantomMeasurement {
  readonly model: string;
  readonly engine: string;
  readonly phantoms: number;
  readonly seed: number;
  readonly summary: DiscCounts;
  readonly levels: readonly (DiscCounts & { readonly value: number; readonly name: string })[];
  /** By what there is to count from and to see, and by how the pictures are painted. */
  readonly groups: readonly (DiscCounts & { readonly name: string })[];
}

/** How a model fares as one thing gets worse. */
export interface RobustnessCurve {
  readonly name: string;
  readonly title: string;
  /** Of the values. */
  readonly unit: string;
  readonly points: readonly { readonly value: number; readonly summary: DiscCounts }[];
}

export interface RobustnessSheet {
  readonly model: string;
  readonly engine: string;
  /** Phantom slices, each read under every condition. */
  readonly slices: number;
  /** Phantom volumes, for conditions of slice thickness. */
  readonly volumes: number;
  readonly seed: number;
  readonly curves: readonly RobustnessCurve[];
}

export type CalibrateParams = Omit<PhantomMeasureParams, 'contrast'>;

/** Discs of one range of scores, and how many of them were right. */
export interface ReliabilityBin {
  readonly from: number;
  readonly to: number;
  readonly discs: number;
  /** 0..1; null without discs. */
  readonly right: number | null;
}

export interface CalibrationResult {
  readonly model: string;
  readonly phantoms: number;
  readonly seed: number;
  readonly extent: PhantomExtent;
  /** What was fitted: a score is the logistic function of this. */
  readonly confidence: { readonly bias: number; readonly evidence: number; readonly rival: number };
  /** Found discs it was fitted to. */
  readonly discs: number;
  /** Of the same discs, each half of the phantoms scored by a fit to the other. */
  readonly reliability: readonly ReliabilityBin[];
}

export interface PhantomRequests {
  /** Sent by *Measure on Synthetic Spines*. Cancellable. */
  'discLabeling/measureOnPhantoms': { params: PhantomMeasureParams; result: PhantomMeasurement };
  /** Sent by the same command for the robustness sheet. Cancellable. */
  'discLabeling/measureRobustness': {
    params: Omit<PhantomMeasureParams, 'extent'>;
    result: RobustnessSheet;
  };
  /** Sent by *Calibrate Scores*: writes what was fitted into the model. Cancellable; nothing is written then. */
  'discLabeling/calibrate': { params: CalibrateParams; result: CalibrationResult };
}

export const phantomRequests = {
  measureOnPhantoms: 'discLabeling/measureOnPhantoms',
  measureRobustness: 'discLabeling/measureRobustness',
  calibrate: 'discLabeling/calibrate',
} as const satisfies Record<string, keyof PhantomRequests>;
