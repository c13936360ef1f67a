import type { Float32Tensor } from '@disc-labeling/models/engines/types';
import { sampler } from './peaks.js';

/** Heat maps of the same slice, enlarged or reduced before the network saw it. */
export interface ScaledMaps {
  /** `[maps, height, width]`. */
  readonly maps: Float32Tensor;
  /** Cells of these maps per cell of the common grid: 1.13 for a slice enlarged so. */
  readonly scale: number;
  /**
   * Where the common grid's cell (0, 0) lies in these maps, `[row, column]`. Default: both pictures share their
   * top left corner (cells are areas, so that is `scale / 2 - 0.5`).
   */
  readonly origin?: readonly [row: number, column: number];
  /** Radians by which the slice was turned, clockwise as it is seen: what ran straight down runs to the left. Default 0. */
  readonly turn?: number;
}

/**
 * Averages heat maps of several input scales on one grid. Where a map does not reach, the others count alone.
 *
 * @param shape rows and columns of the common grid, that of the unscaled slice
 * @returns `[maps, height, width]`
 */
export function combineScales(
  entries: readonly ScaledMaps[],
  shape: readonly [number, number],
): Float32Tensor {
  const count = entries[0].maps.shape[0];
  const cells = shape[0] * shape[1];
  const data = new Float32Array(count * cells);
  const reached = new Float32Array(cells);
  for (const entry of entries) addTo(data, reached, entry, shape);
  for (let i = 0; i < data.length; i++) data[i] /= Math.max(1, reached[i % cells]);
  return { data, shape: [count, ...shape] };
}

/** Adds one entry's maps to the sums, and 1 to each cell of the common grid they reach. */
function addTo(
  sums: Float32Array,
  reached: Float32Array,
  { maps, scale, origin, turn = 0 }: ScaledMaps,
  [rows, columns]: readonly [number, number],
): void {
  const [count, height, width] = maps.shape;
  const [top, left] = origin ?? [scale / 2 - 0.5, scale / 2 - 0.5];
  const [along, across] = [scale * Math.cos(turn), scale * Math.sin(turn)];
  const places: { cell: number; read: ReturnType<typeof sampler> }[] = [];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const y = top + along * row + across * column;
      const x = left - across * row + along * column;
      if (y <= -0.5 || y >= height - 0.5 || x <= -0.5 || x >= width - 0.5) continue;
      const cell = row * columns + column;
      reached[cell]++;
      places.push({ cell, read: sampler({ row: y, column: x }, height, width) });
    }
  }
  for (let index = 0; index < count; index++) {
    const from = index * height * width;
    const to = index * rows * columns;
    for (const { cell, read } of places) sums[to + cell] += read(maps.data, from);
  }
}
