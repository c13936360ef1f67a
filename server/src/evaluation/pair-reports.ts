/** Two reports on the images both have. */
import type {
  DiscCounts,
  ReportComparison,
  ReportDisc,
  ReportSubject,
  TestReport,
} from '../protocol/index.js';
import { summarizeDiscs, type DiscComparison } from './metrics.js';
import { mean } from './statistics.js';

/** Fewer images than this say nothing. */
const fewest = 6;

/**
 * Compares two reports image by image, matched by name.
 * @param folders of the two reports
 */
export function pairReports(
  [first, second]: readonly [TestReport, TestReport],
  folders: readonly [string, string],
): ReportComparison {
  const others = new Map(second.subjects.map((subject) => [subject.name, subject]));
  const pairs = first.subjects.flatMap((subject): [ReportSubject, ReportSubject][] => {
    const other = others.get(subject.name);
    return other ? [[subject, other]] : [];
  });
  const common = new Set(pairs.map(([{ name }]) => name));
  const discs = [0, 1].map((which) => pairs.flatMap((pair) => pair[which].discs));
  const values = new Map(discs.flat().map(({ value, name }) => [value, name]));
  const names =
    first.model.title === second.model.title ? (['path', 'path'] as const) : (['title', 'title'] as const);
  const both = (of: (discs: readonly ReportDisc[]) => readonly ReportDisc[]): [DiscCounts, DiscCounts] => [
    countsOf(of(discs[0])),
    countsOf(of(discs[1])),
  ];
  return {
    reports: folders,
    names: [first.model[names[0]], second.model[names[1]]],
    summary: both((all) => all),
    levels: [...values]
      .sort(([a], [b]) => a - b)
      .map(([value, name]) => ({
        value,
        name,
        counts: both((all) => all.filter((disc) => disc.value === value)),
      })),
    subjects: pairs.map(([one, other]) => ({
      name: one.name,
      image: one.image,
      counts: [one.counts, other.counts] as const,
      distanceDifference: differenceOf(one, other),
    })),
    verdict: verdictOf(pairs),
    only: [
      first.subjects.map(({ name }) => name).filter((name) => !common.has(name)),
      second.subjects.map(({ name }) => name).filter((name) => !common.has(name)),
    ],
  };
}

/** Over discs that both found, mm, second less first. */
function differenceOf(one: ReportSubject, other: ReportSubject): number | null {
  const distances = new Map(one.discs.map(({ value, distance }) => [value, distance]));
  const differences = other.discs.flatMap(({ value, distance }) => {
    const before = distances.get(value) ?? null;
    return distance === null || before === null ? [] : distance - before;
  });
  return differences.length === 0 ? null : mean(differences);
}

/** Exact sign test over images: in which of the two more discs are identified. */
function verdictOf(pairs: readonly [ReportSubject, ReportSubject][]): string | null {
  if (pairs.length < fewest) return null;
  const signs = pairs.map(([one, other]) => Math.sign(other.counts.identified - one.counts.identified));
  const better = signs.filter((sign) => sign > 0).length;
  const worse = signs.filter((sign) => sign < 0).length;
  const p = signTest(better, worse);
  const counted = `more discs on ${better} images and fewer on ${worse}, out of ${pairs.length} (sign test, p = ${p.toPrecision(2)})`;
  if (p > 0.05) return `No difference that could not be chance: the second identifies ${counted}.`;
  return `The ${better > worse ? 'second' : 'first'} is better: the second identifies ${counted}.`;
}

/** Probability, two-sided, of a split at least as uneven if both were equally likely. */
export function signTest(better: number, worse: number): number {
  const n = better + worse;
  let term = 0.5 ** n;
  let tail = 0;
  for (let k = 0; k <= Math.min(better, worse); k++) {
    tail += term;
    term *= (n - k) / (k + 1);
  }
  return Math.min(1, 2 * tail);
}

function countsOf(discs: readonly ReportDisc[]): DiscCounts {
  const judged: DiscComparison = {
    discs: discs.flatMap(({ value, outcome, distance }) =>
      outcome === 'false' ? [] : { value, outcome, distance },
    ),
    falseValues: discs.flatMap(({ value, outcome }) => (outcome === 'false' ? value : [])),
  };
  const { distance, identificationRate, ...counts } = summarizeDiscs([judged]);
  const known = (value: number): number | null => (Number.isFinite(value) ? value : null);
  return {
    ...counts,
    identificationRate: known(identificationRate),
    distance: {
      mean: known(distance.mean),
      std: known(distance.std),
      median: known(distance.median),
      p95: known(distance.p95),
    },
  };
}
