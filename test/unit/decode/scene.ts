import type { Float32Tensor } from '@disc-labeling/models/engines/types';

/** A drawn peak. */
export interface Blob {
  readonly map: number;
  readonly row: number;
  readonly column: number;
  readonly height?: number;
}

/** Maps of Gaussians (sigma in cells), merged by maximum. */
export function draw(
  count: number,
  [height, width]: readonly [number, number],
  blobs: readonly Blob[],
  sigma = 1.25,
): Float32Tensor {
  const data = new Float32Array(count * height * width);
  for (const blob of blobs) {
    for (let row = 0; row < height; row++) {
      for (let column = 0; column < width; column++) {
        const distance = (row - blob.row) ** 2 + (column - blob.column) ** 2;
        const at = (blob.map * height + row) * width + column;
        data[at] = Math.max(data[at], (blob.height ?? 1) * Math.exp(-distance / (2 * sigma ** 2)));
      }
    }
  }
  return { data, shape: [count, height, width] };
}

/** A small repeatable generator of numbers in 0..1 (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A spine in cells of `mm` millimetres: disc values with their places, C2/C3 at `top`. */
export function spine(
  mm: number,
  { count = 11, top = [6, 26] as readonly [number, number], size = 1, lean = 0.25 } = {},
): { value: number; row: number; column: number }[] {
  const gaps = [16.5, 16.2, 15.6, 15.6, 17, 19.2, 20.8, 21.5, 22.2, 22.8, 23.4, 24, 24.8, 25.6];
  let [row, column] = top;
  return Array.from({ length: count }, (_, i) => {
    const disc = { value: 3 + i, row, column };
    row += (size * gaps[i] * Math.cos(lean)) / mm;
    column += (size * gaps[i] * Math.sin(lean)) / mm;
    return disc;
  });
}
