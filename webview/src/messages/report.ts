/** State and requests of the report page; a report saved as one HTML file embeds the same state. */
import type {
  ErrorData,
  ReportComparison,
  ReportDisc,
  ReportSubject,
  TestReport,
} from '@disc-labeling/server/protocol';

/** A disc as the page needs it: without places, so that a file of thousands of subjects stays small. */
export interface ShownDisc extends Pick<ReportDisc, 'value' | 'name' | 'outcome' | 'distance'> {
  readonly predicted: { readonly value: number; readonly name: string; readonly score: number } | null;
}

export interface ShownSubject extends Omit<ReportSubject, 'discs'> {
  readonly discs: readonly ShownDisc[];
}

/** The part of a test report that is shown. */
export interface ShownReport extends Omit<TestReport, 'subjects'> {
  readonly subjects: readonly ShownSubject[];
}

/** Everything a report page draws, apart from what its user sorted and filtered. */
export interface ReportState {
  /** Folder of the report. */
  readonly folder: string;
  /** Null while it is being read, and where it can't be. */
  readonly report: ShownReport | null;
  /** Why it can't be read. */
  readonly problem: ErrorData | null;
  /** Addresses of the subjects' pictures, by the subject's `name`. */
  readonly pictures: Readonly<Record<string, string>>;
  readonly comparison: ReportComparison | null;
  /** True while another report is being compared. */
  readonly comparing: boolean;
}

/** What a report page can ask for; answered once it is done or refused. */
export type ReportRequest =
  /** Opens the image of a subject in the volume viewer, at a disc if one is given. */
  | { readonly kind: 'openVolume'; readonly subject: string; readonly disc: ReportDiscKey | null }
  /** Lets the user pick another report to compare this one with. */
  | { readonly kind: 'compare' }
  | { readonly kind: 'endComparison' }
  | { readonly kind: 'saveHtml' }
  | { readonly kind: 'copy'; readonly text: string }
  | { readonly kind: 'reload' }
  | { readonly kind: 'showLog' };

/** A disc of a subject: a false prediction may have the value of a true disc. */
export interface ReportDiscKey {
  readonly value: number;
  /** A prediction where no disc is. */
  readonly false: boolean;
}
