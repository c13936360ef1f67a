import { resolve } from 'node:path';
import { UserError } from '@disc-labeling/models/errors';
import type { ReportComparison, ReportSubject, TestReport } from '../protocol/evaluation.js';
import { discName } from '../volume/levels.js';
import { signTest, signedRankTest } from './paired-tests.js';
import { countDiscs } from './report.js';
import { mean } from './statistics.js';

/** A report and the folder it was read from. */
export interface PlacedReport {
  readonly folder: string;
  readonly report: TestReport;
}

type Pair<T> = readonly [T, T];

/** What is called a difference: as likely as this, or less, by chance alone. */
const significance = 0.05;

/**
 * Compares two models on the images both were tested on.
 * @throws UserError there are none
 */
export function compareReports(first: PlacedReport, second: PlacedReport): ReportComparison {
  const both = [first, second] as const;
  const [inFirst, inSecond] = both.map(
    ({ report }) => new Map(report.subjects.map((subject) => [subject.name, subject])),
  );
  const pairs = [...inFirst.values()].flatMap((one): Pair<ReportSubject>[] => {
    const other = inSecond.get(one.name);
    return other ? [[one, other]] : [];
  });
  if (pairs.length === 0)
    throw new UserError(
      'cannot compare reports',
      'they have no image in common; test both models on the same set',
      second.folder,
    );
  const names = namesOf(both.map(({ report }) => report) as unknown as Pair<TestReport>);
  const side = (n: 0 | 1) => pairs.map((pair) => pair[n].discs);
  const tests = testsOf(pairs);
  return {
    reports: [resolve(first.folder), resolve(second.folder)],
    names,
    summary: [countDiscs(side(0)), countDiscs(side(1))],
    levels: levelsOf(side(0), side(1)),
    subjects: pairs.map(([a, b]) => ({
      name: a.name,
      image: a.image,
      counts: [a.counts, b.counts],
      distanceDifference: distanceDifference(a, b),
    })),
    verdict: verdictOf(names, tests),
    only: [
      [...inFirst.keys()].filter((name) => !inSecond.has(name)),
      [...inSecond.keys()].filter((name) => !inFirst.has(name)),
    ],
    tests,
    notices: remarks(first.report, second.report, pairs),
  };
}

/** Titles that tell the two apart: models by name, one model's reports by their sets or dates. */
function namesOf([a, b]: Pair<TestReport>): [string, string] {
  const candidates = [
    ({ model }: TestReport) => model.name,
    ({ model, set }: TestReport) => `${model.name} on ${set.name}`,
    ({ model, date }: TestReport) => `${model.name}, ${date.slice(0, 16).replace('T', ' ')}`,
  ];
  const telling = candidates.find((name) => name(a) !== name(b));
  return telling ? [telling(a), telling(b)] : [`${a.model.name} (1)`, `${b.model.name} (2)`];
}

function levelsOf(
  first: readonly ReportSubject['discs'][],
  second: readonly ReportSubject['discs'][],
): ReportComparison['levels'] {
  const discs = [...first, ...second].flat();
  const values = [...new Set(discs.map(({ value }) => value))].sort((a, b) => a - b);
  const only = (discs: readonly ReportSubject['discs'][], value: number) =>
    countDiscs(discs.map((own) => own.filter((disc) => disc.value === value)));
  return values.map((value) => ({
    value,
    name: discName(value),
    counts: [only(first, value), only(second, value)],
  }));
}

/** Mean over the discs both identified of the second's distance less the first's; null without one. */
function distanceDifference(a: ReportSubject, b: ReportSubject): number | null {
  const differences = a.discs.flatMap((disc) => {
    const other = b.discs.find(({ value, outcome }) => value === disc.value && outcome === 'identified');
    return disc.outcome === 'identified' && other ? [other.distance! - disc.distance!] : [];
  });
  return differences.length === 0 ? null : mean(differences);
}

type Tests = NonNullable<ReportComparison['tests']>;

/** Images of one person are not independent: persons are what is counted. */
function testsOf(pairs: readonly Pair<ReportSubject>[]): Tests {
  const persons = [...new Set(pairs.map(([{ subject }]) => subject))].map((subject) =>
    pairs.filter(([one]) => one.subject === subject),
  );
  const identified = signTest(
    persons.map((own) => own.reduce((sum, [a, b]) => sum + b.counts.identified - a.counts.identified, 0)),
  );
  const distances = persons.flatMap((own) => {
    const found = own.map(([a, b]) => distanceDifference(a, b)).filter((value) => value !== null);
    return found.length === 0 ? [] : [mean(found)];
  });
  return {
    identified: identified && { better: [identified.negative, identified.positive], p: identified.p },
    distance: signedRankTest(distances),
  };
}

/** What the tests say; null where neither has enough to go by. */
function verdictOf(names: Pair<string>, { identified, distance }: Tests): string | null {
  if (identified === null && distance === null) return null;
  return [
    identified === null
      ? 'In too few subjects one model identifies more discs than the other to tell a difference.'
      : identifiedSentence(names, identified),
    ...(distance === null ? [] : [distanceSentence(names, distance)]),
  ].join(' ');
}

function identifiedSentence(names: Pair<string>, { better, p }: NonNullable<Tests['identified']>): string {
  const basis = `more in ${better[0]} subjects by ${names[0]}, in ${better[1]} by ${names[1]}; sign test, ${chance(p)}`;
  if (p > significance) return `No clear difference in the discs identified (${basis}).`;
  return `${names[better[0] > better[1] ? 0 : 1]} identifies more discs (${basis}).`;
}

function distanceSentence(names: Pair<string>, { median, p }: NonNullable<Tests['distance']>): string {
  const basis = `median difference over subjects ${Math.abs(median).toFixed(2)} mm; Wilcoxon's signed-rank test, ${chance(p)}`;
  if (p > significance) return `No clear difference in the distance of the discs both identified (${basis}).`;
  return `${names[median > 0 ? 0 : 1]} is nearer to the discs both identified (${basis}).`;
}

const chance = (p: number): string => (p < 0.001 ? 'p < 0.001' : `p = ${p.toFixed(3)}`);

function remarks(a: TestReport, b: TestReport, pairs: readonly Pair<ReportSubject>[]): string[] {
  const differing = pairs.filter(([one, other]) => one.counts.total !== other.counts.total).length;
  return [
    ...(a.toleranceMm === b.toleranceMm
      ? []
      : [
          `Discs count as identified within ${a.toleranceMm} mm in the first report, ${b.toleranceMm} mm in the second.`,
        ]),
    ...(differing === 0
      ? []
      : [`In ${differing} of ${pairs.length} images the two reports have different numbers of true discs.`]),
  ];
}
