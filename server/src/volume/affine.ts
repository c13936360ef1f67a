/** Maths of voxel-to-world transforms (row-major 4 x 4, last row 0 0 0 1). */
import type { Affine } from './types.js';

export type Point = readonly [number, number, number];

/** A 3 x 3 matrix, row by row. */
export type Matrix3 = readonly [Point, Point, Point];

/** World mm (RAS+) of a (fractional) voxel. */
export function voxelToWorld(affine: Affine, [i, j, k]: Point): [number, number, number] {
  const row = (n: 0 | 1 | 2) => affine[n][0] * i + affine[n][1] * j + affine[n][2] * k + affine[n][3];
  return [row(0), row(1), row(2)];
}

/** (Fractional) voxel of a world point. */
export function worldToVoxel(affine: Affine, world: Point): [number, number, number] {
  return voxelToWorld(invertAffine(affine), world);
}

/** The left 3 x 3: one column per voxel axis, in mm. */
export function directions(affine: Affine): Matrix3 {
  const row = (n: 0 | 1 | 2): Point => [affine[n][0], affine[n][1], affine[n][2]];
  return [row(0), row(1), row(2)];
}

export function affineOf(matrix: Matrix3, origin: Point): Affine {
  const row = (n: 0 | 1 | 2) => [...matrix[n], origin[n]] as [number, number, number, number];
  return [row(0), row(1), row(2), [0, 0, 0, 1]];
}

export function determinant([a, b, c]: Matrix3): number {
  return (
    a[0] * (b[1] * c[2] - b[2] * c[1]) -
    a[1] * (b[0] * c[2] - b[2] * c[0]) +
    a[2] * (b[0] * c[1] - b[1] * c[0])
  );
}

function inverse(m: Matrix3): Matrix3 {
  const scale = 1 / determinant(m);
  const cofactor = (r: number, c: number) => {
    const [r1, r2, c1, c2] = [(r + 1) % 3, (r + 2) % 3, (c + 1) % 3, (c + 2) % 3];
    return (m[r1][c1] * m[r2][c2] - m[r1][c2] * m[r2][c1]) * scale;
  };
  const row = (r: number): Point => [cofactor(0, r), cofactor(1, r), cofactor(2, r)];
  return [row(0), row(1), row(2)];
}

/** World to voxel. The affine must not be singular (a volume's never is). */
export function invertAffine(affine: Affine): Affine {
  const m = inverse(directions(affine));
  const t: Point = [affine[0][3], affine[1][3], affine[2][3]];
  const origin = (n: 0 | 1 | 2) => -(m[n][0] * t[0] + m[n][1] * t[1] + m[n][2] * t[2]);
  return affineOf(m, [origin(0), origin(1), origin(2)]);
}

/** Lengths of the columns: mm per voxel along each axis. */
export function columnLengths(affine: Affine): [number, number, number] {
  const length = (c: 0 | 1 | 2) => Math.hypot(affine[0][c], affine[1][c], affine[2][c]);
  return [length(0), length(1), length(2)];
}

/** Whether voxels can be told apart by their place: finite, and no axis without extent or along another. */
export function isInvertible(affine: Affine): boolean {
  if (!affine.flat().every(Number.isFinite)) return false;
  const volume = columnLengths(affine).reduce((product, length) => product * length);
  return volume > 0 && Math.abs(determinant(directions(affine))) > 1e-6 * volume;
}

/**
 * The orthogonal matrix nearest to the directions of an affine with its lengths taken out (polar
 * decomposition by Higham's Newton iteration): removes shear, keeps reflections.
 */
export function nearestOrthogonal(affine: Affine): Matrix3 {
  const lengths = columnLengths(affine);
  let q = directions(affine).map((row) => row.map((value, c) => value / lengths[c])) as unknown as Matrix3;
  for (let step = 0; step < 50; step++) {
    const inverted = inverse(q);
    const next = q.map((row, r) => row.map((value, c) => 0.5 * (value + inverted[c][r])));
    const change = Math.max(...next.flat().map((value, n) => Math.abs(value - q.flat()[n])));
    q = next as unknown as Matrix3;
    if (change < 1e-15) break;
  }
  return q;
}

/** Rotation matrix of the unit quaternion whose last three parts are given (NIfTI's `quatern_b, c, d`). */
export function rotationOfQuaternion(b: number, c: number, d: number): Matrix3 {
  // Rounding in files can make b² + c² + d² exceed 1: a half turn, then.
  const rest = 1 - (b * b + c * c + d * d);
  const length = rest < 0 ? Math.sqrt(1 - rest) : 1;
  const a = Math.sqrt(Math.max(0, rest));
  [b, c, d] = [b / length, c / length, d / length];
  return [
    [a * a + b * b - c * c - d * d, 2 * (b * c - a * d), 2 * (b * d + a * c)],
    [2 * (b * c + a * d), a * a + c * c - b * b - d * d, 2 * (c * d - a * b)],
    [2 * (b * d - a * c), 2 * (c * d + a * b), a * a + d * d - b * b - c * c],
  ];
}

/** `quatern_b, c, d` of a rotation (determinant +1), the first part of the quaternion being >= 0. */
export function quaternionOfRotation(r: Matrix3): Point {
  const [xx, yy, zz] = [r[0][0], r[1][1], r[2][2]];
  // The largest component is computed first, for accuracy; four times its square:
  const squares = [1 + xx + yy + zz, 1 + xx - yy - zz, 1 - xx + yy - zz, 1 - xx - yy + zz];
  const largest = squares.indexOf(Math.max(...squares));
  const s = 2 * Math.sqrt(squares[largest]);
  const [p, q, t] = [(r[2][1] - r[1][2]) / s, (r[0][2] - r[2][0]) / s, (r[1][0] - r[0][1]) / s];
  const [u, v, w] = [(r[0][1] + r[1][0]) / s, (r[0][2] + r[2][0]) / s, (r[1][2] + r[2][1]) / s];
  const candidates: readonly (readonly [a: number, b: number, c: number, d: number])[] = [
    [s / 4, p, q, t],
    [p, s / 4, u, v],
    [q, u, s / 4, w],
    [t, v, w, s / 4],
  ];
  const [a, b, c, d] = candidates[largest];
  return a < 0 ? [-b, -c, -d] : [b, c, d];
}
