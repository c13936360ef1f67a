import { pixelToCell } from '@disc-labeling/models/config';
import type { Float32Tensor } from '@disc-labeling/models/engines/types';

/** A disc's target point in input pixels; whole numbers are pixel centres. */
export interface DiscPoint {
  /** Disc label value, 3 = C2/C3. */
  readonly value: number;
  readonly row: number;
  readonly column: number;
}

/** The heat-map grid of a network and the meaning of its maps. */
export interface TargetGrid {
  /** Size of the input in pixels. */
  readonly height: number;
  readonly width: number;
  /** Input pixels per heat-map cell: the grid is `height / stride` by `width / stride`. */
  readonly stride: number;
  /** Disc label value of each map; null for one that is no level. */
  readonly values: readonly (number | null)[];
  /** The map that answers to any disc, or null. */
  readonly anyDisc: number | null;
}

/**
 * Gaussian target maps with a peak of 1, sampled at cell centres.
 *
 * A map of a level holds the disc of that value, at its sub-pixel position; the any-disc map is the
 * maximum over all discs, those without a map of their own included.
 * @param discs per image; discs outside the input are ignored
 * @param sigma standard deviation in input pixels
 * @returns maps `[n, joints, height / stride, width / stride]` and visibility `[n, joints]`: 1 for
 *   every map, as an absent disc is to be learnt as an empty map
 */
export function gaussianTargets(
  discs: readonly (readonly DiscPoint[])[],
  grid: TargetGrid,
  sigma: number,
): { targets: Float32Tensor; visibility: Float32Tensor } {
  const rows = grid.height / grid.stride;
  const columns = grid.width / grid.stride;
  const joints = grid.values.length;
  const data = new Float32Array(discs.length * joints * rows * columns);
  const cellSigma = sigma / grid.stride;
  discs.forEach((points, image) => {
    for (const point of points) {
      if (!inside(point, grid)) continue;
      for (const joint of [grid.values.indexOf(point.value), grid.anyDisc ?? -1]) {
        if (joint < 0) continue;
        const start = (image * joints + joint) * rows * columns;
        drawGaussian(data.subarray(start, start + rows * columns), columns, point, grid.stride, cellSigma);
      }
    }
  });
  return {
    targets: { data, shape: [discs.length, joints, rows, columns] },
    visibility: { data: new Float32Array(discs.length * joints).fill(1), shape: [discs.length, joints] },
  };
}

const inside = ({ row, column }: DiscPoint, { height, width }: TargetGrid): boolean =>
  row >= -0.5 && row < height - 0.5 && column >= -0.5 && column < width - 0.5;

/** Lays a Gaussian over a map by maximum, out to four standard deviations. */
function drawGaussian(
  map: Float32Array,
  columns: number,
  point: DiscPoint,
  stride: number,
  sigma: number,
): void {
  const rows = map.length / columns;
  const centreRow = pixelToCell(point.row, stride);
  const centreColumn = pixelToCell(point.column, stride);
  const reach = 4 * sigma;
  const lastRow = Math.min(rows - 1, Math.floor(centreRow + reach));
  const lastColumn = Math.min(columns - 1, Math.floor(centreColumn + reach));
  for (let row = Math.max(0, Math.ceil(centreRow - reach)); row <= lastRow; row++)
    for (let column = Math.max(0, Math.ceil(centreColumn - reach)); column <= lastColumn; column++) {
      const distance = (row - centreRow) ** 2 + (column - centreColumn) ** 2;
      const value = Math.exp(-distance / (2 * sigma * sigma));
      const index = row * columns + column;
      if (value > map[index]!) map[index] = value;
    }
}
