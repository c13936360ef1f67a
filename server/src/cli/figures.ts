/** Figures of an evaluation as the command line writes them; a dash where there is none. */
import type { DiscCounts } from '../protocol/index.js';

const none = '-';

/** Two decimals. */
export const fixed = (value: number | null): string => (value === null ? none : value.toFixed(2));

/** A share 0..1 in per cent. */
export const percent = (share: number | null): string => inPercent(share === null ? null : 100 * share);

/** What is in per cent already. */
export const inPercent = (value: number | null): string => (value === null ? none : `${value.toFixed(1)} %`);

/** Head of a table of {@link countsRow}s. */
export const countsHead: readonly string[] = [
  '',
  'true',
  'identified',
  'shifted',
  'misnamed',
  'missed',
  'false',
  'mean mm',
  'std',
  'median',
  '95 %',
];

/** How many discs of an image, a level or a set were found, as a row of a table. */
export function countsRow(name: string, counts: DiscCounts): (string | number)[] {
  const { distance } = counts;
  return [
    name,
    counts.total,
    percent(counts.identificationRate),
    counts.shifted,
    counts.misnamed,
    counts.missed,
    counts.false,
    ...[distance.mean, distance.std, distance.median, distance.p95].map(fixed),
  ];
}
