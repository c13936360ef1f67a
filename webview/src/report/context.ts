import type { ReportDiscKey, ShownDisc } from '../messages/report.js';
import type { Memory } from './memory.js';
import type { Sorting } from './table-rows.js';

/** What the parts of a report page share. */
export interface PageContext {
  /** False in a report saved as a file: there is no editor to open volumes in. */
  readonly inEditor: boolean;
  readonly memory: Memory;
  remember(change: Partial<Memory>): void;
  /** Opens the image of a subject, at a disc if one is given. */
  open(subject: string, disc: ReportDiscKey | null): void;
  copy(text: string): void;
}

/** How a disc is named to the editor: of one level there may be a true disc and a false one. */
export const keyOf = ({ value, outcome }: ShownDisc): ReportDiscKey => ({
  value,
  false: outcome === 'false',
});

/** How a table was sorted last, and a way to remember it. */
export const sortingOf = (
  context: PageContext,
  table: string,
  fallback: Sorting,
): { readonly sorting: Sorting; readonly onSort: (sorting: Sorting) => void } => ({
  sorting: context.memory.sorting[table] ?? fallback,
  onSort: (sorting) => context.remember({ sorting: { ...context.memory.sorting, [table]: sorting } }),
});
