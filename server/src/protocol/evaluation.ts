import type { WithProgress } from './core.js';

/** Statistics of distances in mm; null where there is none. */
export interface DistanceStatistics {
  readonly mean: number | null;
  readonly std: number | null;
  readonly median: number | null;
  /** 95th percentile. */
  readonly p95: number | null;
}

/** How many discs were found, over one image, one level or a whole set. */
export interface DiscCounts {
  /** True discs. */
  readonly total: number;
  /** Found within the tolerance under their name. */
  readonly identified: number;
  /** Found, but named one level off. */
  readonly shifted: number;
  /** Found, but named further off. */
  readonly misnamed: number;
  readonly missed: number;
  /** Predictions where no disc is. */
  readonly false: number;
  /** `identified / total`, 0..1; null without a true disc. */
  readonly identificationRate: number | null;
  /** mm in the sagittal plane between each true disc and the prediction of its name. */
  readonly distance: DistanceStatistics;
}

/** A point in the image file's voxels and in the world. */
export interface ReportPoint {
  readonly voxel: readonly [number, number, number];
  /** mm, RAS+. */
  readonly world: readonly [number, number, number];
}

/** One disc of one image: a true one and what became of it, or a prediction where none is (`false`). */
export interface ReportDisc {
  readonly value: number;
  readonly name: string;
  readonly outcome: 'identified' | 'shifted' | 'misnamed' | 'missed' | 'false';
  readonly truth: ReportPoint | null;
  /**
   * The prediction of the same name, however far; for `shifted` and `misnamed` the nearest one, for `false` the
   * invented one.
   */
  readonly predicted:
    (ReportPoint & { readonly name: string; readonly value: number; readonly score: number }) | null;
  /** mm in the sagittal plane from the true disc to the prediction of its name; null where there is none. */
  readonly distance: number | null;
}

/** The paper's own metrics (pixels, blind to labels); see `reference-metrics.ts`. */
export interface ReferenceFigures {
  readonly l2Median: number | null;
  readonly l2Std: number | null;
  readonly zMean: number | null;
  readonly zStd: number | null;
  readonly falsePositives: number;
  readonly falseNegatives: number;
  readonly total: number;
  readonly falsePositivePercent: number | null;
  readonly falseNegativePercent: number | null;
}

/** How {@link ReferenceFigures} came about. */
export interface ReferenceMeasure {
  /**
   * `reference`: exactly as the original does it (its preparation, skeleton and search). `own`: the same measures of
   * the discs this program finds.
   */
  readonly decoding: 'reference' | 'own';
  /** What distances are in. The original takes a pixel for a millimetre. */
  readonly unit: 'pixel' | 'mm';
}

/** One image of a test set. */
export interface ReportSubject {
  /** Of the sample, unique in the set. */
  readonly name: string;
  readonly subject: string;
  readonly session: string | null;
  readonly contrast: string;
  /** Absolute path of the image. */
  readonly image: string;
  readonly counts: DiscCounts;
  /** Mean distance in pixels, false positives and negatives as the reference counts them. */
  readonly reference: Pick<
    ReferenceFigures,
    'falsePositives' | 'falseNegatives' | 'total' | 'l2Median'
  > | null;
  /** From head to foot; false ones last. */
  readonly discs: readonly ReportDisc[];
  /** File name below the report's folder: the slice with truth and prediction; null where none was made. */
  readonly picture: string | null;
  readonly notices: readonly string[];
}

/** What `test` finds out: `report.json` in a report folder. */
export interface TestReport {
  readonly formatVersion: 1;
  readonly kind: 'disc-labeling test report';
  readonly generatedBy: string;
  /** ISO 8601. */
  readonly date: string;
  readonly model: {
    readonly name: string;
    readonly title: string;
    readonly path: string;
    readonly contrast: string;
    readonly attention: boolean;
  };
  readonly engine: string;
  readonly set: {
    readonly name: string;
    readonly path: string;
    readonly contrast: string;
    readonly preparation: 'own' | 'reference';
    readonly split: string;
  };
  readonly toleranceMm: number;
  /** Wall time. */
  readonly seconds: number;
  readonly summary: DiscCounts;
  readonly levels: readonly (DiscCounts & { readonly value: number; readonly name: string })[];
  /** Null where it could not be computed for this set. */
  readonly reference: ReferenceFigures | null;
  /** How `reference` came about. */
  readonly referenceMeasure?: ReferenceMeasure;
  readonly subjects: readonly ReportSubject[];
  readonly notices: readonly string[];
}

