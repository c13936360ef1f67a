/** Disc label files: one voxel per disc in the image's grid, and the sidecar that says where they come from. */
import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { UserError } from '@disc-labeling/models/errors';
import { discName, isDiscValue } from './levels.js';
import { readVolume, writeVolume } from './nifti.js';
import { orientationOf, voxelToWorld, type Point } from './orientation.js';
import { writeWhole } from './write-whole.js';
import type { Volume, VoxelArray } from './types.js';

/** What a label file needs of a disc (the protocol's `Disc` fits). */
export interface LabelledDisc {
  readonly value: number;
  /** In the image's own voxels, may be fractional. */
  readonly voxel: Point;
  readonly score?: number;
  /** A reader placed it; its score is nobody's. */
  readonly byHand?: true;
}

export interface LabelProvenance {
  /** Name of the model the labels come from. */
  readonly model: string;
  readonly version: string;
  readonly engine?: string;
  /** Levels by which a reader moved the model's names (positive: downwards), 0 where they were confirmed. */
  readonly levelShift?: number;
  /** Whether a reader moved, added or removed discs. */
  readonly corrected?: boolean;
  /** Default: now. */
  readonly date?: Date;
}

export interface LabelFiles {
  readonly volume: string;
  readonly sidecar: string;
}

type Grid = Pick<Volume, 'shape' | 'affine' | 'affineSource'>;

/** Where the labels of an image go: `<stem>_label-discs_dlabel.nii.gz` and `.json`, beside it or in `folder`. */
export function labelPaths(imagePath: string, folder = dirname(imagePath)): LabelFiles {
  const stem = basename(imagePath)
    .replace(/\.gz$/i, '')
    .replace(/\.nii$/i, '');
  const path = join(folder, `${stem}_label-discs_dlabel`);
  return { volume: `${path}.nii.gz`, sidecar: `${path}.json` };
}

/**
 * Writes the label volume of an image and its JSON sidecar. Landmarks that are no discs (49, 50, 60, …) of a
 * file that is replaced are kept.
 * @param grid the image's shape and affine
 * @throws UserError two discs of one name, a value that is no disc, a file there already (without `overwrite`), no space, …
 */
export async function writeLabelVolume(
  imagePath: string,
  grid: Grid,
  discs: readonly LabelledDisc[],
  provenance: LabelProvenance,
  options: { folder?: string; overwrite?: boolean } = {},
): Promise<LabelFiles> {
  const paths = labelPaths(imagePath, options.folder);
  const exists = existsSync(paths.volume);
  if (exists && options.overwrite === false)
    throw new UserError(
      'cannot write labels',
      'there are labels already; allow to replace them',
      paths.volume,
    );
  const kept = exists ? await landmarksOf(paths.volume, grid) : [];
  const data = drawLabels(grid, discs, kept);
  const image = { shape: grid.shape, data, affine: grid.affine, affineSource: grid.affineSource };
  await writeVolume(paths.volume, image, { description: `disc labels by ${provenance.model}` });
  await writeWhole(paths.sidecar, `${JSON.stringify(sidecar(grid, discs, provenance), null, 2)}\n`);
  return paths;
}

/** Non-disc labels of an existing file; none where it can't be read or has another grid. */
async function landmarksOf(path: string, grid: Grid): Promise<LabelPoint[]> {
  const old = await readVolume(path).catch(() => null);
  if (old === null || !sameGrid(old, grid)) return [];
  return labelVoxels(old).filter(({ value }) => !isDiscValue(value));
}

/** Same shape, and voxels in the same places within a tenth of one. */
export function sameGrid(a: Grid, b: Grid): boolean {
  if (!a.shape.every((size, axis) => size === b.shape[axis])) return false;
  const corners: Point[] = [[0, 0, 0], a.shape];
  const step = Math.hypot(a.affine[0][0], a.affine[1][0], a.affine[2][0]);
  return corners.every((corner) => {
    const [p, q] = [voxelToWorld(a.affine, corner), voxelToWorld(b.affine, corner)];
    return Math.hypot(p[0] - q[0], p[1] - q[1], p[2] - q[2]) < 0.1 * step;
  });
}

/**
 * One voxel per disc, value = disc value; the nearest voxel inside the grid, or, where a disc holds it already,
 * the nearest free one along the superior-inferior axis.
 */
export function drawLabels(
  grid: Pick<Volume, 'shape' | 'affine'>,
  discs: readonly LabelledDisc[],
  others: readonly LabelPoint[] = [],
): Uint8Array | Uint16Array {
  checkValues(discs);
  const [ni, nj, nk] = grid.shape;
  const largest = Math.max(0, ...discs.map(({ value }) => value), ...others.map(({ value }) => value));
  const data = largest > 255 ? new Uint16Array(ni * nj * nk) : new Uint8Array(ni * nj * nk);
  const indexOf = ([i, j, k]: readonly number[]) => i + ni * (j + nj * k);
  for (const { value, voxel } of others) data[indexOf(voxel)] = value;
  const { axis } = orientationOf(grid.affine)[2];
  for (const { value, voxel } of discs) {
    const nearest = voxel.map((v, n) => Math.min(grid.shape[n] - 1, Math.max(0, Math.round(v))));
    const places = Array.from({ length: grid.shape[axis] }, (_, n) => n)
      .sort((a, b) => Math.abs(a - voxel[axis]) - Math.abs(b - voxel[axis]))
      .map((n) => nearest.with(axis, n));
    const free = places.find((place) => data[indexOf(place)] === 0);
    if (free === undefined)
      throw new UserError('cannot write labels', 'there are more discs than voxels along the spine');
    data[indexOf(free)] = value;
  }
  return data;
}

