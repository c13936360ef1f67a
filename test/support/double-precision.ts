/*
 * The operations of the network in double precision and plain JavaScript: slow, written straight from their
 * definitions, and independent of TensorFlow.js and ONNX Runtime, so that both can be held against them.
 */

/** A tensor in C order; feature maps are `[n, h, w, c]`, filters `[h, w, in, out]`. */
export interface Doubles {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

export const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

export function doubles(shape: readonly number[], fill?: (i: number) => number): Doubles {
  return { shape, data: Float64Array.from({ length: sizeOf(shape) }, (_, i) => fill?.(i) ?? 0) };
}

export const map = (x: Doubles, f: (value: number, i: number) => number): Doubles => ({
  shape: x.shape,
  data: x.data.map(f),
});

/** Index of the element at `place` where axes of size 1 are repeated. */
function broadcastIndex(shape: readonly number[], place: readonly number[]): number {
  const skipped = place.length - shape.length;
  return shape.reduce((index, size, axis) => index * size + (size === 1 ? 0 : place[axis + skipped]!), 0);
}

function placeOf(shape: readonly number[], index: number): number[] {
  const place = [...shape];
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    place[axis] = index % shape[axis]!;
    index = Math.floor(index / shape[axis]!);
  }
  return place;
}

/** A binary operation with numpy's broadcasting. */
export function combine(a: Doubles, b: Doubles, f: (a: number, b: number) => number): Doubles {
  const rank = Math.max(a.shape.length, b.shape.length);
  const padded = [a, b].map(({ shape }) => [...Array<number>(rank - shape.length).fill(1), ...shape]);
  const shape = padded[0]!.map((size, axis) => Math.max(size, padded[1]![axis]!));
  return doubles(shape, (i) => {
    const place = placeOf(shape, i);
    return f(a.data[broadcastIndex(a.shape, place)]!, b.data[broadcastIndex(b.shape, place)]!);
  });
}

export const add = (a: Doubles, b: Doubles): Doubles => combine(a, b, (x, y) => x + y);
export const multiply = (a: Doubles, b: Doubles): Doubles => combine(a, b, (x, y) => x * y);
export const relu = (x: Doubles): Doubles => map(x, (v) => Math.max(v, 0));
export const sigmoid = (x: Doubles): Doubles => map(x, (v) => 1 / (1 + Math.exp(-v)));

export function sum(x: Doubles, axes: readonly number[], keepDims = false): Doubles {
  const kept = x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
  const total = new Float64Array(sizeOf(kept));
  x.data.forEach((value, i) => (total[broadcastIndex(kept, placeOf(x.shape, i))]! += value));
  return { shape: keepDims ? kept : x.shape.filter((_, axis) => !axes.includes(axis)), data: total };
}

/** The elements of `x` whose place on `axis` is in `start … start + length - 1`. */
export function slice(x: Doubles, axis: number, start: number, length: number): Doubles {
  const shape = x.shape.map((size, a) => (a === axis ? length : size));
  return doubles(shape, (i) => {
    const place = placeOf(shape, i);
    place[axis]! += start;
    return x.data[broadcastIndex(x.shape, place)]!;
  });
}

export function concat(parts: readonly Doubles[], axis: number): Doubles {
  const starts = parts.map((_, p) => parts.slice(0, p).reduce((total, { shape }) => total + shape[axis]!, 0));
  const total = parts.reduce((length, { shape }) => length + shape[axis]!, 0);
  const shape = parts[0]!.shape.map((size, a) => (a === axis ? total : size));
  return doubles(shape, (i) => {
    const place = placeOf(shape, i);
    const part = starts.findLastIndex((start) => start <= place[axis]!);
    place[axis]! -= starts[part]!;
    return parts[part]!.data[broadcastIndex(parts[part]!.shape, place)]!;
  });
}

export interface ConvolutionShape {
  readonly stride: number;
  readonly pad: number;
}

/**
 * Calls `visit` for every product that a convolution sums.
 *
 * @param x `[n, h, w, in]`
 * @param filter `[kernel, kernel, in, out]`
 * @returns the shape of the convolution's output
 */
function eachProduct(
  [n, h, w, input]: readonly number[],
  [kh, kw, , out]: readonly number[],
  { stride, pad }: ConvolutionShape,
  visit: (x: number, filter: number, y: number) => void,
): number[] {
  const [rows, columns] = [h!, w!].map(
    (size, i) => Math.floor((size + 2 * pad - [kh!, kw!][i]!) / stride) + 1,
  );
  for (let b = 0; b < n!; b++)
    for (let r = 0; r < rows!; r++)
      for (let c = 0; c < columns!; c++)
        for (let i = 0; i < kh!; i++)
          for (let j = 0; j < kw!; j++) {
            const [row, column] = [r * stride + i - pad, c * stride + j - pad];
            if (row < 0 || row >= h! || column < 0 || column >= w!) continue;
            const x = ((b * h! + row) * w! + column) * input!;
            const filter = (i * kw! + j) * input! * out!;
            const y = ((b * rows! + r) * columns! + c) * out!;
            for (let k = 0; k < input!; k++)
              for (let o = 0; o < out!; o++) visit(x + k, filter + k * out! + o, y + o);
          }
  return [n!, rows!, columns!, out!];
}

