/** NIfTI-1 and NIfTI-2 headers: parsed, checked, and their geometry worked out. */
import { NIFTI1, NIFTI2 } from 'nifti-reader-js';
import { UserError } from '@disc-labeling/models/errors';
import { affineOf, columnLengths, isInvertible, rotationOfQuaternion, type Matrix3 } from './affine.js';
import { datatypeOf } from './datatypes.js';
import { formatBytes } from './sniff.js';
import { notNifti, type Source } from './source.js';
import type { Affine, VolumeHeader } from './types.js';

const cannotRead = 'cannot read volume';

/** Bytes that hold either header and the extension flag. */
export const headerBytes = 544;

/** More than any scanner makes. */
const largestVolumeBytes = 2 ** 31;

/** deflate can't shrink further than this. */
const largestCompression = 1032;

/** A header with what reading its voxels needs. */
export interface ParsedHeader extends VolumeHeader {
  /** The first three sizes, 1 where the file has fewer dimensions. */
  readonly grid: readonly [number, number, number];
  /** Volumes in the file (time points, echoes, …). */
  readonly volumes: number;
  readonly datatypeCode: number;
  readonly voxelBytes: number;
  readonly voxelOffset: number;
  readonly slope: number;
  readonly inter: number;
}

/**
 * Parses and checks the first bytes of a file.
 * @param start the first (decompressed) bytes, {@link headerBytes} or as many as there are
 * @throws UserError not NIfTI, a header/image pair, impossible sizes, a voxel type that is no number
 */
export function parseHeader(start: Buffer, source: Source): ParsedHeader {
  const { raw, version } = rawHeader(start, source);
  const dimensions = checkDimensions(raw.dims, source.path);
  const grid = [0, 1, 2].map((n) => dimensions[n] ?? 1) as [number, number, number];
  const type = datatypeOf(raw.datatypeCode);
  if (typeof type === 'string')
    throw new UserError(cannotRead, `${type}; convert it to one number per voxel`, source.path);
  const smallestOffset = version === 1 ? 352 : 544;
  const header: ParsedHeader = {
    format: version === 1 ? 'NIfTI-1' : 'NIfTI-2',
    shape: dimensions,
    grid,
    volumes: dimensions.slice(3).reduce((product, size) => product * size, 1),
    datatype: type.name,
    datatypeCode: raw.datatypeCode,
    voxelBytes: type.bytes,
    voxelOffset: raw.vox_offset >= smallestOffset ? Math.floor(raw.vox_offset) : smallestOffset,
    slope: raw.scl_slope,
    inter: raw.scl_inter,
    littleEndian: raw.littleEndian,
    ...geometry(raw, version, start),
  };
  checkSize(header, source);
  const notices = [...header.notices, ...dimensionNotices(header)];
  return { ...header, notices };
}

function rawHeader(start: Buffer, source: Source): { raw: NIFTI1 | NIFTI2; version: 1 | 2 } {
  const sizes = start.length >= 348 ? [start.readInt32LE(0), start.readInt32BE(0)] : [];
  const version = sizes.includes(348) ? 1 : sizes.includes(540) ? 2 : null;
  const magic = start.toString('latin1', version === 2 ? 4 : 344, version === 2 ? 7 : 347);
  if (version !== null && magic === `ni${version}`)
    throw new UserError(
      cannotRead,
      'it is the header of a NIfTI pair (.hdr and .img); convert the pair to one .nii file',
      source.path,
    );
  if (version === null || magic !== `n+${version}` || start.length < (version === 1 ? 348 : 540))
    throw notNifti(source.path, start, source.gzipped);
  const raw = version === 1 ? new NIFTI1() : new NIFTI2();
  // Without the extension flag, so that a broken extension (which nothing here needs) can't get in the way.
  const exact = new Uint8Array(start.subarray(0, version === 1 ? 348 : 540));
  raw.readHeader(exact.buffer);
  if (raw instanceof NIFTI2) repairLongFields(raw, exact);
  return { raw, version };
}

/** nifti-reader-js 0.8 mixes up the words of big-endian 64-bit fields. */
function repairLongFields(raw: NIFTI2, bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer);
  const long = (offset: number) => Number(view.getBigInt64(offset, raw.littleEndian));
  raw.dims = Array.from({ length: 8 }, (_, n) => long(16 + 8 * n));
  raw.vox_offset = long(168);
}

function checkDimensions(dims: readonly number[], path: string): number[] {
  const refuse = (why: string) => new UserError(cannotRead, `${why}; the header is damaged`, path);
  const count = dims[0];
  if (count < 1 || count > 7) throw refuse(`its header claims ${count} dimensions`);
  const sizes = dims.slice(1, count + 1);
  const negative = sizes.findIndex((size) => size < 0);
  if (negative >= 0) throw refuse(`its dimension ${negative + 1} is negative (${sizes[negative]})`);
  // Some writers leave 0 for "no further axis" beyond space.
  const zero = sizes.slice(0, 3).indexOf(0);
  if (zero >= 0) throw refuse(`its dimension ${zero + 1} is zero`);
  return sizes.map((size, n) => (n > 2 && size === 0 ? 1 : size));
}

