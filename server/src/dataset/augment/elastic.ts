import type { Displacement } from '../../volume/warp.js';
import type { Random } from '../phantom/random.js';

/** mm between control points: neighbouring vertebrae move together. */
const controlSpacing = 48;

/** More standard deviations than this are not drawn: the picture must not fold over itself. */
const most = 2.5;

/**
 * A displacement drawn at random: normally distributed at control points, a cubic B-spline between them
 * (Rueckert et al. 1999).
 * @param sigma standard deviation at the control points, mm
 * @param spacing mm per row and column
 */
export function elasticDisplacement(
  size: readonly [height: number, width: number],
  spacing: readonly [row: number, column: number],
  sigma: number,
  random: Random,
): Displacement {
  const [stepRow, stepColumn] = [controlSpacing / spacing[0], controlSpacing / spacing[1]];
  // One control point before the first pixel and two behind the last.
  const across = Math.ceil(size[1] / stepColumn) + 4;
  const down = Math.ceil(size[0] / stepRow) + 4;
  const draw = () => Math.max(-most, Math.min(most, random.normal())) * sigma;
  const [rows, columns] = [0, 1].map(() => Float64Array.from({ length: across * down }, draw));
  const weights = new Float64Array(8);
  const result: [number, number] = [0, 0];
  return {
    at(row, column) {
      const y = Math.max(0, Math.min(down - 4 - 1e-9, row / stepRow));
      const x = Math.max(0, Math.min(across - 4 - 1e-9, column / stepColumn));
      const [r, c] = [Math.floor(y), Math.floor(x)];
      splineWeights(y - r, weights, 0);
      splineWeights(x - c, weights, 4);
      result[0] = result[1] = 0;
      for (let j = 0; j < 4; j++)
        for (let i = 0; i < 4; i++) {
          const weight = weights[j] * weights[4 + i];
          const at = (r + j) * across + c + i;
          result[0] += weight * rows[at];
          result[1] += weight * columns[at];
        }
      return result;
    },
  };
}

/** The four weights of a cubic B-spline at `t` in 0..1 between the second and the third of its points. */
function splineWeights(t: number, into: Float64Array, at: number): void {
  into[at] = (1 - t) ** 3 / 6;
  into[at + 1] = (3 * t ** 3 - 6 * t ** 2 + 4) / 6;
  into[at + 2] = (-3 * t ** 3 + 3 * t ** 2 + 3 * t + 1) / 6;
  into[at + 3] = t ** 3 / 6;
}
