/** NIfTI's voxel types: what can be read and written, and how bytes become numbers. */
import { endianness } from 'node:os';
import type { VoxelArray } from './types.js';

/** Numeric types a volume can be written as. */
export type VoxelType =
  'int8' | 'uint8' | 'int16' | 'uint16' | 'int32' | 'uint32' | 'float32' | 'float64' | 'int64' | 'uint64';

type ArrayType = new (
  buffer: ArrayBuffer,
  byteOffset?: number,
  length?: number,
) => ArrayLike<number | bigint>;

interface Datatype {
  readonly name: VoxelType;
  readonly bytes: 1 | 2 | 4 | 8;
  readonly array: ArrayType;
}

/** Readable types by NIfTI code. */
const datatypes: Readonly<Record<number, Datatype>> = {
  2: { name: 'uint8', bytes: 1, array: Uint8Array },
  4: { name: 'int16', bytes: 2, array: Int16Array },
  8: { name: 'int32', bytes: 4, array: Int32Array },
  16: { name: 'float32', bytes: 4, array: Float32Array },
  64: { name: 'float64', bytes: 8, array: Float64Array },
  256: { name: 'int8', bytes: 1, array: Int8Array },
  512: { name: 'uint16', bytes: 2, array: Uint16Array },
  768: { name: 'uint32', bytes: 4, array: Uint32Array },
  1024: { name: 'int64', bytes: 8, array: BigInt64Array },
  1280: { name: 'uint64', bytes: 8, array: BigUint64Array },
};

/** Types that are refused, by NIfTI code: no single number per voxel, or none JavaScript can hold. */
const refusedDatatypes: Readonly<Record<number, string>> = {
  1: '1-bit masks',
  32: 'complex numbers',
  128: 'RGB colours',
  1536: '128-bit floating-point numbers',
  1792: 'complex numbers',
  2048: 'complex numbers',
  2304: 'RGBA colours',
};

/** The type with this NIfTI code, or the reason why it can't be used. */
export function datatypeOf(code: number): Datatype | string {
  const refused = refusedDatatypes[code];
  return (
    datatypes[code] ??
    (refused === undefined ? `its voxel type (code ${code}) is unknown` : `its voxels are ${refused}`)
  );
}

/** The NIfTI code and size of a type. */
export function datatypeNamed(name: VoxelType): { code: number; bytes: number } {
  const [code, type] = Object.entries(datatypes).find(([, candidate]) => candidate.name === name) as [
    string,
    Datatype,
  ];
  return { code: Number(code), bytes: type.bytes };
}

/**
 * Voxels as numbers, scaled. The bytes are used in place where possible (and their order changed in place).
 * 64-bit integers become float64; scaled integers of up to 16 bits and float32 become float32, others float64.
 * @param slope, inter `value = slope * stored + inter`; a slope that is zero or not finite means no scaling
 */
export function decodeVoxels(
  bytes: Uint8Array<ArrayBuffer>,
  type: Datatype,
  littleEndian: boolean,
  slope: number,
  inter: number,
): VoxelArray {
  if (littleEndian !== (endianness() === 'LE')) swapBytes(bytes, type.bytes);
  const aligned = bytes.byteOffset % type.bytes === 0 ? bytes : bytes.slice();
  const stored = new type.array(aligned.buffer, aligned.byteOffset, aligned.byteLength / type.bytes);
  const scaled = Number.isFinite(slope) && slope !== 0 && Number.isFinite(inter);
  if (scaled && (slope !== 1 || inter !== 0)) return scaleVoxels(stored, type, slope, inter);
  if (stored instanceof BigInt64Array || stored instanceof BigUint64Array)
    return Float64Array.from(stored, Number);
  return stored as VoxelArray;
}

function swapBytes(bytes: Uint8Array<ArrayBuffer>, size: number): void {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (size === 2) buffer.swap16();
  else if (size === 4) buffer.swap32();
  else if (size === 8) buffer.swap64();
}

function scaleVoxels(stored: ArrayLike<number | bigint>, type: Datatype, slope: number, inter: number) {
  const wide = type.bytes === 8 || type.name === 'int32' || type.name === 'uint32';
  const values = wide ? new Float64Array(stored.length) : new Float32Array(stored.length);
  for (let n = 0; n < values.length; n++) values[n] = slope * Number(stored[n]) + inter;
  return values;
}

const ranges: Partial<Record<VoxelType, readonly [number, number]>> = {
  int8: [-128, 127],
  uint8: [0, 255],
  int16: [-32768, 32767],
  uint16: [0, 65535],
  int32: [-2147483648, 2147483647],
  uint32: [0, 4294967295],
};

/**
 * Little-endian bytes of `values`; integers are rounded and kept inside the type's range (NaN becomes 0).
 * @param before bytes of zeros to leave before them, a multiple of 8
 */
export function encodeVoxels(values: VoxelArray, type: VoxelType, before = 0): Buffer {
  const { bytes } = datatypeNamed(type);
  const buffer = new ArrayBuffer(before + values.length * bytes);
  const range = ranges[type];
  const target = new datatypes[datatypeNamed(type).code].array(buffer, before) as unknown as
    VoxelArray | BigInt64Array | BigUint64Array;
  if (target instanceof BigInt64Array || target instanceof BigUint64Array) {
    for (let n = 0; n < values.length; n++) target[n] = BigInt(Math.round(values[n]) || 0);
  } else if (range === undefined || values.constructor === target.constructor) {
    target.set(values);
  } else {
    for (let n = 0; n < values.length; n++)
      target[n] = Math.min(range[1], Math.max(range[0], Math.round(values[n]) || 0));
  }
  if (endianness() !== 'LE') swapBytes(new Uint8Array(buffer, before), bytes);
  return Buffer.from(buffer);
}
