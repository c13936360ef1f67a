/** From what became of each disc to the numbers of a report. NaN becomes null here and goes no further. */
import type { DiscCounts, ReferenceFigures, ReportDisc, ReportPoint } from '../protocol/evaluation.js';
import { discName } from '../volume/levels.js';
import {
  compareDiscs,
  nearestDisc,
  summarizeDiscs,
  summarizeLevels,
  type DiscComparison,
  type DiscSummary,
} from './metrics.js';
import type { ReferenceMetrics } from './reference-metrics.js';

/** A disc of one image: where it lies in the file and the world, and in mm in the sagittal plane. */
export interface LocatedDisc extends ReportPoint {
  readonly value: number;
  /** mm along two axes of the slice. */
  readonly position: readonly [number, number];
}

export interface PredictedDisc extends LocatedDisc {
  /** 0..1. */
  readonly score: number;
}

/**
 * What became of each true disc of an image, from head to foot, then the predictions where no disc is.
 * @param unjudged levels that are, or may be, in the picture without a label: predictions of theirs are not false
 */
export function judgeDiscs(
  truth: readonly LocatedDisc[],
  predicted: readonly PredictedDisc[],
  { toleranceMm, unjudged }: { readonly toleranceMm: number; readonly unjudged: ReadonlySet<number> },
): ReportDisc[] {
  const { discs, falseValues } = compareDiscs(truth, predicted, { toleranceMm });
  const judged = discs.map(({ value, outcome, distance }, n): ReportDisc => {
    const other = outcome === 'shifted' || outcome === 'misnamed';
    const match = other
      ? nearestDisc(truth[n], predicted)?.disc
      : predicted.find((disc) => disc.value === value);
    return {
      value,
      name: discName(value),
      outcome,
      truth: pointOf(truth[n]),
      predicted: match === undefined ? null : namedPoint(match),
      distance,
    };
  });
  const invented = predicted
    .filter(({ value }) => falseValues.includes(value) && !unjudged.has(value))
    .map((disc): ReportDisc => ({
      value: disc.value,
      name: discName(disc.value),
      outcome: 'false',
      truth: null,
      predicted: namedPoint(disc),
      distance: null,
    }));
  const byValue = (a: ReportDisc, b: ReportDisc): number => a.value - b.value;
  return [...judged.sort(byValue), ...invented.sort(byValue)];
}

const pointOf = ({ voxel, world }: LocatedDisc): ReportPoint => ({ voxel, world });

const namedPoint = (disc: PredictedDisc): NonNullable<ReportDisc['predicted']> => ({
  ...pointOf(disc),
  value: disc.value,
  name: discName(disc.value),
  score: disc.score,
});

/** Counts and distances over the discs of some images. */
export const countDiscs = (images: readonly (readonly ReportDisc[])[]): DiscCounts =>
  countsOf(summarizeDiscs(images.map(comparisonOf)));

/** The same for each level that occurs, from head to foot. */
export const countLevels = (images: readonly (readonly ReportDisc[])[]): LevelCounts[] =>
  levelCounts(summarizeLevels(images.map(comparisonOf)));

type LevelCounts = DiscCounts & { readonly value: number; readonly name: string };

/** Summaries by disc value, as they are told. */
export const levelCounts = (levels: ReadonlyMap<number, DiscSummary>): LevelCounts[] =>
  [...levels].map(([value, summary]) => ({ value, name: discName(value), ...countsOf(summary) }));

function comparisonOf(discs: readonly ReportDisc[]): DiscComparison {
  return {
    discs: discs.flatMap(({ value, outcome, distance }) =>
      outcome === 'false' ? [] : [{ value, outcome, distance }],
    ),
    falseValues: discs.flatMap(({ value, outcome }) => (outcome === 'false' ? [value] : [])),
  };
}

/** With null for what is the statistic of nothing. */
export function countsOf({ distance, identificationRate, ...counts }: DiscSummary): DiscCounts {
  const { mean, std, median, p95 } = distance;
  return {
    ...counts,
    identificationRate: orNull(identificationRate),
    distance: { mean: orNull(mean), std: orNull(std), median: orNull(median), p95: orNull(p95) },
  };
}

/** The paper's figures as a report holds them. */
export function referenceFigures(metrics: ReferenceMetrics): ReferenceFigures {
  const { falsePositives, falseNegatives, total } = metrics;
  return {
    l2Median: orNull(metrics.l2Median),
    l2Std: orNull(metrics.l2Std),
    zMean: orNull(metrics.zMean),
    zStd: orNull(metrics.zStd),
    falsePositives,
    falseNegatives,
    total,
    falsePositivePercent: orNull(metrics.falsePositivePercent),
    falseNegativePercent: orNull(metrics.falseNegativePercent),
  };
}

/** JSON knows no NaN. */
const orNull = (value: number): number | null => (Number.isFinite(value) ? value : null);
