import { readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UserError } from '@disc-labeling/models/errors';
import { assertUsable, readHeader, readVolume, writeVolume } from '@disc-labeling/server/volume/nifti';
import { axisCodes } from '@disc-labeling/server/volume/orientation';
import { sagittalSlab, leftRightAxis } from '@disc-labeling/server/volume/slice';
import type { VoxelArray } from '@disc-labeling/server/volume/types';
import { dataDir } from '../support/shared.js';

const data = dataDir();

/** What is known of each file: format, byte order, shape, direction letters, where the affine comes from. */
const known: Record<
  string,
  [format: string, little: boolean, shape: number[], codes: string, source: string]
> = {
  '5D_small.nii': ['NIfTI-1', true, [1, 2, 3], 'PSR', 'sform'],
  'anatomical.nii': ['NIfTI-1', false, [33, 41, 25], 'LAS', 'sform'],
  'big.nii.gz': ['NIfTI-1', false, [64, 64, 21], 'LAS', 'qform'],
  'example_nifti2.nii.gz': ['NIfTI-2', true, [32, 20, 12], 'LAS', 'sform'],
  'little.nii.gz': ['NIfTI-1', true, [64, 64, 21], 'LAS', 'qform'],
  'reoriented_anat_moved.nii': ['NIfTI-1', false, [21, 26, 22], 'RAS', 'sform'],
  'with_extension.nii.gz': ['NIfTI-1', false, [161, 191, 151], 'LPI', 'sform'],
};

/** Millions of voxels: vitest's own comparison takes half a minute. */
const bytesOf = ({ buffer, byteOffset, byteLength }: VoxelArray) =>
  Buffer.from(buffer, byteOffset, byteLength);

const sameBytes = (a: VoxelArray, b: VoxelArray) =>
  a.constructor === b.constructor && bytesOf(a).equals(bytesOf(b));

describe.skipIf(data === null)('real NIfTI files', () => {
  const folder = join(data ?? '', 'nifti');
  const mri = join(data ?? '', 'mri');
  let out = '';
  beforeAll(async () => {
    out = await mkdtemp(join(tmpdir(), 'nifti-files-'));
  });
  afterAll(() => rm(out, { recursive: true }));

  const files = data === null ? [] : readdirSync(folder);

  it.each(files.filter((name) => name in known))('%s opens, and survives writing', async (name) => {
    const [format, littleEndian, shape, codes, affineSource] = known[name];
    const header = await readHeader(join(folder, name));
    expect(header).toMatchObject({ format, littleEndian, affineSource });
    const volume = await readVolume(join(folder, name));
    expect(volume.shape).toEqual(shape);
    expect(volume.affineSource).toBe(affineSource);
    expect(axisCodes(volume.affine)).toBe(codes);
    expect(volume.data.length).toBe(shape.reduce((product, size) => product * size));
    assertUsable(volume);
    const copy = join(out, 'copy.nii.gz');
    await writeVolume(copy, volume);
    const back = await readVolume(copy);
    expect(sameBytes(back.data, volume.data)).toBe(true);
    back.affine.forEach((row, r) => row.forEach((v, c) => expect(v).toBeCloseTo(volume.affine[r][c], 3)));
  });

  it.each(files.filter((name) => !(name in known) && name !== 'not-nifti.nii'))(
    '%s opens or is refused in one sentence',
    async (name) => {
      const outcome = await readVolume(join(folder, name)).catch((error: unknown) => error);
      if (outcome instanceof Error) expect(outcome).toBeInstanceOf(UserError);
      else expect(outcome).toHaveProperty('data');
    },
  );

  it.runIf(files.includes('not-nifti.nii'))('random bytes are refused', async () => {
    await expect(readVolume(join(folder, 'not-nifti.nii'))).rejects.toThrow(
      /not a NIfTI file; it has no NIfTI header/,
    );
  });

  it.runIf(files.includes('big.nii.gz') && files.includes('little.nii.gz'))(
    'the same volume in either byte order is the same',
    async () => {
      const [big, little] = await Promise.all(
        ['big', 'little'].map((n) => readVolume(join(folder, `${n}.nii.gz`))),
      );
      expect(big.affine).toEqual(little.affine);
      expect(sameBytes(big.data, little.data)).toBe(true);
    },
  );

  const scans = data === null ? [] : readdirSync(mri).filter((name) => name.endsWith('.nii.gz'));
  it.each(scans)('%s gives a sagittal picture with structure in it', async (name) => {
    const volume = await readVolume(join(mri, name));
    const { slices } = leftRightAxis(volume);
    const slab = sagittalSlab(volume, (slices - 1) / 2, 3);
    expect(slab.image.length).toBe(slab.width * slab.height);
    expect(new Set(slab.image).size).toBeGreaterThan(500);
  });
});
