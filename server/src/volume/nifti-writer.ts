/** Writing NIfTI-1 files. */
import { constants, gzip } from 'node:zlib';
import { promisify } from 'node:util';
import { NIFTI1 } from 'nifti-reader-js';
import { UserError } from '@disc-labeling/models/errors';
import {
  columnLengths,
  determinant,
  nearestOrthogonal,
  quaternionOfRotation,
  type Matrix3,
} from './affine.js';
import { datatypeNamed, encodeVoxels, type VoxelType } from './datatypes.js';
import { writeWhole } from './write-whole.js';
import type { Volume, VoxelArray } from './types.js';

const compress = promisify(gzip);
const dataOffset = 352;

export interface WriteVolumeOptions {
  /** Type to store; default: the type of the volume's array. Integers are rounded and kept in range. */
  readonly dtype?: VoxelType;
  /** NIfTI's `descrip`, at most 79 characters of ASCII. */
  readonly description?: string;
  /** zlib's, 1 (fast) … 9 (small); default 6. Noisy voxels hardly get smaller beyond 1. */
  readonly compressionLevel?: number;
}

type Writable = Pick<Volume, 'shape' | 'data' | 'affine' | 'affineSource'>;

/**
 * Writes a volume as NIfTI-1 with sform and qform (neither, where `affineSource` is `none`, so that the
 * file is placed as the one it came from); gzipped where the name ends in `.gz`. The same volume gives the
 * same bytes. The file appears whole or not at all; missing folders are made.
 * @throws UserError no permission, no space, an axis longer than NIfTI-1 can hold
 */
export async function writeVolume(
  path: string,
  volume: Writable,
  options: WriteVolumeOptions = {},
): Promise<void> {
  const bytes = encodeVolume(volume, options, path);
  await writeWhole(path, path.endsWith('.gz') ? await gzipped(bytes, options.compressionLevel) : bytes);
}

/** The bytes {@link writeVolume} would write to a file that is not gzipped. */
export function volumeBytes(volume: Writable, options: WriteVolumeOptions = {}): Uint8Array {
  return encodeVolume(volume, options);
}

function encodeVolume(volume: Writable, options: WriteVolumeOptions, path?: string): Buffer {
  if (volume.shape.some((size) => size > 32767))
    throw new UserError('cannot write volume', 'NIfTI-1 holds at most 32767 voxels along an axis', path);
  const dtype = options.dtype ?? typeOf(volume.data);
  const bytes = encodeVoxels(volume.data, dtype, dataOffset);
  bytes.set(new Uint8Array(headerOf(volume, dtype, options.description ?? '').toArrayBuffer()));
  return bytes;
}

function typeOf(data: VoxelArray): VoxelType {
  return data.constructor.name.replace('Array', '').toLowerCase() as VoxelType;
}

function headerOf(volume: Writable, dtype: VoxelType, description: string): NIFTI1 {
  const header = new NIFTI1();
  const { code, bytes } = datatypeNamed(dtype);
  const { affine } = volume;
  const placed = volume.affineSource === 'none' ? 0 : 1;
  const orthogonal = nearestOrthogonal(affine);
  const qfac = determinant(orthogonal) < 0 ? -1 : 1;
  const rotation = orthogonal.map(([a, b, c]) => [a, b, c * qfac]) as unknown as Matrix3;
  header.littleEndian = true;
  header.dims = [3, ...volume.shape, 1, 1, 1, 1];
  header.pixDims = [qfac, ...columnLengths(affine), 1, 1, 1, 1];
  header.datatypeCode = code;
  header.numBitsPerVoxel = 8 * bytes;
  header.vox_offset = dataOffset;
  header.xyzt_units = NIFTI1.UNITS_MM | NIFTI1.UNITS_SEC;
  header.description = description.replace(/[^\x20-\x7e]/g, '?').slice(0, 79);
  header.qform_code = header.sform_code = placed;
  [header.quatern_b, header.quatern_c, header.quatern_d] = quaternionOfRotation(rotation);
  [header.qoffset_x, header.qoffset_y, header.qoffset_z] = [affine[0][3], affine[1][3], affine[2][3]];
  header.affine = affine.map((row) => [...row]);
  header.magic = 'n+1';
  return header;
}

async function gzipped(bytes: Buffer, level: number = constants.Z_DEFAULT_COMPRESSION): Promise<Buffer> {
  const packed = await compress(bytes, { level });
  // zlib notes the operating system it ran on; "unknown" keeps the bytes the same everywhere.
  packed[9] = 255;
  return packed;
}
