/** What an entry of a view is made of, without VS Code. */
export interface ItemParts {
  readonly label: string;
  /** Beside the label, dimmed. */
  readonly description: string;
  /** Name of a codicon. */
  readonly icon: string;
  /** Name of a theme colour; the text's where absent. */
  readonly colour?: string;
  /** What `viewItem` conditions of the manifest ask for. */
  readonly context: string;
  /** Markdown. */
  readonly tooltip: string;
  /** What a screen reader says. */
  readonly spoken: string;
}

/** Names and values as a Markdown table, those without a value left out. */
export const factTable = (facts: readonly (readonly [string, string | null])[]): string =>
  [
    '| | |',
    '| :-- | :-- |',
    ...facts.flatMap(([name, value]) => (value === null ? [] : [`| ${name}\u2002 | ${value} |`])),
  ].join('\n');
