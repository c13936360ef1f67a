import { describe, expect, it } from 'vitest';
import { UserError } from '@disc-labeling/models/errors';
import { readFloatNpy, readNpy, writeNpy } from '@disc-labeling/models/npy';

const file = (header: string, data: Uint8Array, version = 1): Uint8Array => {
  const text = new TextEncoder().encode(header);
  const length = version === 1 ? [text.length, 0] : [text.length, 0, 0, 0];
  return Uint8Array.from([
    0x93,
    ...new TextEncoder().encode('NUMPY'),
    version,
    0,
    ...length,
    ...text,
    ...data,
  ]);
};
const six = new Uint8Array(Float32Array.of(1, 2, 3, 4, 5, 6).buffer);

describe('.npy files', () => {
  it.each([
    [[2, 3], Float32Array.of(1, 2, 3, 4, 5, 6)],
    [[6], Float64Array.of(1, 2, 3, 4, 5, 0.1)],
    [[], Uint8Array.of(255)],
    [[0, 4], new Float32Array()],
  ])('of shape %j come back as written', (shape, data) => {
    const bytes = writeNpy({ shape, data });
    expect((bytes.length - data.byteLength) % 64).toBe(0);
    expect(readNpy(bytes)).toEqual({ shape, data });
  });

  it('of format 2 and in Fortran order are read into C order', () => {
    const bytes = file("{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3), }\n", six, 2);
    expect(readNpy(bytes)).toEqual({ shape: [2, 3], data: Float32Array.of(1, 3, 5, 2, 4, 6) });
  });

  it('that can not be used say why', () => {
    const header = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }\n";
    expect(() => readNpy(file(header, six.subarray(1)), 'x.npy')).toThrow(/x\.npy\): it ends after/);
    expect(() => readNpy(file(header.replace('<f4', '>f4'), six))).toThrow(/its elements are >f4/);
    expect(() => readNpy(file(header.replace('<f4', '|O'), six))).toThrow(/its elements are \|O/);
    expect(() => readNpy(file('nonsense', six))).toThrow(/header is damaged/);
    expect(() => readNpy(six)).toThrow(UserError);
    expect(() => readFloatNpy(file(header, six), 4)).toThrow(/2 dimensions where 4/);
  });
});
