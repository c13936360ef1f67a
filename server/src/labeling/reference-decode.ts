import type { Float32Tensor } from '@disc-labeling/models/engines/types';
import { UserError } from '@disc-labeling/models/errors';
import type { ModelDescription } from '@disc-labeling/models/model';
import { connectedComponents, type Component } from './components.js';
import type { HeatMap, Point } from './peaks.js';
import { unitJoints, type Skeleton } from './skeleton.js';

export interface SkeletonDecodeOptions {
  /** How many maps, from the first, to decode. Default: all, those being left out that hold no clear peak. */
  readonly channels?: number;
  /** Frame of the maps, as in {@link ModelDescription}; default `reference`. */
  readonly frame?: ModelDescription['input']['frame'];
}

/** The candidate chosen in one map. */
export interface SkeletonDisc {
  /** Index of the map. */
  readonly channel: number;
  /** Unweighted centroid, in cells of the maps, in their own frame. */
  readonly row: number;
  readonly column: number;
  /** Highest value of the component, limited to 0..1. */
  readonly score: number;
  /** Cells of the component. */
  readonly area: number;
}

export interface SkeletonChoice {
  /** In the order of the maps. */
  readonly discs: readonly SkeletonDisc[];
  /** Frobenius distance of the normalised combination to the skeleton; null where no shape could be compared. */
  readonly loss: number | null;
}

/** Candidates are what stays of a map at half of its maximum. */
const keptShare = 0.5;
/** Without a given number of maps: those below this height, or this share of the highest map, hold no disc. */
const leastHeight = 0.1;
const leastShare = 0.2;

/**
 * The reference's choice among the candidates of each map (Azad et al. 2021): the combination whose skeleton,
 * moved to joint 0 and divided by its distance to joint 4, is nearest to the mean skeleton. It gives the same
 * answer as trying all combinations, in polynomial time: once the candidates of joints 0 and 4 are fixed, every
 * other joint takes the candidate nearest to its place, whatever the others take. Where joint 0 or 4 is missing,
 * two joints that are there give origin and unit instead.
 *
 * @param maps `[maps, height, width]`
 * @throws UserError when there are no such maps
 */
export function decodeWithSkeleton(
  maps: Float32Tensor,
  skeleton: Skeleton,
  options: SkeletonDecodeOptions = {},
): SkeletonChoice {
  const frame = options.frame ?? 'reference';
  const channels = findCandidates(maps, options);
  const { loss, chosen } = chooseCombination(channels, skeleton);
  const width = maps.shape[2];
  const discs = chosen.map(({ channel, component, height: peak }) => ({
    channel,
    ...toOwnFrame(component, frame, width),
    score: Math.min(1, Math.max(0, peak)),
    area: component.cells.length,
  }));
  return { discs, loss };
}

/** A component of one map, in the upright frame. */
export interface SkeletonCandidate {
  readonly channel: number;
  readonly component: Component;
  /** Highest value inside it. */
  readonly height: number;
}

/** The candidates of one map, never none. */
export interface ChannelCandidates {
  readonly channel: number;
  /** In the upright frame: rows superior to inferior, columns posterior to anterior. */
  readonly map: HeatMap;
  readonly candidates: readonly SkeletonCandidate[];
}

/** The candidates of each map that has any. */
export function findCandidates(
  maps: Float32Tensor,
  options: SkeletonDecodeOptions = {},
): ChannelCandidates[] {
  const count = options.channels ?? maps.shape[0];
  if (maps.shape.length !== 3 || count > maps.shape[0])
    throw new UserError(
      'cannot decode heat maps',
      `they are [${maps.shape}] where [${count} maps, height, width] are needed`,
    );
  const upright = Array.from({ length: count }, (_, channel) =>
    toUpright(maps, channel, options.frame ?? 'reference'),
  );
  const heights = upright.map(({ data }) =>
    data.reduce((most, value) => (value > most ? value : most), -Infinity),
  );
  const least =
    options.channels === undefined
      ? Math.max(leastHeight, leastShare * Math.max(...heights.filter(Number.isFinite)))
      : -Infinity;
  return upright.flatMap((map, channel) => {
    const height = heights[channel];
    if (!Number.isFinite(height) || height === 0 || height < least) return [];
    const components = connectedComponents(map, (value) => Math.fround(value / height) >= keptShare);
    return [{ channel, map, candidates: components.map((component) => describe(channel, component, map)) }];
  });
}

function describe(channel: number, component: Component, { data }: HeatMap): SkeletonCandidate {
  return {
    channel,
    component,
    height: component.cells.reduce((most, cell) => Math.max(most, data[cell]), -Infinity),
  };
}

