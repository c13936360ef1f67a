/** Gaussian weights, normalised, from -radius to radius. */
export function gaussian(sigma: number): Float32Array {
  const radius = Math.max(1, Math.ceil(2.7 * sigma));
  const weights = Float32Array.from({ length: 2 * radius + 1 }, (_, i) =>
    Math.exp(-((i - radius) ** 2) / (2 * sigma * sigma)),
  );
  const sum = weights.reduce((a, b) => a + b, 0);
  return weights.map((w) => w / sum);
}

/** Filters along rows, keeping every `every`-th result. Edges repeat. */
function filterRows(
  input: Float32Array,
  width: number,
  height: number,
  weights: Float32Array,
  every: number,
): Float32Array {
  const taps = weights.length;
  // With every = 2 and an even number of taps the result lies midway between two samples.
  const reach = (taps - 1) >> 1;
  const outWidth = Math.floor(width / every);
  const out = new Float32Array(outWidth * height);
  const line = new Float32Array(width + 2 * taps);
  for (let y = 0; y < height; y++) {
    const row = y * width;
    line.fill(input[row], 0, taps);
    line.set(input.subarray(row, row + width), taps);
    line.fill(input[row + width - 1], taps + width);
    for (let x = 0; x < outWidth; x++) {
      const start = x * every + taps - reach;
      let sum = 0;
      for (let k = 0; k < taps; k++) sum += weights[k] * line[start + k];
      out[y * outWidth + x] = sum;
    }
  }
  return out;
}

/** Filters along columns, a whole row at a time, which is kind to the cache. */
function filterColumns(
  input: Float32Array,
  width: number,
  height: number,
  weights: Float32Array,
  every: number,
): Float32Array {
  const taps = weights.length;
  const reach = (taps - 1) >> 1;
  const outHeight = Math.floor(height / every);
  const out = new Float32Array(width * outHeight);
  for (let y = 0; y < outHeight; y++) {
    const to = y * width;
    for (let k = 0; k < taps; k++) {
      const from = Math.max(0, Math.min(height - 1, y * every + k - reach)) * width;
      const weight = weights[k];
      for (let x = 0; x < width; x++) out[to + x] += weight * input[from + x];
    }
  }
  return out;
}

/** Gaussian blur, sigma in pixels. */
export function blur(image: Float32Array, width: number, height: number, sigma: number): Float32Array {
  const weights = gaussian(sigma);
  return filterColumns(filterRows(image, width, height, weights, 1), width, height, weights, 1);
}

/** Halves both sides: the mean of 2 x 2 samples, after a Gaussian blur of `sigma` samples if positive. */
export function halve(image: Float32Array, width: number, height: number, sigma: number): Float32Array {
  let weights = Float32Array.of(0.5, 0.5);
  if (sigma > 0.05) {
    const g = gaussian(sigma);
    const wide = new Float32Array(g.length + 1);
    g.forEach((w, i) => {
      wide[i] += w / 2;
      wide[i + 1] += w / 2;
    });
    weights = wide;
  }
  // Columns first: the pass over the larger picture is then the faster one.
  return filterRows(filterColumns(image, width, height, weights, 2), width, height / 2, weights, 2);
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

/** Bilinear sampling; coordinates in pixels, edges repeat. */
export function sampleBilinear(
  image: Float32Array,
  width: number,
  height: number,
  x: number,
  y: number,
): number {
  const cx = Math.max(0, Math.min(width - 1, x));
  const cy = Math.max(0, Math.min(height - 1, y));
  const x0 = Math.min(width - 2, Math.floor(cx));
  const y0 = Math.min(height - 2, Math.floor(cy));
  const fx = cx - x0;
  const fy = cy - y0;
  const i = y0 * width + x0;
  const top = image[i] + fx * (image[i + 1] - image[i]);
  const bottom = image[i + width] + fx * (image[i + width + 1] - image[i + width]);
  return top + fy * (bottom - top);
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