/** How two models do on the images both were tested on. */
export interface ReportComparison {
  /** Folders of the two reports. */
  readonly reports: readonly [string, string];
  /** Titles under which they are shown. */
  readonly names: readonly [string, string];
  /** Over the common images. */
  readonly summary: readonly [DiscCounts, DiscCounts];
  readonly levels: readonly {
    readonly value: number;
    readonly name: string;
    readonly counts: readonly [DiscCounts, DiscCounts];
  }[];
  readonly subjects: readonly {
    readonly name: string;
    readonly image: string;
    readonly counts: readonly [DiscCounts, DiscCounts];
    /** Mean over discs that both found of (second - first), mm; null where there is none. */
    readonly distanceDifference: number | null;
  }[];
  /** Sign test over subjects or similar: what it says of the difference, in a sentence; null with too few. */
  readonly verdict: string | null;
  /** Images only one of the two has. */
  readonly only: readonly [readonly string[], readonly string[]];
  /** What the verdict rests on, over subjects both were tested on; null with too few. */
  readonly tests?: {
    /** Exact sign test: in which more discs were identified. */
    readonly identified: { readonly better: readonly [number, number]; readonly p: number } | null;
    /** Wilcoxon's signed-rank test of the mean distances; mm, second - first. */
    readonly distance: { readonly median: number; readonly p: number } | null;
  };
  readonly notices?: readonly string[];
}

/** What `evaluate` finds on a prepared set's validation split. */
export interface SetEvaluation {
  readonly model: string;
  readonly set: string;
  readonly engine: string;
  readonly samples: number;
  /** As in training: comparable with `validationLoss` of the metrics. */
  readonly loss: number;
  /** 0..1. */
  readonly pck: number;
  readonly dice: number;
  readonly perJoint: readonly { readonly name: string; readonly pck: number | null }[];
  readonly identified: number | null;
  readonly medianDistance: number | null;
  readonly seconds: number;
  /** Files written with `pictures`. */
  readonly pictures: readonly string[];
  /** Which samples of the set were looked at. */
  readonly split: 'validation' | 'test' | 'training';
  readonly notices: readonly string[];
}

export interface EvaluateParams extends WithProgress {
  /** Name of a model, path of a model folder or of a run. */
  readonly model: string;
  /** Folder of a prepared set. */
  readonly set: string;
  /** Folder for sample pictures; none are made without it. */
  readonly pictures?: string;
}

export interface TestParams extends WithProgress {
  readonly model: string;
  readonly set: string;
  /** Folder of the report that is written; one that holds a report already is replaced. */
  readonly report: string;
  /** `reference`: fails where the paper's figures can't be had exactly as the original computes them. */
  readonly metrics?: 'own' | 'reference';
  /** File of a mean skeleton; default: the model's, or that of the set's training samples. */
  readonly skeleton?: string;
}

export interface SaveReportParams {
  /** Folder of the report. */
  readonly folder: string;
  /** The HTML file that is written; one that is there is replaced. */
  readonly file: string;
  /** Shown in it, if given. */
  readonly comparison?: ReportComparison | null;
}

export interface EvaluationRequests {
  /** Sent by *Evaluate*. Cancellable. */
  'discLabeling/evaluate': { params: EvaluateParams; result: SetEvaluation };
  /** Sent by *Test*. Cancellable. */
  'discLabeling/test': { params: TestParams; result: TestReport };
  /** Sent by a report panel: reads the folder of a report. */
  'discLabeling/report': { params: { readonly folder: string }; result: TestReport };
  /** Sent by *Compare Models*: two report folders. */
  'discLabeling/compareReports': {
    params: { readonly folders: readonly [string, string] };
    result: ReportComparison;
  };
  /** Sent by *Save as HTML*: writes a report as one self-contained page. */
  'discLabeling/saveReport': { params: SaveReportParams; result: { readonly file: string } };
}

export const evaluationRequests = {
  evaluate: 'discLabeling/evaluate',
  test: 'discLabeling/test',
  report: 'discLabeling/report',
  compareReports: 'discLabeling/compareReports',
  saveReport: 'discLabeling/saveReport',
} as const satisfies Record<string, keyof EvaluationRequests>;
