/** Real volumes with hand-made label files, stored in every way a volume can be stored. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { prepareDataset } from '@disc-labeling/server/dataset/prepare/prepare';
import { readSample, sampleToWorld } from '@disc-labeling/server/dataset/samples';
import { voxelToWorld } from '@disc-labeling/server/volume/affine';
import { readVolume, writeVolume } from '@disc-labeling/server/volume/nifti';
import type { Volume } from '@disc-labeling/server/volume/types';
import { restored, storages } from '../support/orientations.js';
import { dataDir } from '../support/shared.js';

/** Posterior tips of discs, read off the middle slice by eye, in the voxels of the files. */
const cases: { file: string; marks: [value: number, i: number, j: number, k: number][] }[] = [
  {
    file: 'lumbar_T2w',
    marks: [
      [19, 19, 75, 187],
      [20, 19, 78, 161],
      [21, 19, 81, 133],
      [22, 19, 86, 102],
      [23, 19, 92, 69],
      [24, 19, 99, 36],
    ],
  },
  {
    file: 'cervical-crop_T1w',
    marks: [
      [4, 21, 46, 55],
      [5, 21, 45, 35],
      [6, 21, 44, 18],
    ],
  },
  {
    file: 'thoracic-crop_T2w',
    marks: [
      [12, 32, 7, 33],
      [13, 30, 31, 33],
    ],
  },
];

const data = dataDir();
const folder = mkdtempSync(join(tmpdir(), 'dataset-orientations-'));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const labelled = (volume: Volume, marks: (typeof cases)[number]['marks']): Volume => {
  const values = new Uint8Array(volume.data.length);
  const [ni, nj] = volume.shape;
  for (const [value, i, j, k] of marks) values[i + ni * (j + nj * k)] = value;
  return { ...volume, data: values };
};

const sameBytes = (a: Float32Array, b: Float32Array) =>
  Buffer.from(a.buffer, a.byteOffset, a.byteLength).equals(Buffer.from(b.buffer, b.byteOffset, b.byteLength));

describe.skipIf(data === null)('real volumes in all 48 orientations', () => {
  it.each(cases)('$file', async ({ file, marks }) => {
    const contrast = file.split('_')[1];
    const root = join(folder, file);
    const volume = await readVolume(join(data!, 'mri', `${file}.nii.gz`));
    const labels = labelled(volume, marks);
    for (const [n, storage] of storages.entries()) {
      const stem = join(
        root,
        `sub-${String(n).padStart(2, '0')}`,
        `sub-${String(n).padStart(2, '0')}_${contrast}`,
      );
      await writeVolume(`${stem}.nii`, restored(volume, storage));
      await writeVolume(`${stem}_label-discs_dlabel.nii`, restored(labels, storage));
    }
    const { set } = await prepareDataset(root, join(folder, `${file}-prepared`), { split: 'all', contrast });
    expect(set.leftOut).toEqual([]);
    expect(set.samples).toHaveLength(48);
    // The first one is stored as the file is.
    const [first] = set.samples;
    const expected = await readSample(set, first);
    expect(first.discs.map(({ value, voxel }) => [value, ...voxel])).toEqual(marks);
    for (const sample of set.samples) {
      expect(sample.size).toEqual(first.size);
      expect(sameBytes((await readSample(set, sample)).image, expected.image), sample.name).toBe(true);
      expect(sample.discs.map(({ value }) => value)).toEqual(marks.map(([value]) => value));
      sample.discs.forEach(({ row, column, world }, n) => {
        expect(row).toBeCloseTo(first.discs[n].row, 6);
        expect(column).toBeCloseTo(first.discs[n].column, 6);
        // The file holds its affine in single precision.
        const place = voxelToWorld(volume.affine, [marks[n][1], marks[n][2], marks[n][3]]);
        const back = sampleToWorld(sample, 'picture', row, column);
        for (const axis of [0, 1, 2]) {
          expect(world[axis]).toBeCloseTo(place[axis], 3);
          expect(back[axis]).toBeCloseTo(place[axis], 3);
        }
      });
    }
    rmSync(root, { recursive: true, force: true });
  });
});
