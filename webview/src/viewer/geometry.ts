/**
 * Where things are: affine maps between voxels, world and screen. All maps here are exact and have no state, so
 * that what is drawn over the picture can follow it without asking the renderer.
 */

export type Vec3 = readonly [number, number, number];

/** Rows of a 3 x 4 matrix; `apply` multiplies it with (x, y, z, 1). */
export type Affine3 = readonly [Row, Row, Row];
type Row = readonly [number, number, number, number];

export type Plane = 'sagittal' | 'coronal' | 'axial';

/** One picture of a slice on the screen. */
export interface Tile {
  readonly plane: Plane;
  /** CSS pixels, from the top left of the canvas. */
  readonly rect: {
    readonly left: number;
    readonly top: number;
    readonly width: number;
    readonly height: number;
  };
  /**
   * File voxel (i, j, k) to (x, y, d): x to the right and y downwards in CSS pixels from the canvas's top left,
   * d the distance to the drawn slice in mm.
   */
  readonly fromVoxel: Affine3;
}

const row = (matrix: Affine3, index: 0 | 1 | 2, [x, y, z]: Vec3): number => {
  const [a, b, c, d] = matrix[index];
  return a * x + b * y + c * z + d;
};

export const apply = (matrix: Affine3, point: Vec3): Vec3 => [
  row(matrix, 0, point),
  row(matrix, 1, point),
  row(matrix, 2, point),
];

/** The affine map that does to points what `map`, known to be affine, does. */
export function affineOf(map: (point: Vec3) => Vec3): Affine3 {
  const origin = map([0, 0, 0]);
  const x = map([1, 0, 0]);
  const y = map([0, 1, 0]);
  const z = map([0, 0, 1]);
  const at = (i: 0 | 1 | 2): Row => [x[i] - origin[i], y[i] - origin[i], z[i] - origin[i], origin[i]];
  return [at(0), at(1), at(2)];
}

/** First `second`, then `first`. */
export const compose = (first: Affine3, second: Affine3): Affine3 =>
  affineOf((point) => apply(first, apply(second, point)));

/** The upper three rows of a 4 x 4 matrix given as rows. */
export function affineFromRows(rows: readonly (readonly number[])[]): Affine3 {
  const at = (i: number): Row => [rows[i][0], rows[i][1], rows[i][2], rows[i][3]];
  return [at(0), at(1), at(2)];
}

/** The map back, or null for one that flattens space. */
export function invert([p, q, r]: Affine3): Affine3 | null {
  const cofactor = (a: number, b: number, c: number, d: number): number => a * d - b * c;
  const c00 = cofactor(q[1], q[2], r[1], r[2]);
  const c01 = cofactor(q[2], q[0], r[2], r[0]);
  const c02 = cofactor(q[0], q[1], r[0], r[1]);
  const determinant = p[0] * c00 + p[1] * c01 + p[2] * c02;
  if (!Number.isFinite(determinant) || Math.abs(determinant) < 1e-12) return null;
  const m = [
    [c00, cofactor(p[2], p[1], r[2], r[1]), cofactor(p[1], p[2], q[1], q[2])],
    [c01, cofactor(p[0], p[2], r[0], r[2]), cofactor(p[2], p[0], q[2], q[0])],
    [c02, cofactor(p[1], p[0], r[1], r[0]), cofactor(p[0], p[1], q[0], q[1])],
  ].map((line) => line.map((value) => value / determinant));
  const inverseRow = ([a, b, c]: number[]): Row => [a, b, c, -(a * p[3] + b * q[3] + c * r[3])];
  return [inverseRow(m[0]), inverseRow(m[1]), inverseRow(m[2])];
}

/** Place of a file voxel in a tile: CSS pixels and distance to the drawn slice in mm. */
export function project(tile: Tile, voxel: Vec3): { x: number; y: number; depth: number } {
  const [x, y, depth] = apply(tile.fromVoxel, voxel);
  return { x, y, depth };
}

/** File voxel under a point of a tile (CSS pixels), on the drawn slice or at a distance from it (mm). */
export function unproject(tile: Tile, x: number, y: number, depth = 0): Vec3 | null {
  const inverse = invert(tile.fromVoxel);
  return inverse && apply(inverse, [x, y, depth]);
}

/** Tile under a point (CSS pixels). */
export const tileAt = (tiles: readonly Tile[], x: number, y: number): Tile | undefined =>
  tiles.find(
    ({ rect }) =>
      x >= rect.left && y >= rect.top && x <= rect.left + rect.width && y <= rect.top + rect.height,
  );

/**
 * Letters at the left, right, top and bottom of a tile (`A`, `P`, `S`, `I`, `L`, `R`).
 * @param fromWorld world mm (RAS+) to (x, y, d) as in {@link Tile}
 */
export function orientationLetters(fromWorld: Affine3): Record<'left' | 'right' | 'top' | 'bottom', string> {
  const letters = [
    ['R', 'L'],
    ['A', 'P'],
    ['S', 'I'],
  ] as const;
  const along = (index: 0 | 1): readonly [toMore: string, toLess: string] => {
    const [x, y, z] = fromWorld[index].slice(0, 3).map(Math.abs);
    const axis = x >= y && x >= z ? 0 : y >= z ? 1 : 2;
    const [plus, minus] = letters[axis];
    return fromWorld[index][axis] >= 0 ? [plus, minus] : [minus, plus];
  };
  const [right, left] = along(0);
  const [bottom, top] = along(1);
  return { left, right, top, bottom };
}