export function convolve(
  x: Doubles,
  filter: Doubles,
  bias: Doubles | null,
  shapeOf: ConvolutionShape,
): Doubles {
  const shape = eachProduct([0, ...x.shape.slice(1)], filter.shape, shapeOf, () => {});
  const y = doubles([x.shape[0]!, ...shape.slice(1)], (i) => bias?.data[i % shape[3]!] ?? 0);
  eachProduct(x.shape, filter.shape, shapeOf, (a, b, c) => (y.data[c]! += x.data[a]! * filter.data[b]!));
  return y;
}

/** Gradient of a convolution's output by its input, for the slope `dy`. */
export function convolutionInputGrad(
  dy: Doubles,
  filter: Doubles,
  inputShape: readonly number[],
  shapeOf: ConvolutionShape,
): Doubles {
  const dx = doubles(inputShape);
  eachProduct(inputShape, filter.shape, shapeOf, (a, b, c) => (dx.data[a]! += dy.data[c]! * filter.data[b]!));
  return dx;
}

/** The same by its filter. */
export function convolutionFilterGrad(
  x: Doubles,
  dy: Doubles,
  filterShape: readonly number[],
  shapeOf: ConvolutionShape,
): Doubles {
  const dFilter = doubles(filterShape);
  eachProduct(x.shape, filterShape, shapeOf, (a, b, c) => (dFilter.data[b]! += dy.data[c]! * x.data[a]!));
  return dFilter;
}

/** Indices of the four elements of each 2x2 window, by the output's index. */
export function windows([n, h, w, c]: readonly number[]): { shape: number[]; indices: number[][] } {
  const shape = [n!, h! / 2, w! / 2, c!];
  const indices = Array.from({ length: sizeOf(shape) }, (_, i) => {
    const [b, row, column, channel] = placeOf(shape, i) as [number, number, number, number];
    const at = (r: number, s: number) => ((b * h! + 2 * row + r) * w! + 2 * column + s) * c! + channel;
    return [at(0, 0), at(0, 1), at(1, 0), at(1, 1)];
  });
  return { shape, indices };
}

export function maxPool(x: Doubles): Doubles {
  const { shape, indices } = windows(x.shape);
  return doubles(shape, (i) => Math.max(...indices[i]!.map((j) => x.data[j]!)));
}

/** The slope goes to the first maximum of each window. */
export function maxPoolGrad(dy: Doubles, x: Doubles): Doubles {
  const dx = doubles(x.shape);
  windows(x.shape).indices.forEach((window, i) => {
    const most = Math.max(...window.map((j) => x.data[j]!));
    dx.data[window.find((j) => x.data[j] === most)!] = dy.data[i]!;
  });
  return dx;
}

export function averagePool(x: Doubles): Doubles {
  const { shape, indices } = windows(x.shape);
  return doubles(shape, (i) => indices[i]!.reduce((total, j) => total + x.data[j]! / 4, 0));
}

/** Nearest-neighbour enlargement by 2. */
export function repeat(x: Doubles): Doubles {
  const [n, h, w, c] = x.shape as [number, number, number, number];
  const y = doubles([n, 2 * h, 2 * w, c]);
  windows(y.shape).indices.forEach((window, i) => window.forEach((j) => (y.data[j] = x.data[i]!)));
  return y;
}

/** Bilinear enlargement by 4: half-pixel centres, edges clamped. */
export function enlarge(x: Doubles): Doubles {
  const [n, h, w, c] = x.shape as [number, number, number, number];
  const shape = [n, 4 * h, 4 * w, c];
  return doubles(shape, (i) => {
    const [b, row, column, channel] = placeOf(shape, i) as [number, number, number, number];
    const clamp = (v: number, size: number) => Math.min(Math.max(v, 0), size - 1);
    const at = (r: number, s: number) => x.data[((b * h + clamp(r, h)) * w + clamp(s, w)) * c + channel]!;
    const [v, u] = [(row + 0.5) / 4 - 0.5, (column + 0.5) / 4 - 0.5];
    const [top, left] = [Math.floor(v), Math.floor(u)];
    const along = (r: number) => (1 - (u - left)) * at(r, left) + (u - left) * at(r, left + 1);
    return (1 - (v - top)) * along(top) + (v - top) * along(top + 1);
  });
}

export const epsilon = 1e-5;

/** `scale · (x - mean) / sqrt(variance + epsilon) + offset` per channel. */
export function normalize(
  x: Doubles,
  { mean, variance, scale, offset }: Record<'mean' | 'variance' | 'scale' | 'offset', Doubles>,
): Doubles {
  return map(x, (value, i) => {
    const c = i % mean.data.length;
    const unit = (value - mean.data[c]!) / Math.sqrt(variance.data[c]! + epsilon);
    return scale.data[c]! * unit + offset.data[c]!;
  });
}

/** Mean and biased variance per channel. */
export function moments(x: Doubles): { mean: Doubles; variance: Doubles } {
  const channels = x.shape[3]!;
  const perChannel = x.data.length / channels;
  const average = (of: Doubles) => map(sum(of, [0, 1, 2]), (total) => total / perChannel);
  const mean = average(x);
  return { mean, variance: average(map(x, (value, i) => (value - mean.data[i % channels]!) ** 2)) };
}
