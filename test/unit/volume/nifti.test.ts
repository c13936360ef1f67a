import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UserError } from '@disc-labeling/models/errors';
import { assertUsable, readHeader, readVolume, writeVolume } from '@disc-labeling/server/volume/nifti';
import { encodeVoxels, type VoxelType } from '@disc-labeling/server/volume/datatypes';
import type { Affine, Volume } from '@disc-labeling/server/volume/types';
import { niftiBytes } from '../../support/nifti-bytes.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nifti-'));
});
afterAll(() => rm(folder, { recursive: true }));

const write = async (name: string, bytes: Uint8Array | string) => {
  const path = join(folder, name);
  await writeFile(path, bytes);
  return path;
};

const reasonFor = async (name: string, bytes: Uint8Array | string) => {
  const path = await write(name, bytes);
  const error = await readVolume(path).then(
    () => expect.unreachable(`${name} was read`),
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(UserError);
  expect((error as UserError).file).toBe(path);
  return (error as UserError).why;
};

const oblique: Affine = [
  [-0.9, 0.1, 0.2, 10],
  [0.12, 1.1, -0.3, -20],
  [0.15, 0.25, 2.9, 30],
  [0, 0, 0, 1],
];

const codes: Record<VoxelType, number> = {
  uint8: 2,
  int16: 4,
  int32: 8,
  float32: 16,
  float64: 64,
  int8: 256,
  uint16: 512,
  uint32: 768,
  int64: 1024,
  uint64: 1280,
};

describe('reading', () => {
  const types = Object.keys(codes) as VoxelType[];
  const layouts = [1, 2].flatMap((version) => [true, false].map((little) => ({ version, little })));
  it.each(layouts.flatMap((layout) => types.map((type) => ({ ...layout, type }))))(
    'NIfTI-$version, little-endian $little, $type',
    async ({ version, little, type }) => {
      const values = Float64Array.from({ length: 24 }, (_, n) => n * 5);
      const bytes = niftiBytes({ version: version as 1 | 2, little, datatype: codes[type], values });
      const path = await write(`${version}${little}${type}.nii`, bytes);
      const volume = await readVolume(path);
      expect(volume.shape).toEqual([2, 3, 4]);
      expect(Array.from(volume.data)).toEqual(Array.from(values));
      const zipped = await write(`${version}${little}${type}-zipped.nii`, gzipSync(bytes));
      expect(await readVolume(zipped)).toEqual(volume);
      expect(await readHeader(zipped)).toMatchObject({
        datatype: type,
        littleEndian: little,
        shape: [2, 3, 4],
      });
    },
  );

  it('applies slope and intercept, and ignores a slope of zero or NaN', async () => {
    const read = async (slope: number, inter: number) => {
      const values = Float64Array.from({ length: 24 }, (_, n) => n);
      const path = await write('scaled.nii', niftiBytes({ datatype: 4, values, slope, inter }));
      return (await readVolume(path)).data[3];
    };
    expect(await read(2, 10)).toBe(16);
    expect(await read(1, 10)).toBe(13);
    expect(await read(0, 10)).toBe(3);
    expect(await read(NaN, 10)).toBe(3);
  });

  it('prefers the sform, even where the qform has the higher code', async () => {
    const values = new Float64Array(24);
    const both = {
      values,
      sform: oblique,
      sformCode: 1,
      qformCode: 2,
      quaternion: [0, 0, 1],
      offset: [7, 8, 9],
    };
    const volume = await readVolume(await write('both.nii', niftiBytes(both)));
    expect(volume.affineSource).toBe('sform');
    volume.affine.forEach((row, r) => row.forEach((value, c) => expect(value).toBeCloseTo(oblique[r][c], 5)));
    expect(volume.spacing[2]).toBeCloseTo(Math.hypot(0.2, 0.3, 2.9), 5);
  });

  it('falls back to the qform, its handedness included, and then to the bare spacing', async () => {
    const values = new Float64Array(24);
    const base = { values, pixdim: [-1, 2, 3, 4], quaternion: [0, 0, 1], offset: [7, 8, 9] };
    const qform = await readVolume(await write('q.nii', niftiBytes({ ...base, qformCode: 1 })));
    expect(qform.affineSource).toBe('qform');
    // A half turn about z, and the third axis reversed.
    expect(qform.affine.map((row) => row.map((value) => value + 0))).toEqual([
      [-2, 0, 0, 7],
      [0, -3, 0, 8],
      [0, 0, -4, 9],
      [0, 0, 0, 1],
    ]);
    const singular = [1, 2, 3, 4].map(() => [0, 0, 0, 0]) as unknown as Affine;
    const broken = niftiBytes({ ...base, sform: singular, sformCode: 1, qformCode: 1 });
    const second = await readVolume(await write('s0.nii', broken));
    expect(second.affineSource).toBe('qform');
    expect(second.notices.join()).toContain('sform');
    const none = await readVolume(await write('none.nii', niftiBytes(base)));
    expect(none.affineSource).toBe('none');
    expect(none.affine[1]).toEqual([0, 3, 0, 0]);
    expect(none.spacing).toEqual([2, 3, 4]);
    expect(none.notices.join()).toContain('orientation');
  });

  it('takes the first volume of a series, one slice of a picture, and skips extensions', async () => {
    const values = Float64Array.from({ length: 48 }, (_, n) => n);
    const series = await readVolume(await write('4d.nii', niftiBytes({ dims: [4, 2, 3, 4, 2], values })));
    expect(series.shape).toEqual([2, 3, 4]);
    expect(series.data.length).toBe(24);
    expect(series.notices.join()).toContain('2 volumes');
    const flat = await readVolume(await write('2d.nii', niftiBytes({ dims: [2, 6, 8], values })));
    expect(flat.shape).toEqual([6, 8, 1]);
    const extended = niftiBytes({ dims: [3, 2, 3, 8], values, voxelOffset: 400 });
    expect((await readVolume(await write('ext.nii', extended))).data[5]).toBe(5);
  });

  it('takes NaN and infinity as the smallest value and says so', async () => {
    const values = Float64Array.from({ length: 24 }, (_, n) => n - 3);
    values[5] = NaN;
    values[6] = -Infinity;
    const volume = await readVolume(await write('nan.nii', niftiBytes({ datatype: 16, values })));
    expect([volume.data[5], volume.data[6]]).toEqual([-3, -3]);
    expect(volume.notices.join()).toContain('2 voxels');
  });

  it('stops when cancelled', async () => {
    const path = await write('cancel.nii', niftiBytes({ values: new Float64Array(24) }));
    await expect(readVolume(path, { signal: AbortSignal.abort() })).rejects.toThrow('cancelled');
  });
});

describe('refusing', () => {
  const good = () => niftiBytes({ values: Float64Array.from({ length: 24 }, (_, n) => n) });

  it('says what a file is that is no NIfTI', async () => {
    expect(await reasonFor('text.nii', 'not an image at all, '.repeat(40))).toContain('plain text');
    expect(await reasonFor('text2.nii.gz', gzipSync('{"a": 1}'.padEnd(600)))).toContain('JSON');
    expect(await reasonFor('page.nii.gz', '<!DOCTYPE html><html>'.padEnd(600))).toContain('web page');
    expect(
      await reasonFor('x.nii', Buffer.concat([Buffer.from('\x89PNG\r\n', 'latin1'), Buffer.alloc(900)])),
    ).toContain('PNG');
    const dicom = Buffer.alloc(900);
    dicom.write('DICM', 128);
    expect(await reasonFor('d.nii', dicom)).toContain('DICOM');
    expect(await reasonFor('zeros.nii', Buffer.alloc(900))).toContain('no NIfTI header');
    expect(await reasonFor('tiny.nii', 'x')).toContain('not a NIfTI');
    const analyze = good();
    analyze.fill(0, 344, 348);
    expect(await reasonFor('analyze.nii', analyze)).toContain('ANALYZE');
    const pair = good();
    pair.write('ni1', 344);
    expect(await reasonFor('pair.hdr', pair)).toContain('.hdr and .img');
  });

  it('names both sizes of a file cut short', async () => {
    const bytes = good();
    const why = await reasonFor('short.nii', bytes.subarray(0, bytes.length - 10));
    expect(why).toContain(String(bytes.length - 10));
    expect(why).toContain(String(bytes.length));
    const inside = await reasonFor('inside.nii.gz', gzipSync(bytes.subarray(0, bytes.length - 10)));
    expect(inside).toContain(`${bytes.length - 10} bytes`);
  });

  it('tells a truncated gzip from a damaged one', async () => {
    const values = Float64Array.from({ length: 20 * 30 * 40 }, (_, n) => (n * 2654435761) % 251);
    const zipped = gzipSync(niftiBytes({ dims: [3, 20, 30, 40], values }));
    expect(await reasonFor('cut.nii.gz', zipped.subarray(0, zipped.length >> 1))).toContain('ends too early');
    expect(await reasonFor('cut-tail.nii.gz', zipped.subarray(0, zipped.length - 3))).toContain(
      'ends too early',
    );
    const checksum = Buffer.from(zipped);
    checksum[zipped.length - 6] ^= 0xff;
    expect(await reasonFor('checksum.nii.gz', checksum)).toContain('damaged');
    const header = Buffer.from(zipped);
    header[2] = 77;
    expect(await reasonFor('method.nii.gz', header)).toContain('damaged');
  });

  it('refuses impossible sizes before it takes memory', async () => {
    const sized = (dims: number[], version: 1 | 2 = 1) =>
      niftiBytes({ dims, version, values: new Float64Array(24) });
    expect(await reasonFor('zero.nii', sized([3, 2, 0, 4]))).toContain('dimension 2 is zero');
    expect(await reasonFor('negative.nii', sized([3, 2, 3, -4]))).toContain('dimension 3 is negative (-4)');
    expect(await reasonFor('dims.nii', sized([9, 2, 3, 4]))).toContain('9 dimensions');
    const before = process.memoryUsage().arrayBuffers;
    expect(await reasonFor('huge.nii', sized([3, 10000, 10000, 10000]))).toContain('10000 x 10000 x 10000');
    expect(await reasonFor('huge2.nii.gz', gzipSync(sized([3, 1e4, 1e4, 1e4], 2)))).toContain('more than');
    expect(await reasonFor('large.nii.gz', gzipSync(sized([3, 1000, 1000, 500])))).toContain('cut short');
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(50e6);
  });

  it('refuses voxels that are no single number', async () => {
    const typed = (datatype: number) => {
      const bytes = good();
      bytes.writeInt16LE(datatype, 70);
      return bytes;
    };
    expect(await reasonFor('complex.nii', typed(32))).toContain('complex');
    expect(await reasonFor('rgb.nii', typed(128))).toContain('RGB');
    expect(await reasonFor('unknown.nii', typed(999))).toContain('999');
  });

  it('knows content that was not downloaded yet', async () => {
    const key = '../.git/annex/objects/x1/y2/SHA256E-s1234567--abc.nii.gz/SHA256E-s1234567--abc.nii.gz';
    expect(await reasonFor('unlocked.nii.gz', '/annex/objects/SHA256E-s1234567--abc.nii.gz\n')).toMatch(
      /not downloaded yet \(1.2 MB\): git annex get unlocked.nii.gz/,
    );
    const link = join(folder, 'locked.nii.gz');
    await symlink(key, link);
    await expect(readVolume(link)).rejects.toThrow(
      /not downloaded yet \(1.2 MB\): git annex get locked.nii.gz/,
    );
    const lost = join(folder, 'lost.nii.gz');
    await symlink('nowhere.nii.gz', lost);
    await expect(readVolume(lost)).rejects.toThrow('nowhere.nii.gz, which is not there');
    const lfs = 'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 2000\n';
    expect(await reasonFor('lfs.nii.gz', lfs)).toContain('git lfs pull');
  });

  it('knows an empty file, a folder and a missing one', async () => {
    expect(await reasonFor('empty.nii', '')).toContain('empty');
    await expect(readVolume(folder)).rejects.toThrow('folder');
    await expect(readVolume(join(folder, 'missing.nii'))).rejects.toThrow('no such file');
    await expect(readHeader(join(folder, 'missing.nii'))).rejects.toThrow('no such file');
  });

  it('wants something to see for labelling', async () => {
    const constant = await readVolume(
      await write('c.nii', niftiBytes({ values: new Float64Array(24).fill(7) })),
    );
    expect(() => assertUsable(constant)).toThrow('same value (7)');
    const nan = niftiBytes({ datatype: 16, values: new Float64Array(24).fill(NaN) });
    const nothing = await readVolume(await write('n.nii', nan));
    expect(() => assertUsable(nothing)).toThrow('none of its voxels');
    assertUsable(await readVolume(await write('ok.nii', good())));
  });
});

describe('writing', () => {
  const volume = (data: Volume['data'], affineSource: Volume['affineSource'] = 'sform') => ({
    shape: [2, 3, 4] as const,
    data,
    affine: oblique,
    affineSource,
  });

  it.each(['a.nii', 'a.nii.gz', 'new/folder/a.nii.gz'])('reads back what it wrote: %s', async (name) => {
    const data = Int16Array.from({ length: 24 }, (_, n) => n * n - 200);
    const path = join(folder, name);
    await writeVolume(path, volume(data), { description: 'a test' });
    const back = await readVolume(path);
    expect(back.data).toEqual(data);
    expect(back.affineSource).toBe('sform');
    back.affine.forEach((row, r) => row.forEach((value, c) => expect(value).toBeCloseTo(oblique[r][c], 5)));
  });

  it('writes the same bytes again, and a qform that says the same as the sform of an unsheared grid', async () => {
    const path = join(folder, 'turned.nii.gz');
    const [c, s] = [Math.cos(0.3), Math.sin(0.3)];
    const affine: Affine = [
      [-2 * c, 0, 3 * s, 1],
      [0, 1.5, 0, 2],
      [2 * s, 0, 3 * c, 3],
      [0, 0, 0, 1],
    ];
    const turned = { ...volume(new Uint8Array(24)), affine };
    await writeVolume(path, turned);
    const first = await readFile(path);
    await writeVolume(path, turned);
    expect(await readFile(path)).toEqual(first);
    const plain = join(folder, 'turned.nii');
    await writeVolume(plain, turned);
    const bytes = await readFile(plain);
    bytes.writeInt16LE(0, 254);
    const back = await readVolume(await write('qform-only.nii', bytes));
    expect(back.affineSource).toBe('qform');
    back.affine.forEach((row, r) => row.forEach((value, n) => expect(value).toBeCloseTo(affine[r][n], 5)));
  });

  it('rounds and limits integers, and keeps a file without orientation without', async () => {
    const path = join(folder, 'r.nii');
    await writeVolume(
      path,
      volume(Float32Array.of(1.6, -3, 300, NaN, ...new Array<number>(20).fill(0)), 'none'),
      {
        dtype: 'uint8',
      },
    );
    const back = await readVolume(path);
    expect(Array.from(back.data.subarray(0, 4))).toEqual([2, 0, 255, 0]);
    expect(back.affineSource).toBe('none');
    expect(Array.from(encodeVoxels(Float32Array.of(5), 'int64'))).toEqual([5, 0, 0, 0, 0, 0, 0, 0]);
  });

  it('leaves nothing behind when it fails', async () => {
    const blocked = join(folder, 'blocked');
    await writeFile(blocked, 'a file');
    await expect(writeVolume(join(blocked, 'a.nii'), volume(new Uint8Array(24)))).rejects.toThrow(UserError);
    const inTheWay = await mkdtemp(join(folder, 'dir-'));
    await expect(writeVolume(inTheWay, volume(new Uint8Array(24)))).rejects.toThrow('cannot write');
    expect((await readdir(folder)).filter((name) => name.endsWith('.part'))).toEqual([]);
  });
});
