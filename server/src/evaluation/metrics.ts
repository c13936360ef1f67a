import type { Float32Tensor } from '@disc-labeling/models/engines/types';
import { UserError } from '@disc-labeling/models/errors';
import { deviation, mean, median, quantile } from './statistics.js';

// ------------------------------------------------------------------------------------- accuracy of heat maps

/** Share of the maps' width that a unit of distance is, and the distance that still counts as right. */
const unitShare = 1 / 10;
const rightWithin = 0.5;

/** Percentage of correct key points of one batch. */
export interface KeyPointAccuracy {
  /** Mean over the joints that count in this batch, 0..1; 0 where none does. */
  readonly mean: number;
  /** Share of the images in which the joint is right, 0..1; null where it counts in none. */
  readonly perJoint: readonly (number | null)[];
  /** In how many images each joint counts. */
  readonly counted: readonly number[];
}

/**
 * PCK as the reference measures it: the highest cell of a map is right within half a tenth of the maps' width of
 * the target's highest cell. A target whose highest cell lies in the first row or column, or is not positive, does
 * not count; a prediction without a positive value lies just outside the top left corner.
 *
 * @param output `[n, joints, height, width]`; `target` alike
 * @throws UserError when the shapes differ
 */
export function keyPointAccuracy(output: Float32Tensor, target: Float32Tensor): KeyPointAccuracy {
  const [images, joints, , width] = sameShape(output, target);
  const limit = rightWithin * unitShare * width;
  const judged = Array.from({ length: joints }, (_, joint) => {
    let counted = 0;
    let right = 0;
    for (let image = 0; image < images; image++) {
      const truth = highestCell(target, image * joints + joint);
      if (truth.row <= 1 || truth.column <= 1) continue;
      const found = highestCell(output, image * joints + joint);
      counted++;
      if ((found.row - truth.row) ** 2 + (found.column - truth.column) ** 2 < limit ** 2) right++;
    }
    return { share: counted === 0 ? null : right / counted, counted };
  });
  const perJoint = judged.map(({ share }) => share);
  const counting = perJoint.filter((share) => share !== null);
  return {
    mean: counting.length === 0 ? 0 : mean(counting),
    perJoint,
    counted: judged.map(({ counted }) => counted),
  };
}

/** Row and column from 1 of the first highest cell; 0, 0 where nothing is positive. */
function highestCell(
  { data, shape: [, , height, width] }: Float32Tensor,
  map: number,
): { row: number; column: number } {
  let highest = 0;
  let at = -1;
  for (let cell = 0; cell < height * width; cell++) {
    const value = data[map * height * width + cell];
    if (value > highest) [highest, at] = [value, cell];
  }
  return at < 0 ? { row: 0, column: 0 } : { row: Math.floor(at / width) + 1, column: (at % width) + 1 };
}

/**
 * Soft Dice similarity of raw scores over a whole batch, smoothed by 1, as the reference measures it:
 * (2 Σpt + 1) / (Σp + Σt + 1). Can leave 0..1, as scores can be negative.
 */
export function softDice(output: Float32Tensor, target: Float32Tensor): number {
  sameShape(output, target);
  let intersection = 0;
  let sums = 0;
  for (let i = 0; i < output.data.length; i++) {
    intersection += output.data[i] * target.data[i];
    sums += output.data[i] + target.data[i];
  }
  return (2 * intersection + 1) / (sums + 1);
}

function sameShape(output: Float32Tensor, target: Float32Tensor): readonly number[] {
  if (output.shape.length === 4 && output.shape.join() === target.shape.join()) return output.shape;
  throw new UserError(
    'cannot compare heat maps',
    `they are [${output.shape}], the targets [${target.shape}]`,
  );
}

// ------------------------------------------------------------------------------------- discs, in millimetres

/** A named disc at a place in mm (world coordinates, or any others with millimetres on all axes). */
export interface PlacedDisc {
  readonly value: number;
  readonly position: readonly number[];
}

/** What became of one true disc. */
export interface DiscOutcome {
  readonly value: number;
  /**
   * `identified`: a prediction of this name lies within the tolerance. Otherwise by the nearest prediction within
   * it: `shifted`, its name is off by one; `misnamed`, by more; `missed`: there is none.
   */
  readonly outcome: 'identified' | 'shifted' | 'misnamed' | 'missed';
  /** mm to the prediction of the same name, however far; null where there is none. */
  readonly distance: number | null;
}

/** One image's discs compared with the truth, label by label. */
export interface DiscComparison {
  /** In the order of the truth. */
  readonly discs: readonly DiscOutcome[];
  /** Names of predictions with no true disc of any name within the tolerance. */
  readonly falseValues: readonly number[];
}

