interface NumberType {
  readonly size: number;
  readonly decode?: (bytes: Uint8Array) => Float32Array;
}

/** How numbers lie in files of weights, little-endian. Only floating-point ones can be weights. */
const types = {
  float64: { size: 8, decode: (bytes) => Float32Array.from(new Float64Array(copy(bytes))) },
  float32: { size: 4, decode: (bytes) => new Float32Array(copy(bytes)) },
  float16: { size: 2, decode: (bytes) => Float32Array.from(new Uint16Array(copy(bytes)), halfToFloat) },
  bfloat16: { size: 2, decode: decodeBfloat16 },
  complex128: { size: 16 },
  complex64: { size: 8 },
  int64: { size: 8 },
  int32: { size: 4 },
  int16: { size: 2 },
  int8: { size: 1 },
  uint8: { size: 1 },
  bool: { size: 1 },
} satisfies Record<string, NumberType>;

export type ElementType = keyof typeof types;

/** Bytes of one element. */
export const elementSize = (type: ElementType): number => types[type].size;

/** Little-endian elements as float32 (float64 is rounded), or null where they are no floating-point numbers. */
export function decodeFloats(type: ElementType, bytes: Uint8Array): Float32Array | null {
  const known: NumberType = types[type];
  return known.decode?.(bytes) ?? null;
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

/** The nearest half-precision number (ties to even), as its bits; what is too large becomes infinity. */
export function floatToHalf(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (Number.isNaN(value)) return 0x7e00;
  if (size >= 65520) return sign | 0x7c00;
  // Exponent of the last bit kept: subnormal numbers share the smallest one.
  const exponent = size === 0 ? -14 : Math.max(-14, Math.floor(Math.log2(size)));
  const steps = roundHalfToEven(size * 2 ** (10 - exponent));
  return sign | (steps < 1024 ? steps : ((exponent + 14) << 10) + steps);
}

function roundHalfToEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return rest < 0.5 ? floor : floor + 1;
  return floor % 2 === 0 ? floor : floor + 1;
}
