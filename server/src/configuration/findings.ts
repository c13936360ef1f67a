/** What is said about a configuration's text. Places are offsets in UTF-16 units, as editors count. */

/** A piece of text to be replaced. */
export interface TextEdit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** A remedy, done with one click. */
export interface Fix {
  readonly title: string;
  readonly edits: readonly TextEdit[];
}

export interface Finding {
  readonly start: number;
  readonly end: number;
  readonly severity: 'error' | 'warning' | 'information';
  /** What kind of thing it is, in a word or two with hyphens. */
  readonly code: string;
  readonly message: string;
  /** The likeliest first. */
  readonly fixes: readonly Fix[];
}
