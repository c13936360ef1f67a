import { sampleBilinear } from '../../volume/resample.js';
import { applyGamma, blur, multiplyField, percentiles, resize } from './filters.js';
import type { Random } from './random.js';
import { textures, tileSize } from './texture.js';

/** What the scanner does to the picture: sensitivity, resolution, noise, ghosts, and display curve. */
export interface CorruptionPlace {
  readonly width: number;
  readonly height: number;
  /** mm per pixel. */
  readonly spacing: number;
  /** Column of the patient's back in a row: where a posterior coil lies. */
  backColumn(row: number): number;
}

/**
 * Sensitivity of receive coils and the fall-off at the ends of the field of view, in place.
 * @param strength 1: as hard as the network should bear; less for pictures to look at
 */
export function applyFields(image: Float32Array, place: CorruptionPlace, random: Random, strength = 1): void {
  const { width, height, spacing } = place;
  const deviation = random.uniform(0.05, 0.35);
  const bias = Float32Array.from({ length: 16 }, () => random.normal(0, deviation * strength));
  const coil = random.chance(0.6) ? random.uniform(0.2, 2.5) * strength : 0;
  const depth = random.uniform(12, 60);
  const down = random.chance(0.6) ? random.uniform(0.08, 0.8) ** strength : 1;
  const downFrom = random.uniform(0.3, 0.85);
  const up = random.chance(0.25) ? random.uniform(0.08, 0.8) ** strength : 1;
  const upFrom = random.uniform(0.1, 0.5);
  const hot = random.chance(0.2) ? random.uniform(0.5, 3) * strength : 0;
  const hotAt = [random.uniform(0.2, 1), random.uniform(0, 1)];
  const hotSize = random.uniform(0.04, 0.15);
  multiplyField(image, width, height, (u, v) => {
    let gain = Math.exp(sampleBilinear(bias, 4, 4, u * 3, v * 3));
    if (coil > 0) {
      const distance = Math.max(0, place.backColumn(v * (height - 1)) - u * (width - 1)) * spacing;
      gain *= 1 + coil * Math.exp(-distance / depth);
    }
    if (v > downFrom) gain *= down ** ((v - downFrom) / (1 - downFrom));
    if (v < upFrom) gain *= up ** ((upFrom - v) / upFrom);
    if (hot > 0)
      gain *= 1 + hot * Math.exp(-((u - hotAt[0]) ** 2 + (v - hotAt[1]) ** 2) / (2 * hotSize ** 2));
    return gain;
  });
}

/** A smooth field on four by four places, whose logarithm has this standard deviation; in place. */
export function applyBias(
  image: Float32Array,
  { width, height }: Pick<CorruptionPlace, 'width' | 'height'>,
  deviation: number,
  random: Random,
): void {
  const field = Float32Array.from({ length: 16 }, () => random.normal(0, deviation));
  multiplyField(image, width, height, (u, v) => Math.exp(sampleBilinear(field, 4, 4, u * 3, v * 3)));
}

/** Second blur, acquisition at a lower resolution, and sharpening. */
function applyResolution(input: Float32Array, place: CorruptionPlace, random: Random): Float32Array {
  const { width, height } = place;
  const blurred = random.chance(0.35) ? random.uniform(0.2, 1.3) : 0;
  const coarse = random.chance(0.3) ? random.uniform(0.4, 1) : 1;
  const coarseBoth = random.chance(0.5);
  const coarseRows = random.chance(0.5);
  const sharp = random.chance(0.25) ? random.uniform(0.2, 1.2) : 0;
  let image = input;
  if (blurred > 0.25) image = blur(image, width, height, blurred);
  if (coarse < 1) {
    const w = coarseBoth || !coarseRows ? Math.round(width * coarse) : width;
    const h = coarseBoth || coarseRows ? Math.round(height * coarse) : height;
    image = resize(resize(image, width, height, w, h), w, h, width, height);
  }
  if (sharp > 0) {
    const soft = blur(image, width, height, 1);
    image = image.map((v, i) => Math.max(0, v + sharp * (v - soft[i])));
  }
  return image;
}

function applyNoise(image: Float32Array, place: CorruptionPlace, random: Random): void {
  const { width, height } = place;
  const sigma = random.chance(0.75) ? random.uniform(0, 0.07) : 0;
  const ghost = random.chance(0.15) ? random.uniform(0.02, 0.12) : 0;
  const shift = random.integer(20, 120) * (random.chance(0.5) ? 1 : -1);
  const alongRows = random.chance(0.5);
  if (ghost > 0) {
    const source = image.slice();
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        const sx = alongRows ? (x + shift + width) % width : x;
        const sy = alongRows ? y : (y + shift + height) % height;
        image[y * width + x] += ghost * source[sy * width + sx];
      }
  }
  if (sigma > 0) addNoise(image, place, sigma, random.chance(0.5), random);
}

/** Gaussian noise, or Rician: the magnitude of a signal with noise in both of its channels; in place. */
export function addNoise(
  image: Float32Array,
  place: Pick<CorruptionPlace, 'width' | 'height'> & Partial<CorruptionPlace>,
  sigma: number,
  rician: boolean,
  random: Random,
): void {
  const { white } = textures();
  const mask = white.length - 1;
  const real = random.integer(0, mask);
  const imaginary = random.integer(0, mask);
  for (let y = 0, i = 0; y < place.height; y++) {
    // Rows of the tile are longer than the picture's: no two rows share noise.
    const row = y * tileSize;
    for (let x = 0; x < place.width; x++, i++) {
      const a = image[i] + sigma * white[(real + row + x) & mask];
      const b = sigma * white[(imaginary + row + x) & mask];
      image[i] = rician ? Math.sqrt(a * a + b * b) : a;
    }
  }
}

/** Runs the whole chain; intensities come out about 0..1. */
export function corrupt(input: Float32Array, place: CorruptionPlace, random: Random): Float32Array {
  let image = input;
  applyFields(image, place, random.fork('fields'));
  image = applyResolution(image, place, random.fork('resolution'));
  const [high] = percentiles(image, [0.995]);
  const scale = high > 0 ? 1 / high : 1;
  for (let i = 0; i < image.length; i++) image[i] *= scale;
  applyNoise(image, place, random.fork('noise'));
  applyGamma(image, Math.exp(random.normal(0, 0.3)));
  return image;
}
