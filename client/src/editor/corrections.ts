/** Discs as a reader corrects them: each change makes a new list. */
import type { Disc } from '@disc-labeling/server/protocol';
import { discName, spineDiscs } from '@disc-labeling/server/protocol/disc-names';
import type { DiscPlace, TruthDisc } from '@disc-labeling/webview/messages';

type Discs = readonly Disc[];

const inOrder = (discs: Discs): Discs => discs.toSorted((a, b) => a.value - b.value);

/** A disc put at a place: moved there, or added where there was none of its name. */
export const withDisc = (discs: Discs, value: number, { voxel, world }: DiscPlace): Discs =>
  inOrder([
    ...withoutDisc(discs, value),
    { value, name: discName(value), voxel, world, score: 1, byHand: true },
  ]);

/** The discs of a rater's labels, to go on from. */
export const fromLabels = (labels: readonly TruthDisc[]): Discs =>
  inOrder(
    labels
      .filter(({ value }) => spineDiscs.includes(value))
      .map(({ value, name, voxel, world }) => ({ value, name, voxel, world, score: 1, byHand: true })),
  );

export const withoutDisc = (discs: Discs, value: number): Discs =>
  discs.filter((disc) => disc.value !== value);

/** All names moved by so many levels (positive: downwards); discs that would lie past the ends of the spine are left out. */
export const withNamesMoved = (discs: Discs, levels: number): Discs =>
  discs
    .map((disc) => ({ ...disc, value: disc.value + levels, name: discName(disc.value + levels) }))
    .filter(({ value }) => spineDiscs.includes(value));

/**
 * Values no disc has yet, from head to foot, but first those that fit a new disc at this place: between the one above
 * it and the one below.
 *
 * @param world mm, RAS+
 */
export function freeValues(discs: Discs, [, , height]: Disc['world']): number[] {
  const taken = new Set(discs.map(({ value }) => value));
  const above = Math.max(...discs.filter(({ world }) => world[2] > height).map(({ value }) => value));
  const below = Math.min(...discs.filter(({ world }) => world[2] <= height).map(({ value }) => value));
  const between = (value: number): boolean => value > above && value < below;
  const free = spineDiscs.filter((value) => !taken.has(value));
  // Above all others, the nearest is the last one that fits.
  const fitting = free.filter(between);
  if (above === -Infinity) fitting.reverse();
  return [...fitting, ...free.filter((value) => !between(value))];
}
