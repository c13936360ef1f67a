/** Resampling of 2-D images along rows and columns, half-pixel centres, edges repeated. */

export interface Image2D {
  readonly height: number;
  readonly width: number;
  /** `height * width`, row by row. */
  readonly image: Float32Array;
}

/** For one output position: the input positions that make it up, and their weights (which sum to 1). */
interface Tap {
  readonly first: number;
  readonly weights: readonly number[];
}

/** Output pixel p covers the input from p·step to (p + 1)·step, in pixel edges. */
function taps(from: number, to: number, step: number, average: boolean): Tap[] {
  return Array.from({ length: to }, (_, p) =>
    average && step > 1 ? areaTap(from, p * step, (p + 1) * step) : linearTap(from, (p + 0.5) * step - 0.5),
  );
}

function linearTap(size: number, at: number): Tap {
  const inside = Math.min(size - 1, Math.max(0, at));
  const first = Math.min(Math.floor(inside), Math.max(0, size - 2));
  const second = inside - first;
  return { first, weights: second === 0 ? [1] : [1 - second, second] };
}

function areaTap(size: number, start: number, end: number): Tap {
  const first = Math.min(size - 1, Math.floor(start));
  const last = Math.max(first, Math.min(size - 1, Math.ceil(end) - 1));
  const covered = Array.from({ length: last - first + 1 }, (_, n) =>
    Math.max(0, Math.min(end, first + n + 1) - Math.max(start, first + n)),
  );
  const total = covered.reduce((sum, part) => sum + part, 0);
  return { first, weights: total > 0 ? covered.map((part) => part / total) : [1] };
}

/**
 * Resamples so that output pixel (r, c) lies at input position ((r + 0.5)·rowStep - 0.5, (c + 0.5)·columnStep - 0.5).
 * @param average mean over the covered area where an axis shrinks (the default), else plain bilinear interpolation
 */
export function resample(
  { image, height, width }: Image2D,
  size: readonly [height: number, width: number],
  steps: readonly [row: number, column: number] = [height / size[0], width / size[1]],
  average = true,
): Image2D {
  if (steps[0] === 1 && steps[1] === 1 && size[0] === height && size[1] === width)
    return { image: image.slice(), height, width };
  const columns = taps(width, size[1], steps[1], average);
  const narrow = new Float64Array(height * size[1]);
  for (let column = 0; column < size[1]; column++) {
    const { first, weights } = columns[column];
    for (let row = 0; row < height; row++) {
      let sum = 0;
      for (let n = 0; n < weights.length; n++) sum += weights[n] * image[row * width + first + n];
      narrow[row * size[1] + column] = sum;
    }
  }
  const rows = taps(height, size[0], steps[0], average);
  const out = new Float32Array(size[0] * size[1]);
  for (let row = 0; row < size[0]; row++) {
    const { first, weights } = rows[row];
    for (let column = 0; column < size[1]; column++) {
      let sum = 0;
      for (let n = 0; n < weights.length; n++) sum += weights[n] * narrow[(first + n) * size[1] + column];
      out[row * size[1] + column] = sum;
    }
  }
  return { image: out, height: size[0], width: size[1] };
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

/** Values below which the given fractions (0..1) of all pixels lie, interpolated as NumPy does. */
export function percentiles(image: Float32Array, fractions: readonly number[]): number[] {
  const values = image.slice();
  return fractions.map((fraction) => {
    const at = fraction * (values.length - 1);
    const low = Math.floor(at);
    const below = select(values, low);
    if (at === low) return below;
    // Selection leaves what is larger behind it.
    let above = Infinity;
    for (let i = low + 1; i < values.length; i++) if (values[i] < above) above = values[i];
    return below + (at - low) * (above - below);
  });
}

/** The value that sorting would put at `index` (Hoare's selection); `values` are moved about. */
function select(values: Float32Array, index: number): number {
  let [left, right] = [0, values.length - 1];
  while (left < right) {
    const pivot = values[index];
    let [i, j] = [left, right];
    while (i <= j) {
      while (values[i] < pivot) i++;
      while (values[j] > pivot) j--;
      if (i <= j) {
        const value = values[i];
        values[i++] = values[j];
        values[j--] = value;
      }
    }
    if (j < index) left = i;
    if (index < i) right = j;
  }
  return values[index];
}

/** Scales `low`..`high` to 0..1, clipped; a flat image becomes 0. A new array. */
export function rescale(image: Float32Array, low: number, high: number): Float32Array {
  const factor = high > low ? 1 / (high - low) : 0;
  const scaled = new Float32Array(image.length);
  for (let i = 0; i < image.length; i++) scaled[i] = Math.min(1, Math.max(0, (image[i] - low) * factor));
  return scaled;
}
