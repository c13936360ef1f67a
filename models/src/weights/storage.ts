/** Element types of PyTorch storages that can hold weights, by the class name in the pickle. */
const decoders = {
  FloatStorage: { size: 4, decode: (bytes) => new Float32Array(copy(bytes)) },
  DoubleStorage: { size: 8, decode: (bytes) => Float32Array.from(new Float64Array(copy(bytes))) },
  HalfStorage: {
    size: 2,
    decode: (bytes) => Float32Array.from(new Uint16Array(copy(bytes)), halfToFloat),
  },
  BFloat16Storage: { size: 2, decode: decodeBfloat16 },
  LongStorage: {
    size: 8,
    decode: (bytes) => Float32Array.from(new BigInt64Array(copy(bytes)), Number),
  },
} satisfies Record<string, { size: number; decode: (bytes: Uint8Array) => Float32Array }>;

export type StorageType = keyof typeof decoders;

export const isStorageType = (name: string): name is StorageType => Object.hasOwn(decoders, name);

/** Bytes of one element. */
export const elementSize = (type: StorageType): number => decoders[type].size;

/** Little-endian elements as float32; float64 and int64 are rounded. */
export function decodeStorage(type: StorageType, bytes: Uint8Array): Float32Array {
  return decoders[type].decode(bytes);
}

/** An aligned copy: records begin anywhere in a file. */
const copy = (bytes: Uint8Array): ArrayBuffer => new Uint8Array(bytes).buffer;

function decodeBfloat16(bytes: Uint8Array): Float32Array {
  const upper = new Uint16Array(copy(bytes));
  return new Float32Array(Uint32Array.from(upper, (half) => half << 16).buffer);
}

/** IEEE 754 half precision (its bits) to a number. */
export function halfToFloat(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
