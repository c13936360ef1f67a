import type { Random } from '../phantom/random.js';

export interface CutOutOptions {
  /** Side lengths in pixels. */
  readonly sides: readonly [low: number, high: number];
  /** Pixels between the rectangle and the nearest point. */
  readonly margin: number;
}

/** Blanks a rectangle of an image, in place, that keeps its distance from every point; gives up after a few tries. */
export function cutOut(
  image: Float32Array,
  width: number,
  height: number,
  points: readonly { readonly row: number; readonly column: number }[],
  random: Random,
  { sides, margin }: CutOutOptions,
): void {
  for (let attempt = 0; attempt < 6; attempt++) {
    const w = random.integer(...sides);
    const h = random.integer(...sides);
    const x = random.integer(-10, width - 10);
    const y = random.integer(-10, height - 10);
    const covers = points.some(
      (p) =>
        p.column > x - margin && p.column < x + w + margin && p.row > y - margin && p.row < y + h + margin,
    );
    if (covers) continue;
    const value = random.chance(0.6) ? 0 : random.uniform(0, 1);
    for (let r = Math.max(0, y); r < Math.min(height, y + h); r++)
      image.fill(value, r * width + Math.max(0, x), r * width + Math.max(0, Math.min(width, x + w)));
    return;
  }
}
