import type { Sorting } from './table-rows.js';

/** What a report page keeps when it is reloaded or restored; the folder lets the editor find the report again. */
export interface Memory {
  readonly folder: string;
  /** Folder of the report it is compared with. */
  readonly comparedWith: string | null;
  readonly text: string;
  readonly outcome: OutcomeFilter;
  readonly contrast: string;
  /** By table. */
  readonly sorting: Readonly<Record<string, Sorting>>;
  /** CSS pixels. */
  readonly scroll: number;
}

/** Which subjects are listed: all, those with any error, or those with an error of one kind. */
export type OutcomeFilter = 'all' | 'wrong' | 'missed' | 'false' | 'shifted' | 'misnamed' | 'right';

export const freshMemory = (folder: string): Memory => ({
  folder,
  comparedWith: null,
  text: '',
  outcome: 'all',
  contrast: '',
  sorting: {},
  scroll: 0,
});
