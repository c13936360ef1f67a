/** Labels held against the truth: no document needed. */
import type { Disc } from '@disc-labeling/server/protocol';
import type { TruthDisc } from '../messages/viewer.js';
import type { Vec3 } from './geometry.js';

/** A line of the list of discs: a prediction, a true disc, or both under one name. */
export interface ListedDisc extends TruthDisc {
  /** Null where there is no prediction of this name. */
  readonly score: number | null;
  readonly byHand?: true;
  /** mm in the sagittal plane between the two; null where one is missing. */
  readonly distance: number | null;
  /** A true disc without a prediction of its name. */
  readonly missed: boolean;
}

/**
 * Predictions and the true discs no prediction has the name of, from head to foot.
 * @param leftRight direction of the slices' normal in the world; distances leave it out, as reports do
 */
export function listDiscs(
  discs: readonly Disc[],
  truth: readonly TruthDisc[] | null,
  leftRight: Vec3 = [1, 0, 0],
): ListedDisc[] {
  const byValue = new Map((truth ?? []).map((disc) => [disc.value, disc]));
  const predicted = discs.map((disc): ListedDisc => {
    const match = byValue.get(disc.value);
    byValue.delete(disc.value);
    return {
      ...disc,
      distance: match ? inPlaneDistance(disc.world, match.world, leftRight) : null,
      missed: false,
    };
  });
  const missed = [...byValue.values()].map((disc): ListedDisc => ({
    ...disc,
    score: null,
    distance: null,
    missed: true,
  }));
  return [...predicted, ...missed].sort((a, b) => a.value - b.value);
}

/** Distance without its part along `normal`, mm. */
export function inPlaneDistance(a: Vec3, b: Vec3, normal: Vec3): number {
  const length = Math.hypot(...normal) || 1;
  const by = a.map((value, axis) => value - b[axis]);
  const along = by.reduce((sum, value, axis) => sum + (value * normal[axis]) / length, 0);
  return Math.sqrt(Math.max(0, by.reduce((sum, value) => sum + value * value, 0) - along * along));
}