function checkValues(discs: readonly LabelledDisc[]): void {
  const values = discs.map(({ value }) => value);
  const wrong = values.find((value) => !isDiscValue(value));
  if (wrong !== undefined) throw new UserError('cannot write labels', `${wrong} is not the number of a disc`);
  const twice = values.find((value, n) => values.indexOf(value) !== n);
  if (twice !== undefined)
    throw new UserError('cannot write labels', `two discs are named ${discName(twice)}; rename one`);
}

function sidecar(grid: Grid, discs: readonly LabelledDisc[], provenance: LabelProvenance) {
  const { model, version, engine, levelShift, corrected = false, date = new Date() } = provenance;
  return {
    SpatialReference: 'orig',
    GeneratedBy: [
      {
        Name: 'disc-labeling',
        Version: version,
        Date: date.toISOString().slice(0, 19).replace('T', ' '),
        Model: model,
        ...(engine === undefined ? {} : { Engine: engine }),
        ...(levelShift === undefined ? {} : { LevelShift: levelShift }),
        ...(corrected && { CorrectedByHand: true }),
      },
    ],
    Discs: discs.map(({ value, voxel, score, byHand }) => ({
      value,
      name: discName(value),
      voxel: voxel.map(rounded),
      world: voxelToWorld(grid.affine, voxel).map(rounded),
      ...(byHand ? { byHand } : score === undefined ? {} : { score: rounded(score) }),
    })),
  };
}

const rounded = (value: number) => Math.round(value * 1000) / 1000;

/** A labelled place. */
export interface LabelPoint {
  readonly value: number;
  /** File voxel; fractional where it is the centre of several. */
  readonly voxel: readonly [number, number, number];
}

/**
 * Visits the voxels that are not zero, in file order. Label volumes are nearly empty, so four bytes at a time are
 * looked at first.
 */
function visitNonZero(data: VoxelArray, visit: (index: number, value: number) => void): void {
  const perWord = 4 / data.BYTES_PER_ELEMENT;
  const aligned = data.byteOffset % 4 === 0 && perWord >= 1;
  const words = aligned ? new Uint32Array(data.buffer, data.byteOffset, data.byteLength >> 2) : [];
  for (let word = 0; word < words.length; word++) {
    if (words[word] === 0) continue;
    for (let n = word * perWord; n < (word + 1) * perWord; n++) if (data[n] !== 0) visit(n, data[n]);
  }
  for (let n = words.length * Math.max(1, perWord); n < data.length; n++)
    if (data[n] !== 0) visit(n, data[n]);
}

/** Every labelled voxel by itself, sorted by value, then in file order. Values are rounded. */
export function labelVoxels({ shape: [ni, nj], data }: Pick<Volume, 'shape' | 'data'>): LabelPoint[] {
  const points: LabelPoint[] = [];
  visitNonZero(data, (n, stored) => {
    const value = Math.round(stored);
    if (value !== 0)
      points.push({ value, voxel: [n % ni, Math.floor(n / ni) % nj, Math.floor(n / (ni * nj))] });
  });
  return points.sort((a, b) => a.value - b.value);
}

/** The centre of all voxels of one value. */
export interface LabelCentre extends LabelPoint {
  /** How many voxels have the value. */
  readonly voxels: number;
}

/** One point per value: its voxel, or the centre of its voxels where there are several. Sorted by value. */
export function labelPoints(volume: Pick<Volume, 'shape' | 'data'>): LabelPoint[] {
  return labelCentres(volume).map(({ value, voxel }) => ({ value, voxel }));
}

/** {@link labelPoints} with the number of voxels. */
export function labelCentres({ shape: [ni, nj], data }: Pick<Volume, 'shape' | 'data'>): LabelCentre[] {
  const sums = new Map<number, [i: number, j: number, k: number, count: number]>();
  visitNonZero(data, (n, stored) => {
    const value = Math.round(stored);
    if (value === 0) return;
    const sum = sums.get(value) ?? [0, 0, 0, 0];
    sums.set(value, sum);
    sum[0] += n % ni;
    sum[1] += Math.floor(n / ni) % nj;
    sum[2] += Math.floor(n / (ni * nj));
    sum[3]++;
  });
  return [...sums]
    .map(([value, [i, j, k, count]]) => ({
      value,
      voxel: [i / count, j / count, k / count] as const,
      voxels: count,
    }))
    .sort((a, b) => a.value - b.value);
}

/** Reads a label volume; see {@link labelPoints}. @throws UserError as `readVolume` */
export async function readLabelVolume(
  path: string,
  options: { signal?: AbortSignal } = {},
): Promise<{ volume: Volume; points: LabelPoint[] }> {
  const volume = await readVolume(path, options);
  return { volume, points: labelPoints(volume) };
}