function checkSize(header: ParsedHeader, source: Source): void {
  const voxels = header.grid.reduce((product, size) => product * size);
  const bytes = voxels * header.voxelBytes;
  const size = header.grid.join(' x ');
  if (bytes > largestVolumeBytes || header.voxelOffset > largestVolumeBytes)
    throw new UserError(
      cannotRead,
      `its header claims ${size} voxels (${formatBytes(bytes)}), more than can be opened; the header may be damaged`,
      source.path,
    );
  const needed = header.voxelOffset + bytes;
  const available = source.gzipped ? source.size * largestCompression : source.size;
  if (needed > available) throw truncated(source, header, source.size, needed);
}

/** The error for data shorter than the header claims. `found`: bytes that are there. */
export function truncated(source: Source, header: ParsedHeader, found: number, needed: number): UserError {
  const what = source.gzipped && found === source.size ? 'compressed bytes' : 'bytes';
  return new UserError(
    cannotRead,
    `the file is cut short: ${found} ${what} are there, ${header.grid.join(' x ')} voxels need ${needed}; copy or download it again`,
    source.path,
  );
}

function dimensionNotices(header: ParsedHeader): string[] {
  const notices: string[] = [];
  if (header.volumes > 1) notices.push(`The file holds ${header.volumes} volumes; the first one is used.`);
  if (header.shape.length < 3) notices.push('The image is two-dimensional; it is taken as one slice.');
  return notices;
}

type Geometry = Pick<VolumeHeader, 'affine' | 'affineSource' | 'spacing' | 'notices'>;

/** sform where it is set and sound, else qform, else the bare spacing. */
function geometry(raw: NIFTI1 | NIFTI2, version: 1 | 2, start: Buffer): Geometry {
  const notices: string[] = [];
  if (raw.sform_code > 0) {
    const affine = sform(start, version, raw.littleEndian);
    if (isInvertible(affine)) return oriented(affine, 'sform', notices);
    notices.push('The sform of the file is unusable and was ignored.');
  }
  const pixels = [1, 2, 3].map((n) => Math.abs(raw.pixDims[n])) as [number, number, number];
  if (raw.qform_code > 0) {
    const affine = qform(raw, pixels);
    if (isInvertible(affine)) return oriented(affine, 'qform', notices);
    notices.push('The qform of the file is unusable and was ignored.');
  }
  const spacing = pixels.map((size) => (size > 0 && Number.isFinite(size) ? size : 1)) as typeof pixels;
  if (spacing.some((size, n) => size !== pixels[n]))
    notices.push('The file states no voxel size; 1 mm is assumed.');
  notices.push(
    'The file states no orientation; its axes are taken as left to right, back to front and bottom to top.',
  );
  const matrix: Matrix3 = [
    [spacing[0], 0, 0],
    [0, spacing[1], 0],
    [0, 0, spacing[2]],
  ];
  return { affine: affineOf(matrix, [0, 0, 0]), affineSource: 'none', spacing, notices };
}

function oriented(affine: Affine, affineSource: 'sform' | 'qform', notices: string[]): Geometry {
  return { affine, affineSource, spacing: columnLengths(affine), notices };
}

/** Read from the bytes: nifti-reader-js gives the qform's matrix in its place where that has the higher code. */
function sform(start: Buffer, version: 1 | 2, littleEndian: boolean): Affine {
  const view = new DataView(start.buffer, start.byteOffset, start.length);
  const value = (n: number) =>
    version === 1 ? view.getFloat32(280 + 4 * n, littleEndian) : view.getFloat64(400 + 8 * n, littleEndian);
  const row = (r: number) => [0, 1, 2, 3].map((c) => value(4 * r + c)) as [number, number, number, number];
  return [row(0), row(1), row(2), [0, 0, 0, 1]];
}

/** Method 2 of nifti1.h. */
function qform(raw: NIFTI1 | NIFTI2, pixels: readonly [number, number, number]): Affine {
  const rotation = rotationOfQuaternion(raw.quatern_b, raw.quatern_c, raw.quatern_d);
  const qfac = raw.pixDims[0] < 0 ? -1 : 1;
  const scales = [pixels[0], pixels[1], pixels[2] * qfac];
  const matrix = rotation.map((row) => row.map((value, c) => value * scales[c])) as unknown as Matrix3;
  return affineOf(matrix, [raw.qoffset_x, raw.qoffset_y, raw.qoffset_z]);
}
