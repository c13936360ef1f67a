import { sampleBilinear } from '../../volume/resample.js';

/** Half of a symmetric Gaussian kernel, normalised: the centre's weight first, then one side's. */
function halfKernel(sigma: number): Float32Array {
  // A narrow Gaussian is not well sampled at whole pixels: match its variance with three taps.
  if (sigma < 0.6) return Float32Array.of(1 - sigma * sigma, (sigma * sigma) / 2);
  const radius = Math.ceil(2.6 * sigma);
  const side = Array.from({ length: radius + 1 }, (_, i) => Math.exp(-(i * i) / (2 * sigma * sigma)));
  const sum = 2 * side.reduce((a, b) => a + b, 0) - side[0];
  return Float32Array.from(side, (w) => w / sum);
}

/** Filters a row of the image with a symmetric kernel. Edges repeat. */
function filterRow(
  image: Float32Array,
  start: number,
  half: Float32Array,
  line: Float64Array,
  out: Float32Array,
): void {
  const width = out.length;
  const reach = half.length - 1;
  for (let x = 0; x < width; x++) line[reach + x] = image[start + x];
  for (let x = 0; x < reach; x++) {
    line[x] = line[reach];
    line[reach + width + x] = line[reach + width - 1];
  }
  const centre = half[0];
  const side = half[1];
  const outer = half[2];
  // The narrow kernels, which are the usual ones, without a loop for each pixel.
  if (reach === 1) {
    for (let x = 0; x < width; x++) out[x] = centre * line[x + 1] + side * (line[x] + line[x + 2]);
    return;
  }
  if (reach === 2) {
    for (let x = 0; x < width; x++)
      out[x] = centre * line[x + 2] + side * (line[x + 1] + line[x + 3]) + outer * (line[x] + line[x + 4]);
    return;
  }
  for (let x = 0; x < width; x++) {
    const at = x + reach;
    let sum = half[0] * line[at];
    for (let k = 1; k <= reach; k++) sum += half[k] * (line[at - k] + line[at + k]);
    out[x] = sum;
  }
}

/**
 * Gaussian blur.
 * @param sigmaX, sigmaY in pixels
 * @param out written over and returned; may be the image itself
 */
export function blur(
  image: Float32Array,
  width: number,
  height: number,
  sigmaX: number,
  sigmaY = sigmaX,
  out: Float32Array = new Float32Array(image.length),
): Float32Array {
  const across = halfKernel(sigmaX);
  const down = halfKernel(sigmaY);
  const reach = down.length - 1;
  const padded = new Float64Array(width + 2 * (across.length - 1));
  // Rows filtered along themselves, as many as filtering down takes in: row y at y modulo their number.
  const rows = Array.from({ length: 2 * reach + 1 }, () => new Float32Array(width));
  const row = (y: number): Float32Array => rows[Math.max(0, Math.min(height - 1, y)) % rows.length];
  const sums = new Float64Array(width);
  for (let y = -reach; y < height; y++) {
    const ahead = y + reach;
    if (ahead < height) filterRow(image, ahead * width, across, padded, row(ahead));
    if (y < 0) continue;
    const middle = row(y);
    const start = y * width;
    if (reach === 1) {
      const above = row(y - 1);
      const below = row(y + 1);
      const centre = down[0];
      const side = down[1];
      for (let x = 0; x < width; x++) out[start + x] = centre * middle[x] + side * (above[x] + below[x]);
      continue;
    }
    for (let x = 0; x < width; x++) sums[x] = down[0] * middle[x];
    for (let k = 1; k <= reach; k++) {
      const above = row(y - k);
      const below = row(y + k);
      const weight = down[k];
      for (let x = 0; x < width; x++) sums[x] += weight * (above[x] + below[x]);
    }
    out.set(sums, start);
  }
  return out;
}

/** Raises to a power in place, by a table over 0..1.5 with linear interpolation; values are clipped to that. */
export function applyGamma(image: Float32Array, gamma: number): void {
  const bins = 1536;
  const scale = bins / 1.5;
  const table = Float32Array.from({ length: bins + 2 }, (_, i) => (i / scale) ** gamma);
  for (let i = 0; i < image.length; i++) {
    const at = Math.max(0, Math.min(1.5, image[i])) * scale;
    const base = at | 0;
    image[i] = table[base] + (at - base) * (table[base + 1] - table[base]);
  }
}

/** Bright for dark, in place; what is 0, such as padding, stays. @param brightest becomes 0, and so does what is brighter */
export function invertGreys(image: Float32Array, brightest: number): void {
  for (let i = 0; i < image.length; i++) if (image[i] !== 0) image[i] = Math.max(0, brightest - image[i]);
}

/** Resamples to another size over the same extent (half-pixel centres). */
export function resize(
  image: Float32Array,
  width: number,
  height: number,
  toWidth: number,
  toHeight: number,
): Float32Array {
  const out = new Float32Array(toWidth * toHeight);
  for (let y = 0; y < toHeight; y++) {
    const sy = ((y + 0.5) * height) / toHeight - 0.5;
    for (let x = 0; x < toWidth; x++)
      out[y * toWidth + x] = sampleBilinear(image, width, height, ((x + 0.5) * width) / toWidth - 0.5, sy);
  }
  return out;
}

/** Multiplies by a smooth field given at a few places, interpolated between them. `field(u, v)`: fractions 0..1. */
export function multiplyField(
  image: Float32Array,
  width: number,
  height: number,
  field: (u: number, v: number) => number,
  cells = 32,
): void {
  const n = cells + 1;
  const grid = new Float32Array(n * n);
  for (let j = 0; j < n; j++) for (let i = 0; i < n; i++) grid[j * n + i] = field(i / cells, j / cells);
  for (let y = 0; y < height; y++) {
    const v = (y / (height - 1)) * cells;
    const j = Math.min(cells - 1, Math.floor(v));
    const fy = v - j;
    for (let x = 0; x < width; x++) {
      const u = (x / (width - 1)) * cells;
      const i = Math.min(cells - 1, Math.floor(u));
      const fx = u - i;
      const a = j * n + i;
      const top = grid[a] + fx * (grid[a + 1] - grid[a]);
      const bottom = grid[a + n] + fx * (grid[a + n + 1] - grid[a + n]);
      image[y * width + x] *= top + fy * (bottom - top);
    }
  }
}

/** Values below which the given fractions of the image lie (4096-bin histogram). */
export function percentiles(image: Float32Array, fractions: readonly number[]): number[] {
  let low = Infinity;
  let high = -Infinity;
  for (let i = 0; i < image.length; i++) {
    if (image[i] < low) low = image[i];
    if (image[i] > high) high = image[i];
  }
  if (!(high > low)) return fractions.map(() => low);
  const bins = 4096;
  const counts = new Int32Array(bins);
  const scale = (bins - 1) / (high - low);
  for (let i = 0; i < image.length; i++) counts[((image[i] - low) * scale) | 0]++;
  return fractions.map((fraction) => {
    const wanted = fraction * image.length;
    let seen = 0;
    for (let b = 0; b < bins; b++) {
      seen += counts[b];
      if (seen >= wanted) return low + (b + 0.5) / scale;
    }
    return high;
  });
}

/** Scales the 0.5th … 99.5th percentile to 0..1, clipped, in place: what the network sees. */
export function normalizeIntensities(image: Float32Array): Float32Array {
  const [low, high] = percentiles(image, [0.005, 0.995]);
  const scale = high > low ? 1 / (high - low) : 0;
  for (let i = 0; i < image.length; i++) image[i] = Math.max(0, Math.min(1, (image[i] - low) * scale));
  return image;
}
