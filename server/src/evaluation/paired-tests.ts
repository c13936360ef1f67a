/** Two-sided tests of whether one of two models is better, over subjects both were tested on. */
import { median } from './statistics.js';

/** With fewer pairs that differ, no outcome could be told from chance at 5 %. */
const fewest = 6;
/** Up to so many pairs Wilcoxon's distribution is counted out; beyond, the normal one is as good. */
const exactUpTo = 40;

/**
 * Exact sign test.
 * @param differences ties (0) count for neither side
 * @returns null with fewer than six that differ
 */
export function signTest(
  differences: readonly number[],
): { readonly positive: number; readonly negative: number; readonly p: number } | null {
  const positive = differences.filter((value) => value > 0).length;
  const negative = differences.filter((value) => value < 0).length;
  const n = positive + negative;
  if (n < fewest) return null;
  let term = 0.5 ** n;
  let tail = 0;
  for (let k = 0; k <= Math.min(positive, negative); k++) {
    tail += term;
    term *= (n - k) / (k + 1);
  }
  return { positive, negative, p: Math.min(1, 2 * tail) };
}

/**
 * Wilcoxon's signed-rank test: exact where ranks are not too many, ties having the mean of their ranks.
 * @param differences zeros are left out
 * @returns null with fewer than six others
 */
export function signedRankTest(
  differences: readonly number[],
): { readonly median: number; readonly p: number } | null {
  const others = differences.filter((value) => value !== 0 && Number.isFinite(value));
  if (others.length < fewest) return null;
  // Twice the ranks: whole numbers even where two share one.
  const ranks = doubleRanks(others.map(Math.abs));
  const total = ranks.reduce((sum, rank) => sum + rank, 0);
  const positive = others.reduce((sum, value, n) => sum + (value > 0 ? ranks[n] : 0), 0);
  const low = Math.min(positive, total - positive);
  const p = others.length <= exactUpTo ? exactTail(ranks, low, total) : normalTail(ranks, low, total);
  return { median: median(others), p: Math.min(1, 2 * p) };
}

function doubleRanks(values: readonly number[]): number[] {
  const sorted = values.toSorted((a, b) => a - b);
  return values.map((value) => sorted.indexOf(value) + 1 + sorted.lastIndexOf(value) + 1);
}

/** Probability of a sum of `low` or less when every sign is a coin's toss. */
function exactTail(ranks: readonly number[], low: number, total: number): number {
  const ways = new Float64Array(total + 1);
  ways[0] = 1;
  let reach = 0;
  for (const rank of ranks) {
    reach += rank;
    for (let sum = reach; sum >= rank; sum--) ways[sum] += ways[sum - rank];
  }
  let below = 0;
  for (let sum = 0; sum <= low; sum++) below += ways[sum];
  return below / 2 ** ranks.length;
}

/** The same by the normal distribution, with continuity correction. */
function normalTail(ranks: readonly number[], low: number, total: number): number {
  const deviation = Math.sqrt(ranks.reduce((sum, rank) => sum + rank * rank, 0)) / 2;
  const z = (low + 1 - total / 2) / deviation;
  return z >= 0 ? 0.5 : 0.5 * complementaryError(-z / Math.SQRT2);
}

/** erfc for x >= 0, relative error below 1.2e-7 (Numerical Recipes' Chebyshev fit). */
function complementaryError(x: number): number {
  const t = 1 / (1 + 0.5 * x);
  const coefficients = [
    -1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398, 1.48851587,
    -0.82215223, 0.17087277,
  ];
  const series = coefficients.reduceRight((sum, coefficient) => sum * t + coefficient, 0);
  return t * Math.exp(-x * x + series);
}
