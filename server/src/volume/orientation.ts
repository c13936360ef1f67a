/** Which anatomical direction each voxel axis runs in, and volumes seen in a canonical frame without copying. */
import { affineOf, nearestOrthogonal, voxelToWorld, type Matrix3, type Point } from './affine.js';
import type { Affine, Volume, VoxelArray } from './types.js';

export { invertAffine, voxelToWorld, worldToVoxel, type Point } from './affine.js';

export type Axis = 0 | 1 | 2;

/** How one anatomical direction lies in the file. */
export interface AxisMap {
  /** The file's axis. */
  readonly axis: Axis;
  /** The file's index grows against the direction. */
  readonly flipped: boolean;
}

/** For right, anterior and superior: the file's axis nearest to it. */
export type Orientation = readonly [right: AxisMap, anterior: AxisMap, superior: AxisMap];

/**
 * The file's axes nearest to right, anterior and superior: the orthogonal part of the affine, axes assigned
 * one by one, the clearest first (as nibabel's `io_orientation`), so that two never share a direction.
 */
export function orientationOf(affine: Affine): Orientation {
  const rotation = nearestOrthogonal(affine);
  const columns = ([0, 1, 2] as const)
    .map((axis) => ({ axis, best: Math.max(...rotation.map((row) => Math.abs(row[axis]))) }))
    .sort((a, b) => b.best - a.best);
  const maps: AxisMap[] = [];
  for (const { axis } of columns) {
    const free = ([0, 1, 2] as const).filter((direction) => maps[direction] === undefined);
    const direction = free.reduce((a, b) =>
      Math.abs(rotation[b][axis]) > Math.abs(rotation[a][axis]) ? b : a,
    );
    maps[direction] = { axis, flipped: rotation[direction][axis] < 0 };
  }
  return maps as unknown as Orientation;
}

const towards = ['R', 'A', 'S'] as const;
const opposite: Readonly<Record<string, string>> = { R: 'L', A: 'P', S: 'I', L: 'R', P: 'A', I: 'S' };

/** nibabel's `aff2axcodes`: per axis of the file the direction its index grows *towards*, e.g. `LAS`. */
export function axisCodes(affine: Affine): string {
  const codes: string[] = [];
  orientationOf(affine).forEach(({ axis, flipped }, direction) => {
    codes[axis] = flipped ? opposite[towards[direction]] : towards[direction];
  });
  return codes.join('');
}

/** The Spinal Cord Toolbox's letters: the side each axis starts *from*, so every letter of {@link axisCodes} reversed. */
export function sctOrientation(affine: Affine): string {
  return [...axisCodes(affine)].map((letter) => opposite[letter]).join('');
}

/**
 * A volume seen with axes that run in given directions; no voxel is copied or resampled (an oblique
 * volume keeps its obliqueness, its nearest axes are taken).
 */
export interface OrientedView {
  /** Direction letters of {@link axisCodes}, e.g. `RAS`. */
  readonly codes: string;
  readonly shape: readonly [number, number, number];
  readonly spacing: readonly [number, number, number];
  /** View voxel to world. */
  readonly affine: Affine;
  readonly data: VoxelArray;
  /** Voxel (a, b, c) is `data[offset + a * strides[0] + b * strides[1] + c * strides[2]]`. */
  readonly offset: number;
  readonly strides: readonly [number, number, number];
  /** The file's axis behind each of the view's, and whether it runs backwards. */
  readonly axes: readonly [AxisMap, AxisMap, AxisMap];
}

/** @param codes directions the view's axes grow towards: `RAS` (the default), `LAS` (SCT's "RPI"), … */
export function orientedView(volume: Volume, codes = 'RAS'): OrientedView {
  const orientation = orientationOf(volume.affine);
  const axes = [...codes].map((letter) => {
    const direction = towards.findIndex((code) => code === letter || opposite[code] === letter);
    const { axis, flipped } = orientation[direction];
    return { axis, flipped: flipped !== (towards[direction] !== letter) };
  }) as unknown as OrientedView['axes'];
  const [ni, nj] = volume.shape;
  const steps = [1, ni, ni * nj];
  const each = <T>(value: (map: AxisMap) => T) => axes.map(value) as unknown as [T, T, T];
  const view = {
    codes,
    shape: each(({ axis }) => volume.shape[axis]),
    spacing: each(({ axis }) => volume.spacing[axis]),
    data: volume.data,
    offset: axes.reduce(
      (sum, { axis, flipped }) => sum + (flipped ? (volume.shape[axis] - 1) * steps[axis] : 0),
      0,
    ),
    strides: each(({ axis, flipped }) => (flipped ? -steps[axis] : steps[axis])),
    axes,
  };
  const columns = each(({ axis, flipped }): Point => {
    const sign = flipped ? -1 : 1;
    return [0, 1, 2].map((row) => sign * volume.affine[row][axis]) as unknown as Point;
  });
  const matrix = [0, 1, 2].map((row) => columns.map((column) => column[row])) as unknown as Matrix3;
  const origin = voxelToWorld(volume.affine, toFileVoxel(view, [0, 0, 0]));
  return { ...view, affine: affineOf(matrix, origin) };
}

/** A (fractional) voxel of the view in the file's own axes. */
export function toFileVoxel(
  view: Pick<OrientedView, 'axes' | 'shape'>,
  voxel: Point,
): [number, number, number] {
  const file: [number, number, number] = [0, 0, 0];
  view.axes.forEach(({ axis, flipped }, n) => {
    file[axis] = flipped ? view.shape[n] - 1 - voxel[n] : voxel[n];
  });
  return file;
}

/** The inverse of {@link toFileVoxel}. */
export function fromFileVoxel(
  view: Pick<OrientedView, 'axes' | 'shape'>,
  file: Point,
): [number, number, number] {
  return view.axes.map(({ axis, flipped }, n) => (flipped ? view.shape[n] - 1 - file[axis] : file[axis])) as [
    number,
    number,
    number,
  ];
}
