import { applyGamma, normalizeIntensities } from './filters.js';
import type { Random } from './random.js';
import type { PhantomDisc, PhantomSlice } from './types.js';

/** Pixels a picture may be moved along each axis while loading. */
const maxShift = 14;

/** Moves the picture by whole pixels, zeros coming in. */
function shifted(image: Float32Array, width: number, height: number, dx: number, dy: number): Float32Array {
  const out = new Float32Array(image.length);
  const from = Math.max(0, -dx);
  const to = Math.min(width, width - dx);
  for (let y = Math.max(0, dy); y < Math.min(height, height + dy); y++)
    out.set(image.subarray((y - dy) * width + from, (y - dy) * width + to), y * width + from + dx);
  return out;
}

/** Blanks a rectangle that keeps a distance from every disc; gives up after a few tries. */
function cutOut(
  image: Float32Array,
  width: number,
  height: number,
  discs: readonly PhantomDisc[],
  random: Random,
): void {
  const margin = 14;
  for (let attempt = 0; attempt < 6; attempt++) {
    const w = random.integer(10, 70);
    const h = random.integer(10, 70);
    const x = random.integer(-10, width - 10);
    const y = random.integer(-10, height - 10);
    const covers = discs.some(
      (d) =>
        d.column > x - margin && d.column < x + w + margin && d.row > y - margin && d.row < y + h + margin,
    );
    if (covers) continue;
    const value = random.chance(0.6) ? 0 : random.uniform(0, 1);
    for (let r = Math.max(0, y); r < Math.min(height, y + h); r++)
      image.fill(value, r * width + Math.max(0, x), r * width + Math.max(0, Math.min(width, x + w)));
    return;
  }
}

/**
 * A fresh view of a drawn slice: moved by up to 14 px, other gamma and gain, in 30 % a blanked
 * rectangle that covers no disc. The points move along; what leaves the picture is not listed.
 * @returns a new slice whose image is normalised to 0..1 by its 0.5th and 99.5th percentile
 */
export function augmentPhantom(slice: PhantomSlice, random: Random): PhantomSlice {
  const { width, height } = slice;
  const dx = random.integer(-maxShift, maxShift);
  const dy = random.integer(-maxShift, maxShift);
  const gamma = Math.exp(random.normal(0, 0.2));
  const gain = random.uniform(0.85, 1.15);
  const image = shifted(slice.image, width, height, dx, dy);
  const discs = slice.discs
    .map((d) => ({ ...d, row: d.row + dy, column: d.column + dx }))
    .filter((d) => d.row >= 0.5 && d.column >= 0.5 && d.row <= height - 1.5 && d.column <= width - 1.5);
  applyGamma(image, gamma);
  if (random.chance(0.3)) cutOut(image, width, height, discs, random);
  normalizeIntensities(image);
  for (let i = 0; i < image.length; i++) image[i] = Math.min(1, image[i] * gain);
  return { ...slice, image, discs };
}