/** The best combination of one candidate per map. */
export function chooseCombination(
  channels: readonly ChannelCandidates[],
  skeleton: Skeleton,
): { loss: number | null; chosen: SkeletonCandidate[] } {
  const anchors = anchorsOf(channels, skeleton);
  const strongest = channels.map(({ candidates }) => indexOfBest(candidates, ({ height }) => -height));
  let best: Combination = { loss: Infinity, indices: strongest };
  if (anchors) {
    const [origin, end] = anchors.positions.map((position) => channels[position].candidates);
    for (const [i, from] of origin.entries()) {
      for (const [j, to] of end.entries()) {
        const indices = [...strongest];
        [indices[anchors.positions[0]], indices[anchors.positions[1]]] = [i, j];
        const combination = complete(channels, anchors, from.component, to.component, indices);
        if (combination && isBetter(combination, best)) best = combination;
      }
    }
  }
  return {
    loss: Number.isFinite(best.loss) ? best.loss : null,
    chosen: channels.map(({ candidates }, position) => candidates[best.indices[position]]),
  };
}

interface Combination {
  readonly loss: number;
  /** Chosen candidate per map. */
  readonly indices: readonly number[];
}

/** Two maps that fix origin and unit, and the skeleton in these terms (null: no place known). */
interface Anchors {
  readonly positions: readonly [number, number];
  readonly places: readonly (readonly [number, number] | null)[];
}

/** Joints 0 and 4 where both are there; else the topmost and the one next to four below it. */
function anchorsOf(channels: readonly ChannelCandidates[], skeleton: Skeleton): Anchors | null {
  const known = channels
    .map(({ channel }, position) => ({ channel, position }))
    .filter(({ channel }) => skeleton[channel]);
  const first = known[0];
  const end = known.slice(1).sort((a, b) => farFromUnit(a.channel) - farFromUnit(b.channel))[0];
  if (!end) return null;
  const places = channels.map(({ channel }) => skeleton[channel] ?? null);
  if (first.channel === unitJoints[0] && end.channel === unitJoints[1])
    return { positions: [first.position, end.position], places };
  const [top, left] = skeleton[first.channel]!;
  const [bottom, right] = skeleton[end.channel]!;
  const unit = Math.hypot(bottom - top, right - left);
  if (!(unit > 0)) return null;
  return {
    positions: [first.position, end.position],
    places: places.map((place) => place && ([(place[0] - top) / unit, (place[1] - left) / unit] as const)),
  };
}

const farFromUnit = (joint: number): number => Math.abs(joint - unitJoints[1]);

/** Fills in the candidates nearest to their places, given those of the two anchors. Null: both in one point. */
function complete(
  channels: readonly ChannelCandidates[],
  { positions, places }: Anchors,
  origin: Component,
  end: Component,
  indices: number[],
): Combination | null {
  const unit = Math.hypot(
    end.centroid.row - origin.centroid.row,
    end.centroid.column - origin.centroid.column,
  );
  if (unit === 0) return null;
  let squares = 0;
  for (const [position, { candidates }] of channels.entries()) {
    const place = places[position];
    if (!place) continue;
    const square = ({ component: { centroid } }: SkeletonCandidate): number =>
      ((centroid.row - origin.centroid.row) / unit - place[0]) ** 2 +
      ((centroid.column - origin.centroid.column) / unit - place[1]) ** 2;
    if (!positions.includes(position)) indices[position] = indexOfBest(candidates, square);
    squares += square(candidates[indices[position]]);
  }
  return { loss: Math.sqrt(squares), indices };
}

/** Of equal losses the one tried first wins, the last map's candidates being tried fastest. */
function isBetter(a: Combination, b: Combination): boolean {
  if (a.loss !== b.loss) return a.loss < b.loss;
  const difference = a.indices.findIndex((index, position) => index !== b.indices[position]);
  return difference >= 0 && a.indices[difference] < b.indices[difference];
}

/** Index of the first entry of least cost. */
function indexOfBest<T>(entries: readonly T[], cost: (entry: T) => number): number {
  const costs = entries.map(cost);
  return costs.indexOf(Math.min(...costs));
}

/**
 * One map with superior on top and posterior on the left. The reference's own frame (rows posterior to anterior,
 * columns inferior to superior) is turned a quarter counter-clockwise; a picture is mirrored.
 */
function toUpright(
  { data, shape: [, height, width] }: Float32Tensor,
  channel: number,
  frame: string,
): HeatMap {
  const source = data.subarray(channel * height * width, (channel + 1) * height * width);
  const upright = new Float32Array(source.length);
  const reference = frame === 'reference';
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const to = reference ? (width - 1 - column) * height + row : row * width + (width - 1 - column);
      upright[to] = source[row * width + column];
    }
  }
  return reference ? { data: upright, height: width, width: height } : { data: upright, height, width };
}

function toOwnFrame({ centroid: { row, column } }: Component, frame: string, width: number): Point {
  return frame === 'reference'
    ? { row: column, column: width - 1 - row }
    : { row, column: width - 1 - column };
}
