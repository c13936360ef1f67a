/** Words for the user that need nothing of VS Code; `t` is `vscode.l10n.t`. */
export type Translate = (message: string, ...args: (string | number)[]) => string;

/** What is left of something long. */
export const timeLeft = (seconds: number, t: Translate): string => t('{0} left', duration(seconds, t));

function duration(seconds: number, t: Translate): string {
  if (seconds < 90) return t('{0} s', Math.ceil(seconds));
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? t('{0} min', minutes) : t('{0} h {1} min', Math.floor(minutes / 60), minutes % 60);
}

/** What an error says. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** A share as a percentage with one place. */
export const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

/** Text inside Markdown, as it stands. */
export const plain = (text: string): string =>
  text.replace(/[\\`*_{}[\]()#+\-.!|<>~$]/g, '\\$&').replace(/\n/g, ' ');

/** Words that are there, with a dot between. */
export const dotted = (words: readonly (string | null | false)[]): string =>
  words.filter((word): word is string => Boolean(word)).join(' \u00b7 ');
