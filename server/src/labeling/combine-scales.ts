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
  const [height, width] = shape;
  const count = entries[0].maps.shape[0];
  const data = new Float32Array(count * height * width);
  for (let index = 0; index < count; index++) {
    const sources = entries.map((entry) => sourceOf(entry, index));
    for (let row = 0; row < height; row++) {
      for (let column = 0; column < width; column++) {
        const values = sources.map((source) => source(row, column)).filter((value) => value !== null);
        const sum = values.reduce((total, value) => total + value, 0);
        data[(index * height + row) * width + column] = values.length === 0 ? 0 : sum / values.length;
      }
    }
  }
  return { data, shape: [count, height, width] };
}

/** Looks one map up by the common grid's cells; null outside it. */
function sourceOf(
  { maps, scale, origin }: ScaledMaps,
  index: number,
): (row: number, column: number) => number | null {
  const [, height, width] = maps.shape;
  const data = maps.data.subarray(index * height * width, (index + 1) * height * width);
  const [top, left] = origin ?? [scale / 2 - 0.5, scale / 2 - 0.5];
  return (row, column) => {
    const point = { row: top + scale * row, column: left + scale * column };
    const inside =
      point.row > -0.5 && point.row < height - 0.5 && point.column > -0.5 && point.column < width - 0.5;
    return inside ? sample({ data, height, width }, point) : null;
  };
}
