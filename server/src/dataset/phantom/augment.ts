import { cutOut } from '../augment/cut-out.js';
import { addNoise } from './corruption.js';
import { applyGamma, invertGreys, normalizeIntensities, percentiles } from './filters.js';
import type { Random } from './random.js';
import type { PhantomSlice } from './types.js';

/** Pixels a picture may be moved along each axis while loading. */
const maxShift = 14;

/** Of the blanked rectangle, in pixels. */
const blanked = { sides: [10, 70], margin: 14 } as const;

/** Beyond what is drawn, so that labelling bears worse pictures: shares of views, and the noise's deviation. */
const harder = { noisy: 0.12, sigma: [0.04, 0.18], inverted: 0.04 } as const;

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
 * rectangle that covers no disc; a few much noisier, or with bright for dark. The points move along; what leaves the
 * picture is not listed.
 * @returns a new slice whose image is normalised to 0..1 by its 0.5th and 99.5th percentile
 */
export function augmentPhantom(slice: PhantomSlice, random: Random): PhantomSlice {
  const { width, height, spacing, contrast } = slice;
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
  makeHarder(image, slice, random.fork('harder'));
  normalizeIntensities(image);
  for (let i = 0; i < image.length; i++) image[i] = Math.min(1, image[i] * gain);
  return { width, height, spacing, contrast, image, discs };
}

/** In place; padding stays black where bright and dark change places, and half of the time under noise. */
function makeHarder(image: Float32Array, size: Pick<PhantomSlice, 'width' | 'height'>, random: Random): void {
  const inverted = random.chance(harder.inverted);
  const noisy = random.chance(harder.noisy);
  if (!inverted && !noisy) return;
  const [brightest] = percentiles(image, [0.995]);
  if (inverted) invertGreys(image, brightest);
  if (!noisy) return;
  const padding = random.chance(0.5) ? image.map((v) => (v === 0 ? 0 : 1)) : null;
  addNoise(image, size, random.uniform(...harder.sigma) * brightest, random.chance(0.5), random);
  if (padding) for (let i = 0; i < image.length; i++) image[i] *= padding[i];
}
