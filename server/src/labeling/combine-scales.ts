import type { Float32Tensor } from '@disc-labeling/models/engines/types';
import { sample } from './peaks.js';

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
  const views = Array.from({ length: count }, (_, index) => ({
    data: maps.data.subarray(index * height * width, (index + 1) * height * width),
    height,
    width,
  }));
  const [along, across] = [scale * Math.cos(turn), scale * Math.sin(turn)];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const point = {
        row: top + along * row + across * column,
        column: left - across * row + along * column,
      };
      if (point.row <= -0.5 || point.row >= height - 0.5) continue;
      if (point.column <= -0.5 || point.column >= width - 0.5) continue;
      reached[row * columns + column]++;
      for (let index = 0; index < count; index++)
        sums[(index * rows + row) * columns + column] += sample(views[index], point);
    }
  }
}
