import { describe, expect, it } from 'vitest';
import { UserError } from '@disc-labeling/models/errors';
import { encodeSafetensors, floatsOf, readSafetensors } from '@disc-labeling/models/weights/safetensors';

/** A file with any header, valid or not. */
function fileOf(header: unknown, body = new Uint8Array(16), length?: bigint): Uint8Array {
  const text = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const prefix = Buffer.alloc(8);
  prefix.writeBigUInt64LE(length ?? BigInt(text.length));
  return Buffer.concat([prefix, text, body]);
}

const two = (begin: number, end: number) => ({ dtype: 'F32', shape: [2], data_offsets: [begin, end] });

describe('a safetensors file', () => {
  const tensors = new Map([
    ['1', { shape: [2, 2], data: Float32Array.of(1, -0, 3e-45, Infinity) }],
    ['0', { shape: [], data: Float32Array.of(NaN) }],
    ['__proto__', { shape: [1], data: Float32Array.of(0.1) }],
    ['nothing "at" all\\', { shape: [0, 3], data: new Float32Array() }],
  ]);
  const bytes = encodeSafetensors(tensors, { 'a "key"': 'ä\n' });

  it('gives back what was written, bit for bit and in order', () => {
    const { arrays, metadata } = readSafetensors(Buffer.concat([Buffer.of(0), bytes]).subarray(1));
    expect([...arrays.keys()]).toHaveLength(tensors.size);
    for (const [name, { shape, data }] of tensors) {
      const read = floatsOf(arrays.get(name)!, name);
      expect(read.shape).toEqual(shape);
      expect(new Uint8Array(read.data.buffer)).toEqual(new Uint8Array(data.buffer));
    }
    expect(metadata).toEqual({ 'a "key"': 'ä\n' });
  });

  it('keeps its tensors aligned', () => {
    expect(Number(new DataView(bytes.buffer).getBigUint64(0, true)) % 8).toBe(0);
  });

  it('may hold other floating-point numbers', () => {
    const body = Uint8Array.of(0x00, 0x3c, 0x80, 0x3f, 0, 0, 0, 0, 0, 0, 0xf8, 0x3f, 5, 6, 7, 8);
    const header = {
      half: { dtype: 'F16', shape: [1], data_offsets: [0, 2] },
      brain: { dtype: 'BF16', shape: [1, 1], data_offsets: [2, 4] },
      double: { dtype: 'F64', shape: [1], data_offsets: [4, 12] },
      bytes: { dtype: 'U8', shape: [4], data_offsets: [12, 16] },
    };
    const { arrays } = readSafetensors(fileOf(header, body));
    const read = (name: string) => [...floatsOf(arrays.get(name)!, name, 'x').data];
    expect(['half', 'brain', 'double'].map(read)).toEqual([[1], [1], [1.5]]);
    expect(() => read('bytes')).toThrow('(x): its tensor bytes holds uint8 numbers');
  });
});

describe('a damaged safetensors file', () => {
  it.each([
    ['is empty', new Uint8Array(), 'too short'],
    ['is another file', Buffer.from('hello, world, hello'), 'no safetensors file'],
    ['asks for an absurd header', fileOf({}, undefined, 2n ** 63n), '9223372036854775808 bytes long'],
    ['asks for more than is there', fileOf({}, undefined, 19n), 'cut off'],
    ['has a broken header', fileOf('{"a":'), 'no valid JSON'],
    ['has a header that is no text', fileOf('{"a\u0000', undefined, 4n), 'no valid JSON'],
    ['has metadata that is no text', fileOf({ __metadata__: { a: 1 } }, new Uint8Array()), 'metadata'],
    ['lacks a shape', fileOf({ a: { dtype: 'F32', data_offsets: [0, 16] } }), 'entry of a'],
    ['has a negative offset', fileOf({ a: two(-8, 0) }), 'entry of a'],
    ['has a side of a half', fileOf({ a: { ...two(0, 8), shape: [0.5] } }), 'entry of a'],
    ['has an unknown type', fileOf({ a: { ...two(0, 8), dtype: 'F8_E4M3' } }), 'type F8_E4M3'],
    ['has an inherited type', fileOf({ a: { ...two(0, 8), dtype: 'toString' } }), 'type toString'],
    ['ends early', fileOf({ a: two(0, 8), b: two(8, 16) }, new Uint8Array(12)), 'byte 16 of 12'],
    ['asks for terabytes', fileOf({ a: { ...two(0, 2 ** 45), shape: [2 ** 43] } }), 'cut off'],
    ['has another size', fileOf({ a: two(0, 16) }), '16 bytes instead of 8'],
    ['overflows', fileOf({ a: { ...two(0, 0), shape: Array(8).fill(2 ** 50) } }), '0 bytes instead of'],
    ['turns around', fileOf({ a: two(8, 0) }), '-8 bytes instead of 8'],
    ['overlaps', fileOf({ a: two(0, 8), b: two(4, 12) }), 'b overlaps'],
    ['has two in one place', fileOf({ a: two(0, 8), b: two(0, 8) }), 'b overlaps'],
    ['has a gap', fileOf({ b: two(8, 16) }), 'b begins after a gap'],
    ['has a rest', fileOf({ a: two(0, 8) }), '8 bytes follow'],
    [
      'has a name twice',
      fileOf(`{"a":${JSON.stringify(two(0, 8))},"\\u0061":${JSON.stringify(two(8, 16))}}`),
      'a twice',
    ],
  ])('that %s says so in one sentence', (_, bytes, why) => {
    const read = () => readSafetensors(bytes, 'x.safetensors');
    expect(read).toThrow(UserError);
    expect(read).toThrow('cannot read safetensors file (x.safetensors): ');
    expect(read).toThrow(why);
  });

  it('cut off anywhere or with any byte changed never crashes', () => {
    const whole = encodeSafetensors(
      new Map([
        ['a', { shape: [2], data: Float32Array.of(1, 2) }],
        ['b', { shape: [1], data: Float32Array.of(3) }],
      ]),
      { format: 'pt' },
    );
    for (let length = 0; length < whole.length; length++)
      expect(() => readSafetensors(whole.subarray(0, length))).toThrow(UserError);
    for (let at = 0; at < whole.length; at++)
      for (const mask of [1, 0x20, 0xff]) {
        const changed = whole.slice();
        changed[at] ^= mask;
        try {
          readSafetensors(changed);
        } catch (error) {
          expect(error, `byte ${at}`).toBeInstanceOf(UserError);
        }
      }
  });
});
