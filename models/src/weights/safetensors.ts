import { z } from 'zod';
import { UserError } from '../errors.js';
import type { WeightTensor } from '../model.js';
import { decodeFloats, elementSize, type ElementType } from './storage.js';

/**
 * The safetensors format (https://github.com/huggingface/safetensors): eight bytes header length, a JSON header
 * `{name: {dtype, shape, data_offsets}, "__metadata__": {key: text}}`, then the tensors without gaps.
 */

/** Longest header that the format allows. */
const longestHeader = 100_000_000;
const metadataKey = '__metadata__';

/** The format's names of element types; those that are not here are refused. */
const elementTypes: Readonly<Record<string, ElementType>> = {
  F64: 'float64',
  F32: 'float32',
  F16: 'float16',
  BF16: 'bfloat16',
  I64: 'int64',
  I32: 'int32',
  I16: 'int16',
  I8: 'int8',
  U8: 'uint8',
  BOOL: 'bool',
};

/** A tensor in a file, not decoded. */
export interface StoredArray {
  readonly type: ElementType;
  readonly shape: readonly number[];
  /** A view on the file's bytes. */
  readonly bytes: Uint8Array;
}

export interface SafetensorsFile {
  readonly arrays: ReadonlyMap<string, StoredArray>;
  readonly metadata: Readonly<Record<string, string>>;
}

/** Tensors as the bytes of a safetensors file, float32, in the map's order. */
export function encodeSafetensors(
  tensors: ReadonlyMap<string, WeightTensor>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const header = [`${JSON.stringify(metadataKey)}:${JSON.stringify(metadata)}`];
  let size = 0;
  for (const [name, { shape, data }] of tensors) {
    const entry = { dtype: 'F32', shape, data_offsets: [size, (size += data.byteLength)] };
    header.push(`${JSON.stringify(name)}:${JSON.stringify(entry)}`);
  }
  const text = new TextEncoder().encode(`{${header.join()}}`);
  // Spaces after the header keep the tensors aligned.
  const begin = 8 + Math.ceil(text.length / 8) * 8;
  const bytes = new Uint8Array(begin + size).fill(0x20, 8, begin);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(begin - 8), true);
  bytes.set(text, 8);
  let at = begin;
  for (const { data } of tensors.values()) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return bytes;
}

/** Whether a file begins as a safetensors file does: a length, then a JSON object. */
export const startsAsSafetensors = (bytes: Uint8Array): boolean => bytes[8] === 0x7b;

/**
 * Reads a safetensors file's structure. Everything is checked against the file's length before anything is
 * decoded, and as strictly as the format says: no gaps, no overlaps, every size what type and shape ask for.
 *
 * @param bytes the whole file
 * @param file  its name, for error messages
 * @throws UserError when the file is cut off, damaged or no safetensors file
 */
export function readSafetensors(bytes: Uint8Array, file?: string): SafetensorsFile {
  try {
    return read(bytes);
  } catch (error) {
    if (!(error instanceof DamageError)) throw error;
    throw new UserError('cannot read safetensors file', error.message, file, { cause: error });
  }
}

/** The numbers of a tensor as float32. @throws UserError when they are no floating-point numbers */
export function floatsOf({ type, shape, bytes }: StoredArray, name: string, file?: string): WeightTensor {
  const data = decodeFloats(type, bytes);
  if (data) return { shape, data };
  throw new UserError(
    'cannot read safetensors file',
    `its tensor ${name} holds ${type} numbers where floating-point ones are needed; save the network's own weights`,
    file,
  );
}

/** What is wrong with a file, in one clause. */
class DamageError extends Error {}

const entrySchema = z.object({
  dtype: z.string(),
  shape: z.array(z.number().int().nonnegative()).max(16),
  data_offsets: z.tuple([z.number().int().nonnegative(), z.number().int().nonnegative()]),
});

function read(bytes: Uint8Array): SafetensorsFile {
  const { header, body } = split(bytes);
  const metadata = z.record(z.string(), z.string()).safeParse(header[metadataKey] ?? {});
  if (!metadata.success) throw new DamageError('its metadata is damaged; copy the file again');
  const arrays = new Map<string, StoredArray>();
  const places: { name: string; begin: number; end: number }[] = [];
  for (const [name, value] of Object.entries(header)) {
    if (name === metadataKey) continue;
    const entry = entrySchema.safeParse(value);
    if (!entry.success)
      throw new DamageError(`the entry of ${name} in its header is damaged; copy the file again`);
    const { dtype, shape, data_offsets } = entry.data;
    const [begin, end] = data_offsets;
    const type = Object.hasOwn(elementTypes, dtype) ? elementTypes[dtype] : undefined;
    if (type === undefined)
      throw new DamageError(`its tensor ${name} has elements of type ${dtype}; save it as float32 (F32)`);
    if (end > body.length)
      throw new DamageError(
        `its tensor ${name} ends at byte ${end} of ${body.length}; the file is cut off or damaged, copy it again`,
      );
    const needed = shape.reduce((product, side) => product * side, elementSize(type));
    if (end - begin !== needed)
      throw new DamageError(
        `its tensor ${name} of shape [${shape}] takes ${end - begin} bytes instead of ${needed}; write it again`,
      );
    places.push({ name, begin, end });
    arrays.set(name, { type, shape, bytes: body.subarray(begin, end) });
  }
  requireSeamless(places, body.length);
  return { arrays, metadata: metadata.data };
}

/** The parsed header and the bytes after it. */
function split(bytes: Uint8Array): { header: Record<string, unknown>; body: Uint8Array } {
  if (bytes.length < 10) throw new DamageError('it is too short for a safetensors file; copy the file again');
  const length = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true);
  if (!startsAsSafetensors(bytes)) throw new DamageError('it is no safetensors file; give another file');
  if (length > longestHeader || length > bytes.length - 8)
    throw new DamageError(
      `its header would be ${length} bytes long, in a file of ${bytes.length}; it is cut off or no safetensors file`,
    );
  const end = 8 + Number(length);
  let text: string;
  let header: unknown;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(8, end));
    header = JSON.parse(text);
  } catch {
    throw new DamageError('its header is no valid JSON, so it is damaged; copy the file again');
  }
  const twice = repeatedKey(text);
  if (twice !== null) throw new DamageError(`its header names ${twice} twice; write the file again`);
  return { header: header as Record<string, unknown>, body: bytes.subarray(end) };
}

/** The first key that the outermost object of a valid JSON text has twice: `JSON.parse` would drop one. */
function repeatedKey(json: string): string | null {
  const seen = new Set<string>();
  let depth = 0;
  for (const [token, key] of json.matchAll(/("(?:[^"\\]|\\.)*")\s*:|"(?:[^"\\]|\\.)*"|[{}[\]]/g)) {
    if (token === '{' || token === '[') depth++;
    else if (token === '}' || token === ']') depth--;
    else if (key !== undefined && depth === 1) {
      const name = JSON.parse(key) as string;
      if (seen.has(name)) return name;
      seen.add(name);
    }
  }
  return null;
}

function requireSeamless(places: { name: string; begin: number; end: number }[], size: number): void {
  let at = 0;
  for (const { name, begin, end } of places.sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin !== at)
      throw new DamageError(
        `its tensor ${name} ${begin < at ? 'overlaps another' : 'begins after a gap'}; write the file again`,
      );
    at = end;
  }
  if (at !== size) throw new DamageError(`${size - at} bytes follow its last tensor; write the file again`);
}
