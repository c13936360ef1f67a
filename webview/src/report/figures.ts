/** Numbers of a report in words and in bins: no document needed. */
import type { DiscCounts } from '@disc-labeling/server/protocol';
import { none } from '../common/numbers.js';
import type { ShownDisc, ShownReport, ShownSubject } from '../messages/report.js';
import type { OutcomeFilter } from './memory.js';

/** `0.84` */
export const millimetres = (value: number | null): string => (value === null ? none : value.toFixed(2));

/** `1.20 ± 0.35` */
export const plusMinus = (mean: number | null, std: number | null): string =>
  mean === null ? none : `${mean.toFixed(2)} \u00b1 ${(std ?? 0).toFixed(2)}`;

/** `+0.12`, `−0.12`, with a true minus sign. */
export function signed(value: number | null, digits = 2): string {
  if (value === null) return none;
  const text = Math.abs(value).toFixed(digits);
  if (Number(text) === 0) return text;
  return `${value < 0 ? '\u2212' : '+'}${text}`;
}

/** `1 min 12 s` */
export function duration(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const minutes = Math.floor(Math.round(seconds) / 60);
  return `${minutes} min ${Math.round(seconds) % 60} s`;
}

/** True discs that are not identified, and predictions where none is. */
export const errorsOf = ({ total, identified, false: invented }: DiscCounts): number =>
  total - identified + invented;

/** The largest distance of a subject's discs, mm. */
export function largestDistance({ discs }: ShownSubject): number | null {
  const distances = discs.flatMap(({ distance }) => distance ?? []);
  return distances.length === 0 ? null : Math.max(...distances);
}

/** How bad a subject is, to sort by: errors first, then the largest distance. */
export const badness = (subject: ShownSubject): number =>
  errorsOf(subject.counts) + Math.min(largestDistance(subject) ?? 0, 999) / 1000;

/** The disc to look at first: a wrong one before a right one, then the one furthest off. */
export function worstDisc({ discs }: ShownSubject): ShownDisc | null {
  const rank = ({ outcome, distance }: ShownDisc): number =>
    (outcome === 'identified' ? 0 : 10_000) + (distance ?? 0);
  return discs.reduce<ShownDisc | null>(
    (worst, disc) => (worst && rank(worst) >= rank(disc) ? worst : disc),
    null,
  );
}

export interface SubjectFilter {
  /** Part of name, path or notice, any case. */
  readonly text: string;
  readonly outcome: OutcomeFilter;
  /** Empty: any. */
  readonly contrast: string;
}

/** The subjects a filter lets through. */
export function filtered(
  subjects: readonly ShownSubject[],
  { text, outcome, contrast }: SubjectFilter,
): readonly ShownSubject[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return subjects.filter((subject) => {
    if (contrast !== '' && subject.contrast !== contrast) return false;
    if (!hasOutcome(subject.counts, outcome)) return false;
    const where = `${subject.name}\n${subject.image}\n${subject.notices.join('\n')}`.toLowerCase();
    return words.every((word) => where.includes(word));
  });
}

function hasOutcome(counts: DiscCounts, outcome: OutcomeFilter): boolean {
  if (outcome === 'all') return true;
  if (outcome === 'right') return errorsOf(counts) === 0;
  if (outcome === 'wrong') return errorsOf(counts) > 0;
  return counts[outcome] > 0;
}

export interface Histogram {
  /** Left edges, mm. */
  readonly edges: readonly number[];
  /** mm; the last bin also takes everything beyond it. */
  readonly width: number;
  readonly counts: readonly number[];
}

/**
 * Counts distances in bins of a round width (0.05, 0.1, 0.2, 0.25, 0.5, 1 mm), about thirty of them up to `limit`;
 * the last bin takes what lies beyond.
 */
export function histogramOf(distances: readonly number[], limit: number): Histogram {
  const width = [0.05, 0.1, 0.2, 0.25, 0.5].find((step) => limit / step <= 40) ?? 1;
  const bins = Math.max(1, Math.round(limit / width));
  const counts = new Array<number>(bins).fill(0);
  for (const distance of distances) counts[Math.min(bins - 1, Math.floor(distance / width + 1e-9))]++;
  return { edges: counts.map((_, bin) => Number((bin * width).toFixed(2))), width, counts };
}

/** Up to where distances are drawn, mm: past the tolerance, but not so far that one outlier flattens the rest. */
export function distanceLimit(distances: readonly number[], toleranceMm: number): number {
  const furthest = distances.reduce((most, distance) => Math.max(most, distance), 0);
  return Math.max(1, Math.ceil(Math.min(furthest, 2 * toleranceMm)), Math.ceil(toleranceMm + 1));
}

/** Share of the true discs (0..1) whose prediction of the same name lies within each distance. */
export function cumulative(distances: readonly number[], total: number, places: readonly number[]): number[] {
  const ascending = [...distances].sort((a, b) => a - b);
  let below = 0;
  return places.map((place) => {
    while (below < ascending.length && ascending[below] <= place) below++;
    return total === 0 ? 0 : below / total;
  });
}

/** Five numbers of a distribution: 5, 25, 50, 75 and 95 %. */
export type Spread = readonly [number, number, number, number, number];

/** Linear between two values, as NumPy does by default; null of nothing. */
export function spreadOf(values: readonly number[]): Spread | null {
  if (values.length === 0) return null;
  const ascending = [...values].sort((a, b) => a - b);
  const at = (share: number): number => {
    const position = share * (ascending.length - 1);
    const below = Math.floor(position);
    const above = Math.min(below + 1, ascending.length - 1);
    return ascending[below] + (position - below) * (ascending[above] - ascending[below]);
  };
  return [at(0.05), at(0.25), at(0.5), at(0.75), at(0.95)];
}

/** Distances (mm) of all discs, and of those of one level. */
export const distancesOf = (report: ShownReport, value?: number): number[] =>
  report.subjects.flatMap(({ discs }) =>
    discs.flatMap((disc) =>
      disc.distance !== null && (value === undefined || disc.value === value) ? disc.distance : [],
    ),
  );

export interface Confusion {
  readonly truth: string;
  readonly predicted: string;
  /** Of the true disc. */
  readonly value: number;
  readonly count: number;
}

/** Which names were taken for which, the most frequent first. */
export function confusionsOf({ subjects }: ShownReport): Confusion[] {
  const found = new Map<string, Confusion>();
  for (const { discs } of subjects)
    for (const { outcome, name, value, predicted } of discs) {
      if ((outcome !== 'shifted' && outcome !== 'misnamed') || predicted === null) continue;
      const key = `${value} ${predicted.value}`;
      const count = (found.get(key)?.count ?? 0) + 1;
      found.set(key, { truth: name, predicted: predicted.name, value, count });
    }
  return [...found.values()].sort((a, b) => b.count - a.count || a.value - b.value);
}
