import { UserError } from './errors.js';

/** Element types read and written here, by NumPy's descriptor. */
const types = { '<f4': Float32Array, '<f8': Float64Array, '|u1': Uint8Array } as const;
type Descriptor = keyof typeof types;

export type NpyData = Float32Array | Float64Array | Uint8Array;

/** An array as NumPy saves it, in C order. */
export interface NpyArray<Data extends NpyData = NpyData> {
  readonly shape: readonly number[];
  readonly data: Data;
}

const magic = Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59); // \x93NUMPY

/**
 * Reads a `.npy` file (format 1, 2 or 3) of float32, float64 or uint8; Fortran order is brought into C order.
 * Format: NumPy Enhancement Proposal 1 and `numpy/lib/format.py`.
 *
 * @param file its name, for error messages
 * @throws UserError for another file or element type, or one cut off
 */
export function readNpy(bytes: Uint8Array, file?: string): NpyArray {
  const fail = (why: string): never => {
    throw new UserError('cannot read array', why, file);
  };
  if (bytes.length < 12 || !magic.every((byte, i) => bytes[i] === byte)) fail('it is no NumPy .npy file');
  const version = bytes[6];
  if (version < 1 || version > 3) fail(`its .npy format ${version} is not one of 1 to 3`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = version === 1 ? 10 : 12;
  const end = start + (version === 1 ? view.getUint16(8, true) : view.getUint32(8, true));
  const header = new TextDecoder().decode(bytes.subarray(start, end));

  const descriptor = /'descr':\s*'([^']*)'/.exec(header)?.[1];
  const order = /'fortran_order':\s*(True|False)/.exec(header)?.[1];
  const sides = /'shape':\s*\(([\d\s,]*)\)/.exec(header)?.[1];
  if (descriptor === undefined || order === undefined || sides === undefined)
    return fail('its header is damaged');
  if (!Object.hasOwn(types, descriptor))
    return fail(`its elements are ${descriptor}; save it as float32, float64 or uint8, little-endian`);
  const shape = sides
    .split(',')
    .filter((side) => side.trim() !== '')
    .map(Number);
  const count = shape.reduce((product, side) => product * side, 1);
  const type = types[descriptor as Descriptor];
  const length = count * type.BYTES_PER_ELEMENT;
  if (bytes.length < end + length)
    fail(`it ends after ${bytes.length} of ${end + length} bytes (an incomplete copy?)`);
  const data = new type(new Uint8Array(bytes.subarray(end, end + length)).buffer);
  return { shape, data: order === 'True' ? fromFortran(data, shape) : data };
}

/** Like {@link readNpy}, refusing anything but float32 and float64 of the given rank; as float32. */
export function readFloatNpy(bytes: Uint8Array, rank: number, file?: string): NpyArray<Float32Array> {
  const { shape, data } = readNpy(bytes, file);
  if (shape.length !== rank)
    throw new UserError(
      'cannot use array',
      `it has ${shape.length} dimensions where ${rank} are needed`,
      file,
    );
  if (data instanceof Uint8Array)
    throw new UserError('cannot use array', 'its elements are uint8, not float32', file);
  return { shape, data: data instanceof Float32Array ? data : Float32Array.from(data) };
}

/** The bytes of a `.npy` file, format 1, C order. */
export function writeNpy({ shape, data }: NpyArray): Uint8Array {
  const descriptor = (Object.keys(types) as Descriptor[]).find((key) => data instanceof types[key])!;
  const sides = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const text = `{'descr': '${descriptor}', 'fortran_order': False, 'shape': (${sides}), }`;
  // The header is padded so that the data begins at a multiple of 64 bytes.
  const headerLength = Math.ceil((10 + text.length + 1) / 64) * 64 - 10;
  const bytes = new Uint8Array(10 + headerLength + data.byteLength);
  bytes.set(magic);
  bytes.set([1, 0, headerLength & 0xff, headerLength >> 8], 6);
  bytes.set(new TextEncoder().encode(`${text.padEnd(headerLength - 1)}\n`), 10);
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), 10 + headerLength);
  return bytes;
}

/** First axis fastest to last axis fastest. */
function fromFortran<Data extends NpyData>(source: Data, shape: readonly number[]): Data {
  const result = source.slice() as Data;
  const strides = shape.map((_, axis) => shape.slice(0, axis).reduce((product, side) => product * side, 1));
  for (let to = 0; to < source.length; to++) {
    let rest = to;
    let from = 0;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += (rest % shape[axis]) * strides[axis];
      rest = Math.floor(rest / shape[axis]);
    }
    result[to] = source[from];
  }
  return result;
}
