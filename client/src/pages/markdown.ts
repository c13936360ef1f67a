/** Markdown of pages that are shown. */
import { plain } from '../words.js';

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

/** Lines of a table with an empty line after it; none without rows. @param rows Markdown */
export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string[] =>
  rows.length === 0 ? [] : [row(head), row(head.map(() => '---')), ...rows.map(row), ''];

/** Lines of a list with an empty line after it; none without sentences. */
export const list = (sentences: readonly string[]): string[] =>
  sentences.length === 0 ? [] : [...sentences.map((sentence) => `- ${plain(sentence)}`), ''];
