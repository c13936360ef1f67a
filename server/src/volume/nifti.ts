/** Reading NIfTI-1 and NIfTI-2 files, gzipped or not. */
import { throwIfCancelled, UserError } from '@disc-labeling/models/errors';
import { datatypeOf, decodeVoxels } from './datatypes.js';
import { headerBytes, parseHeader, truncated, type ParsedHeader } from './nifti-header.js';
import { openSource, SourceReader, unpackWhole, type Source } from './source.js';
import type { Volume, VolumeHeader, VoxelArray } from './types.js';

export { volumeBytes, writeVolume, type WriteVolumeOptions } from './nifti-writer.js';

const cannotRead = 'cannot read volume';

/** Bytes read at once where only the header is wanted. */
const headerChunk = 1 << 12;

/** Up to this size unpacking in one go, which can't be cancelled, takes but a moment. */
const largestWhole = 1 << 26;

/** What a file's header says; of a compressed file only its beginning is read. Errors as {@link readVolume}. */
export async function readHeader(path: string): Promise<VolumeHeader> {
  const { header } = await openVolume(path);
  const { format, shape, datatype, spacing, affine, affineSource, littleEndian, notices } = header;
  return { format, shape, datatype, spacing, affine, affineSource, littleEndian, notices };
}

/** Where the voxels of {@link readVolume} would lie, from the header alone. Errors likewise. */
export async function readGrid(path: string): Promise<Pick<Volume, 'shape' | 'affine' | 'affineSource'>> {
  const { grid: shape, affine, affineSource } = (await openVolume(path)).header;
  return { shape, affine, affineSource };
}

/** Looks at a file's beginning. */
async function openVolume(path: string): Promise<{ source: Source; header: ParsedHeader }> {
  const source = await openSource(path);
  const reader = new SourceReader(source, undefined, headerChunk);
  try {
    return { source, header: await readStart(reader, source) };
  } finally {
    reader.close();
  }
}

/**
 * Reads a volume; of a series its first one. Values are scaled, voxels that are no number become the smallest value.
 * The header is checked before memory for the voxels is taken.
 * @throws UserError with one clear sentence: missing, a folder, empty, not downloaded yet (git-annex, Git LFS),
 * not NIfTI, cut short, damaged, impossible sizes, complex or colour voxels
 */
export async function readVolume(path: string, options: { signal?: AbortSignal } = {}): Promise<Volume> {
  const { source, header } = await openVolume(path);
  throwIfCancelled(options.signal);
  const bytes = (await wholeVoxels(source, header)) ?? (await readVoxels(source, header, options.signal));
  throwIfCancelled(options.signal);
  const type = datatypeOf(header.datatypeCode);
  if (typeof type === 'string') throw new UserError(cannotRead, type, path);
  const data = decodeVoxels(bytes, type, header.littleEndian, header.slope, header.inter);
  const { grid: shape, affine, affineSource, spacing } = header;
  const notices = [...header.notices, ...replaceNonFinite(data)];
  return { shape, data, affine, affineSource, spacing, notices };
}

/** Leaves the reader right behind the header. */
async function readStart(reader: SourceReader, source: Source): Promise<ParsedHeader> {
  const start = Buffer.alloc(headerBytes);
  const count = await reader.fill(start.subarray(0, 352));
  // NIfTI-2 is longer; a small NIfTI-1 file may end before the longer header would.
  const long = start.readInt32LE(0) === 540 || start.readInt32BE(0) === 540;
  const more = long ? await reader.fill(start.subarray(352)) : 0;
  return parseHeader(start.subarray(0, count + more), source);
}

const lengthOf = ({ grid, voxelBytes }: ParsedHeader): number =>
  grid.reduce((product, size) => product * size) * voxelBytes;

/** The voxels of a compressed file of moderate size; null for any other, or where something is wrong with it. */
async function wholeVoxels(source: Source, header: ParsedHeader): Promise<Uint8Array<ArrayBuffer> | null> {
  const end = header.voxelOffset + lengthOf(header);
  if (!source.gzipped || header.volumes > 1 || Math.max(end, source.size) > largestWhole) return null;
  return (await unpackWhole(source, end))?.subarray(header.voxelOffset) ?? null;
}

/** The same piece by piece, so that it can be cancelled and says what is wrong. */
async function readVoxels(
  source: Source,
  header: ParsedHeader,
  signal?: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  const reader = new SourceReader(source, signal);
  try {
    const needed = lengthOf(header);
    await reader.skip(header.voxelOffset);
    const bytes = new Uint8Array(allocate(needed, source.path));
    await reader.fill(bytes);
    if (reader.position < header.voxelOffset + needed)
      throw truncated(source, header, reader.position, header.voxelOffset + needed);
    if (header.volumes === 1) await reader.drain();
    return bytes;
  } finally {
    reader.close();
  }
}

function allocate(bytes: number, path: string): ArrayBuffer {
  try {
    return new ArrayBuffer(bytes);
  } catch (error) {
    throw new UserError(cannotRead, `there is not enough memory for its ${bytes} bytes of voxels`, path, {
      cause: error,
    });
  }
}

/** NaN and infinite voxels become the smallest finite value; says so. */
function replaceNonFinite(data: VoxelArray): string[] {
  if (!(data instanceof Float32Array || data instanceof Float64Array)) return [];
  let smallest = Infinity;
  let count = 0;
  for (let n = 0; n < data.length; n++) {
    const value = data[n];
    if (!Number.isFinite(value)) count++;
    else if (value < smallest) smallest = value;
  }
  if (count === 0 || smallest === Infinity) return [];
  for (let n = 0; n < data.length; n++) if (!Number.isFinite(data[n])) data[n] = smallest;
  return [
    `${count} voxel${count === 1 ? ' is no finite number and was' : 's are no finite numbers and were'} taken as the smallest value.`,
  ];
}

/**
 * Makes sure that there is something to see.
 * @throws UserError every voxel has the same value, or none is a number
 */
export function assertUsable(volume: Volume, path?: string): void {
  const { data } = volume;
  const first = data[0];
  if (Number.isNaN(first) && data.every((value) => !Number.isFinite(value)))
    throw new UserError('cannot use volume', 'none of its voxels is a number; export the image again', path);
  if (data.every((value) => value === first))
    throw new UserError(
      'cannot use volume',
      `every voxel has the same value (${first}); there is nothing to see in it`,
      path,
    );
}
