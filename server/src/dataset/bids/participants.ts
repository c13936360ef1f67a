import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** `participants.tsv`: a header line and one line per subject. */
export interface Participants {
  readonly header: string;
  /** By `sub-…`. */
  readonly lines: ReadonlyMap<string, string>;
}

/** Reads a dataset's `participants.tsv`; null where there is none or it has no `participant_id` column. */
export async function readParticipants(root: string): Promise<Participants | null> {
  const text = await readFile(join(root, 'participants.tsv'), 'utf8').catch(() => null);
  const [header, ...rows] = (text ?? '')
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '');
  const column = header?.split('\t').indexOf('participant_id') ?? -1;
  if (column < 0) return null;
  const named = rows.map((line): [string, string] => {
    const id = line.split('\t')[column]?.trim() ?? '';
    return [id.startsWith('sub-') ? id : `sub-${id}`, line];
  });
  return { header, lines: new Map(named) };
}

/** The same file for some of the subjects, in their order; a subject it does not know gets a bare line. */
export function formatParticipants(participants: Participants, subjects: readonly string[]): string {
  const columns = participants.header.split('\t');
  const bare = (subject: string) =>
    columns.map((column) => (column === 'participant_id' ? subject : 'n/a')).join('\t');
  const rows = subjects.map((subject) => participants.lines.get(subject) ?? bare(subject));
  return `${[participants.header, ...rows].join('\n')}\n`;
}
