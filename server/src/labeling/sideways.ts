/** Where discs lie from left to right, told from how surely a network sees them in slabs beside each other. */
import type { Float32Tensor } from '@disc-labeling/models/engines/types';
import type { DecodedDisc } from './decode.js';

/** One slab as a network read it. */
export interface SlabMaps {
  /** Its centre along the left-right axis, in slices. */
  readonly at: number;
  /** `[maps, height, width]`; the grid is the same for all slabs. */
  readonly heatmaps: Float32Tensor;
}

/** Below this a map shows nothing. */
const background = 0.1;
/** Power of an answer's strength: faint ones from far beside the midline shall not count. */
const sharpness = 4;
/** Discs so far apart in the chain still lean on each other: a spine bends slowly. */
const reach = 1;
/** mm beyond which a disc is not moved away from the slab it was found in. */
const farthestMm = 14;

/**
 * The left-right place of each disc of a chain. The maps answer to the posterior tip of a disc beside the canal, most
 * surely at the midline and alike on both sides of it; so the middle of the answers is where the midline runs, a line
 * through neighbouring discs making up for what single answers scatter.
 *
 * @param discs   superior to inferior, in cells of the maps
 * @param mapOf   index of the map that answers to a disc value
 * @param slabs   all that were read
 * @param chosen  centre of the slab the discs were found in, in slices
 * @param spacing mm from slice to slice
 * @returns one place per disc, in slices; `chosen` for all where there is only one slab to go by
 */
export function sidewaysPlaces(
  discs: readonly DecodedDisc[],
  mapOf: (value: number) => number,
  slabs: readonly SlabMaps[],
  chosen: number,
  spacing: number,
): number[] {
  if (slabs.length < 3) return discs.map(() => chosen);
  const answers = discs.map((disc) => answerTo(disc, mapOf(disc.value), slabs));
  return discs.map((_, index) => {
    const place = lineThrough(answers, index) ?? chosen;
    const farthest = farthestMm / spacing;
    return Math.min(chosen + farthest, Math.max(chosen - farthest, place));
  });
}

interface Answer {
  /** Middle of the slabs that show the disc, in slices. */
  readonly at: number;
  /** 0: none shows it. */
  readonly weight: number;
}

function answerTo(disc: DecodedDisc, map: number, slabs: readonly SlabMaps[]): Answer {
  let weight = 0;
  let sum = 0;
  for (const { at, heatmaps } of slabs) {
    const strength = Math.max(0, around(heatmaps, map, disc) - background) ** sharpness;
    weight += strength;
    sum += strength * at;
  }
  return { at: weight > 0 ? sum / weight : 0, weight };
}

/** The highest value within a cell of a point. */
function around({ data, shape }: Float32Tensor, map: number, { row, column }: DecodedDisc): number {
  const [, height, width] = shape;
  const [r, c] = [Math.round(row), Math.round(column)];
  let most = 0;
  for (let y = Math.max(0, r - 1); y <= Math.min(height - 1, r + 1); y++)
    for (let x = Math.max(0, c - 1); x <= Math.min(width - 1, c + 1); x++) {
      const value = data[(map * height + y) * width + x];
      if (value > most) most = value;
    }
  return most;
}

/** Weighted straight line through the neighbours' answers, read off at a disc; null where none answers. */
function lineThrough(answers: readonly Answer[], index: number): number | null {
  let [total, first, second, value, product] = [0, 0, 0, 0, 0];
  answers.forEach(({ at, weight }, other) => {
    const away = other - index;
    const share = weight * Math.exp(-0.5 * (away / reach) ** 2);
    total += share;
    first += share * away;
    second += share * away * away;
    value += share * at;
    product += share * away * at;
  });
  if (!(total > 0)) return null;
  const spread = second - (first * first) / total;
  // Of few answers no slope can be told.
  const slope = spread > 1e-3 * total ? (product - (first * value) / total) / spread : 0;
  return (value - slope * first) / total;
}
