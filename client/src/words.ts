/** Words for the user that need nothing of VS Code; `t` is `vscode.l10n.t`. */
export type Translate = (message: string, ...args: (string | number)[]) => string;

/** What is left of something long. */
export const timeLeft = (seconds: number, t: Translate): string =>
  seconds < 90 ? t('{0} s left', Math.ceil(seconds)) : t('{0} min left', Math.round(seconds / 60));

/** A share as a percentage with one place. */
export const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

/** Text inside Markdown, as it stands. */
export const plain = (text: string): string =>
  text.replace(/[\\`*_{}[\]()#+\-.!|<>~$]/g, '\\$&').replace(/\n/g, ' ');

/** Words that are there, with a dot between. */
export const dotted = (words: readonly (string | null | false)[]): string =>
  words.filter((word): word is string => Boolean(word)).join(' \u00b7 ');
