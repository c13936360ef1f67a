/** One heat map: `height * width` values, row by row. */
export interface HeatMap {
  readonly data: Float32Array;
  readonly height: number;
  readonly width: number;
}

/** mm per cell of a heat map, down the rows and along the columns. */
export type CellSize = readonly [row: number, column: number];

/** A point of a heat map in cells; whole numbers are cell centres. */
export interface Point {
  readonly row: number;
  readonly column: number;
}

/** A local maximum. */
export interface Peak extends Point {
  /** The map's value at the cell of the maximum. */
  readonly value: number;
}

/** Peaks of one map are at least this far apart, in mm: less than any two neighbouring discs. */
const apartMm = 6;
/** Reach of the parabola through a peak, in mm: about the width of the targets' Gaussian. */
const reachMm = 4;

/**
 * The highest local maxima of a map, highest first, at sub-cell precision. Not-a-number counts as nothing;
 * a map without a maximum (constant, empty) gives none.
 *
 * @param size  mm per cell
 * @param count at most so many
 * @param least peaks below this value are left out
 */
export function findPeaks(map: HeatMap, size: CellSize, count: number, least: number): Peak[] {
  const found: Peak[] = [];
  for (const cell of localMaxima(map, least).sort((a, b) => b.value - a.value)) {
    if (found.length === count) break;
    const peak = refine(map, cell, size);
    if (found.every((other) => distanceMm(other, peak, size) >= apartMm)) found.push(peak);
  }
  return found;
}

/** Distance between two points in mm. */
export function distanceMm(a: Point, b: Point, [row, column]: CellSize): number {
  return Math.hypot((a.row - b.row) * row, (a.column - b.column) * column);
}

/** Bilinear value at a point; edges extend outwards, not-a-number counts as 0. */
export function sample({ data, height, width }: HeatMap, point: Point): number {
  return sampler(point, height, width)(data, 0);
}

/**
 * {@link sample} for many maps of one size, whose places and weights at a point are the same.
 *
 * @returns reads the map that begins at `start`
 */
export function sampler(
  { row, column }: Point,
  height: number,
  width: number,
): (data: Float32Array, start: number) => number {
  const top = Math.floor(row);
  const left = Math.floor(column);
  const down = row - top;
  const right = column - left;
  const upper = clamp(top, 0, height - 1) * width;
  const lower = clamp(top + 1, 0, height - 1) * width;
  const near = clamp(left, 0, width - 1);
  const far = clamp(left + 1, 0, width - 1);
  return (data, start) => {
    const above =
      number(data[start + upper + near]) * (1 - right) + number(data[start + upper + far]) * right;
    const below =
      number(data[start + lower + near]) * (1 - right) + number(data[start + lower + far]) * right;
    return above * (1 - down) + below * down;
  };
}

const number = (value: number): number => (Number.isFinite(value) ? value : 0);

function valueAt({ data, height, width }: HeatMap, row: number, column: number): number {
  return number(data[clamp(row, 0, height - 1) * width + clamp(column, 0, width - 1)]);
}

/** Cells above none of whose eight neighbours they fall, and above one of them. */
function localMaxima(map: HeatMap, least: number): Peak[] {
  const maxima: Peak[] = [];
  for (let row = 0; row < map.height; row++) {
    for (let column = 0; column < map.width; column++) {
      const value = map.data[row * map.width + column];
      if (!(value >= least) || !Number.isFinite(value)) continue;
      if (standsOut(map, row, column, value)) maxima.push({ row, column, value });
    }
  }
  return maxima;
}

function standsOut(map: HeatMap, row: number, column: number, value: number): boolean {
  let above = false;
  for (let r = row - 1; r <= row + 1; r++) {
    for (let c = column - 1; c <= column + 1; c++) {
      const neighbour = valueAt(map, r, c);
      if (neighbour > value) return false;
      above ||= neighbour < value;
    }
  }
  return above;
}

/**
 * The vertex of a parabola through the logarithms of three values per axis, which is exact for a Gaussian.
 * The three lie about {@link reachMm} apart, so that a map enlarged from a coarser grid works as well.
 */
function refine(map: HeatMap, { row, column, value }: Peak, size: CellSize): Peak {
  const [rows, columns] = size.map((mm) => Math.max(1, Math.round(reachMm / mm)));
  return {
    row: row + rows * vertex(valueAt(map, row - rows, column), value, valueAt(map, row + rows, column)),
    column:
      column +
      columns * vertex(valueAt(map, row, column - columns), value, valueAt(map, row, column + columns)),
    value,
  };
}

/** Where a peak lies between its neighbours, -0.5..0.5 of their distance. */
function vertex(before: number, at: number, after: number): number {
  // A floor keeps the logarithm of a vanishing neighbour from deciding alone.
  const [a, b, c] = [before, at, after].map((value) => Math.log(Math.max(value, 0.01 * at)));
  const curvature = a - 2 * b + c;
  return curvature < 0 ? clamp((0.5 * (a - c)) / curvature, -0.5, 0.5) : 0;
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
