import { cutOut } from '../augment/cut-out.js';
import { applyGamma, normalizeIntensities } from './filters.js';
import type { Random } from './random.js';
import type { PhantomSlice } from './types.js';

/** Pixels a picture may be moved along each axis while loading. */
const maxShift = 14;

/** Of the blanked rectangle, in pixels. */
const blanked = { sides: [10, 70], margin: 14 } as const;

/** Moves the picture by whole pixels, zeros coming in. */
function shifted(image: Float32Array, width: number, height: number, dx: number, dy: number): Float32Array {
  const out = new Float32Array(image.length);
  const from = Math.max(0, -dx);
  const to = Math.min(width, width - dx);
  for (let y = Math.max(0, dy); y < Math.min(height, height + dy); y++)
    out.set(image.subarray((y - dy) * width + from, (y - dy) * width + to), y * width + from + dx);
  return out;
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
  if (random.chance(0.3)) cutOut(image, width, height, discs, random, blanked);
  normalizeIntensities(image);
  for (let i = 0; i < image.length; i++) image[i] = Math.min(1, image[i] * gain);
  return { ...slice, image, discs };
}
