import { describe, expect, it } from 'vitest';
import { UserError } from '@disc-labeling/models/errors';
import { readPytorchCheckpoint } from '@disc-labeling/models/weights/pytorch';
import { floats, saveLegacy, saveZip, type SavedState } from './torch-writer.js';

const state: SavedState = {
  under: 'model_weights',
  storages: {
    '0': floats(1, 2, 3, 4, 5, 6),
    '1': { type: 'LongStorage', length: 1, bytes: new Uint8Array(BigInt64Array.of(6n).buffer) },
    '2': { type: 'DoubleStorage', length: 2, bytes: new Uint8Array(Float64Array.of(0.5, -2).buffer) },
    '3': {
      type: 'HalfStorage',
      length: 4,
      bytes: new Uint8Array(Uint16Array.of(0x3c00, 0xc000, 0x0001, 0x7bff).buffer),
    },
    '4': { type: 'BFloat16Storage', length: 2, bytes: new Uint8Array(Uint16Array.of(0x3f80, 0xc040).buffer) },
  },
  tensors: {
    'module.rows': { storage: '0', shape: [2, 3], strides: [3, 1] },
    'module.transposed': { storage: '0', shape: [3, 2], strides: [1, 3] },
    'module.tail': { storage: '0', offset: 4, shape: [2], strides: [1], parameter: true },
    'module.num_batches_tracked': { storage: '1', shape: [], strides: [] },
    'module.double': { storage: '2', shape: [2], strides: [1] },
    'module.half': { storage: '3', shape: [4], strides: [1] },
    'module.bfloat16': { storage: '4', shape: [2, 1], strides: [1, 1] },
  },
};

const writers = {
  zip: (s: SavedState) => saveZip(s),
  deflated: (s: SavedState) => saveZip(s, { level: 6 }),
  legacy: saveLegacy,
};

describe.each(Object.entries(writers))('a %s checkpoint', (kind, save) => {
  // Bytes that begin at an odd address, as in a file read into Node's pool.
  const bytes = (s: SavedState): Uint8Array => Buffer.concat([Buffer.of(0), save(s)]).subarray(1);

  it('gives its tensors, whatever their strides, sharing and element type', () => {
    const { weights, rawNames, format } = readPytorchCheckpoint(bytes(state));
    expect(format).toBe(kind === 'legacy' ? 'legacy' : 'zip');
    expect(rawNames).toEqual(Object.keys(state.tensors));
    expect([...weights.keys()]).toEqual(['rows', 'transposed', 'tail', 'double', 'half', 'bfloat16']);
    const read = Object.fromEntries(
      [...weights].map(([name, { shape, data }]) => [name, [shape, [...data]]]),
    );
    expect(read).toEqual({
      rows: [
        [2, 3],
        [1, 2, 3, 4, 5, 6],
      ],
      transposed: [
        [3, 2],
        [1, 4, 2, 5, 3, 6],
      ],
      tail: [[2], [5, 6]],
      double: [[2], [0.5, -2]],
      half: [[4], [1, -2, 2 ** -24, 65504]],
      bfloat16: [
        [2, 1],
        [1, -3],
      ],
    });
  });

  it('may be a bare state dict and without prefix', () => {
    const bare = {
      storages: { a: floats(7) },
      tensors: { weight: { storage: 'a', shape: [1], strides: [1] } },
    };
    expect(readPytorchCheckpoint(bytes(bare)).weights.get('weight')!.data[0]).toBe(7);
  });

  it('that asks for anything else is refused by name', () => {
    for (const rebuild of [
      ['posix', 'system'],
      ['builtins', 'eval'],
      ['torch', 'load'],
    ] as const) {
      const read = () => readPytorchCheckpoint(bytes({ ...state, rebuild }), 'evil.pt');
      expect(read).toThrow(UserError);
      expect(read).toThrow(`cannot read PyTorch checkpoint (evil.pt): it asks for ${rebuild.join('.')},`);
    }
  });

  it('whose tensor reaches past its storage is refused', () => {
    for (const window of [
      { offset: 5, shape: [2], strides: [1] },
      { shape: [2], strides: [6] },
      { shape: [2 ** 30], strides: [0] },
    ]) {
      const broken = { storages: state.storages, tensors: { weight: { storage: '0', ...window } } };
      expect(() => readPytorchCheckpoint(bytes(broken))).toThrow(/reaches past its storage/);
    }
  });

  it('cut off anywhere or with any byte changed never crashes', () => {
    const whole = save(state);
    for (let length = 0; length < whole.length; length += 7)
      expect(() => readPytorchCheckpoint(whole.subarray(0, length))).toThrow(UserError);
    for (let at = 0; at < whole.length; at++) {
      const changed = whole.slice();
      changed[at] ^= 0xff;
      try {
        readPytorchCheckpoint(changed);
      } catch (error) {
        expect(error, `byte ${at}`).toBeInstanceOf(UserError);
      }
    }
  });
});

describe('other files', () => {
  it('of a big-endian machine are refused', () => {
    expect(() => readPytorchCheckpoint(saveZip(state, { byteOrder: 'big' }))).toThrow(/big-endian/);
    expect(() => readPytorchCheckpoint(saveLegacy(state, { littleEndian: false }))).toThrow(/big-endian/);
    expect(readPytorchCheckpoint(saveZip(state, { byteOrder: 'little' })).weights.size).toBe(6);
  });

  it('that are no checkpoint say so', () => {
    expect(() => readPytorchCheckpoint(new TextEncoder().encode('hello, world'))).toThrow(
      /no PyTorch checkpoint/,
    );
    expect(() => readPytorchCheckpoint(new Uint8Array())).toThrow(/no PyTorch checkpoint/);
  });
});
