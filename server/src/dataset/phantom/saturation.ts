import { add, type Point, point } from './polygon.js';
import type { Random } from './random.js';
import type { View } from './view.js';

/**
 * A regional saturation band: a slab in front of the spine whose signal the scanner spoils, so that what moves there
 * (swallowing, breath, bowels, blood) leaves no ghosts. Usual in spin echo pictures of the spine.
 */
export interface SaturationBand {
  /** A point of its posterior edge, in pixels. */
  readonly at: Point;
  /** Direction of that edge, of length 1. */
  readonly along: Point;
  /** From the posterior to the anterior edge, mm. */
  readonly thickness: number;
  /** Over so many mm signal comes back at an edge (from a tenth to nine tenths of the way). */
  readonly edge: number;
  /** Share of the signal left inside. */
  readonly left: number;
}

/** From the fronts of the vertebral bodies forward; most people who plan a scan keep off them, some do not quite. */
const gap = [-4, 22] as const;

/**
 * A band before the vertebral bodies, about along them.
 *
 * @param fronts anterior edges of the discs in the picture, superior to inferior, in pixels
 * @returns null where there are fewer than two
 */
export function sampleSaturationBand(
  random: Random,
  fronts: readonly Point[],
  spacing: number,
): SaturationBand | null {
  if (fronts.length < 2) return null;
  const line = add(fronts.at(-1)!, fronts[0], -1);
  const turn = Math.atan2(line.y, line.x) + random.normal(0, 0.08);
  const along = point(Math.cos(turn), Math.sin(turn));
  const middle = fronts[Math.floor(fronts.length / 2)];
  return {
    at: add(middle, forwardOf(along), random.uniform(...gap) / spacing),
    along,
    thickness: random.uniform(30, 120),
    edge: random.uniform(3, 12),
    left: random.uniform(0.02, 0.4),
  };
}

/** Down along the spine, what is in front of it lies to the left. */
const forwardOf = (along: Point): Point => point(-along.y, along.x);

/** Spoils the signal inside the band, in place. */
export function applySaturation(
  image: Float32Array,
  { width, height, spacing }: Pick<View, 'width' | 'height' | 'spacing'>,
  { at, along, thickness, edge, left }: SaturationBand,
): void {
  const forward = forwardOf(along);
  // A logistic function rises from a tenth to nine tenths over 4.4 of its units.
  const steepness = (2 * Math.log(9)) / edge;
  const rise = (mm: number): number => 1 / (1 + Math.exp(-steepness * mm));
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++, i++) {
      const inside = ((x - at.x) * forward.x + (y - at.y) * forward.y) * spacing;
      const share = rise(inside) - rise(inside - thickness);
      image[i] *= 1 - (1 - left) * share;
    }
}