export interface ComparisonOptions {
  /** Default 5. */
  readonly toleranceMm?: number;
  /** Discs that nobody has to find, just past the edge of the picture: found there, none is false. */
  readonly outside?: readonly PlacedDisc[];
}

/** Compares the discs of one image with the truth. */
export function compareDiscs(
  truth: readonly PlacedDisc[],
  predicted: readonly PlacedDisc[],
  { toleranceMm = 5, outside = [] }: ComparisonOptions = {},
): DiscComparison {
  const real = [...truth, ...outside];
  return {
    discs: truth.map((disc) => outcomeOf(disc, predicted, toleranceMm)),
    falseValues: predicted
      .filter((disc) => real.every((other) => distance(disc, other) > toleranceMm))
      .map(({ value }) => value),
  };
}

function outcomeOf(disc: PlacedDisc, predicted: readonly PlacedDisc[], toleranceMm: number): DiscOutcome {
  const named = nearestDisc(
    disc,
    predicted.filter(({ value }) => value === disc.value),
  );
  const around = nearestDisc(disc, predicted);
  const result = (outcome: DiscOutcome['outcome']): DiscOutcome => ({
    value: disc.value,
    outcome,
    distance: named?.distance ?? null,
  });
  if (named && named.distance <= toleranceMm) return result('identified');
  if (!around || around.distance > toleranceMm) return result('missed');
  return result(Math.abs(around.disc.value - disc.value) === 1 ? 'shifted' : 'misnamed');
}

/** The disc nearest to a place, and how far away it is in mm; null where there is none. */
export function nearestDisc<Disc extends PlacedDisc>(
  to: PlacedDisc,
  others: readonly Disc[],
): { disc: Disc; distance: number } | null {
  return others
    .map((disc) => ({ disc, distance: distance(to, disc) }))
    .reduce<{ disc: Disc; distance: number } | null>(
      (best, next) => (best && best.distance <= next.distance ? best : next),
      null,
    );
}

/** Whether a found disc lies within the tolerance of the true one of its name. */
export const isRight = (found: PlacedDisc, truth: readonly PlacedDisc[], toleranceMm: number): boolean =>
  truth.some((disc) => disc.value === found.value && distance(disc, found) <= toleranceMm);

const distance = (a: PlacedDisc, b: PlacedDisc): number =>
  Math.hypot(...a.position.map((side, axis) => side - b.position[axis]));

/** Numbers over many discs. Rates are 0..1; statistics of nothing are NaN. */
export interface DiscSummary {
  /** True discs. */
  readonly total: number;
  readonly identified: number;
  readonly shifted: number;
  readonly misnamed: number;
  readonly missed: number;
  /** Predictions where no disc is. */
  readonly false: number;
  /** `identified / total`. */
  readonly identificationRate: number;
  /** mm between each true disc and the prediction of its name. */
  readonly distance: {
    readonly mean: number;
    readonly std: number;
    readonly median: number;
    readonly p95: number;
  };
}

/** Adds up the comparisons of several images. */
export function summarizeDiscs(comparisons: readonly DiscComparison[]): DiscSummary {
  return summarize(
    comparisons.flatMap(({ discs }) => discs),
    comparisons.reduce((sum, { falseValues }) => sum + falseValues.length, 0),
  );
}

/** The same for each disc level that occurs, in the order of the levels. */
export function summarizeLevels(comparisons: readonly DiscComparison[]): Map<number, DiscSummary> {
  const discs = comparisons.flatMap((comparison) => comparison.discs);
  const invented = comparisons.flatMap(({ falseValues }) => falseValues);
  const values = [...new Set([...discs.map(({ value }) => value), ...invented])].sort((a, b) => a - b);
  return new Map(
    values.map((value) => [
      value,
      summarize(
        discs.filter((disc) => disc.value === value),
        invented.filter((other) => other === value).length,
      ),
    ]),
  );
}

function summarize(discs: readonly DiscOutcome[], falseCount: number): DiscSummary {
  const count = (outcome: DiscOutcome['outcome']): number =>
    discs.filter((disc) => disc.outcome === outcome).length;
  const distances = discs.map((disc) => disc.distance).filter((value) => value !== null);
  return {
    total: discs.length,
    identified: count('identified'),
    shifted: count('shifted'),
    misnamed: count('misnamed'),
    missed: count('missed'),
    false: falseCount,
    identificationRate: count('identified') / discs.length,
    distance: {
      mean: mean(distances),
      std: deviation(distances),
      median: median(distances),
      p95: quantile(distances, 0.95),
    },
  };
}
