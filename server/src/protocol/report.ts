import type { ReportComparison } from './evaluation.js';

export interface SaveReportParams {
  /** Folder of the report. */
  readonly folder: string;
  /** The HTML file that is written; one that is there is replaced. */
  readonly file: string;
  /** Shown in it, if given. */
  readonly comparison?: ReportComparison | null;
}

export interface FindTruthParams {
  /** Of an image, `file:` only. */
  readonly uri: string;
}

/** Disc labels on disk that belong to an image. */
export interface TruthLabels {
  /** Absolute path of the label file. */
  readonly file: string;
  readonly discs: readonly {
    readonly value: number;
    readonly name: string;
    readonly voxel: readonly [number, number, number];
    readonly world: readonly [number, number, number];
  }[];
}

/** What report panels and the viewer's truth ask of the backend. */
export interface ReportRequests {
  /** Sent by *Save as HTML*: writes a report as one self-contained page. */
  'discLabeling/saveReport': { params: SaveReportParams; result: { readonly file: string } };
  /** Sent when a volume was opened: a rater's labels of it, null where there are none. */
  'discLabeling/findTruth': { params: FindTruthParams; result: TruthLabels | null };
}

export const reportRequests = {
  saveReport: 'discLabeling/saveReport',
  findTruth: 'discLabeling/findTruth',
} as const satisfies Record<string, keyof ReportRequests>;
