import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { synthesizeDataset } from '@disc-labeling/server/dataset/synthesize';
import { labelPoints } from '@disc-labeling/server/volume/labels';
import { readVolume } from '@disc-labeling/server/volume/nifti';
import { voxelToWorld } from '@disc-labeling/server/volume/orientation';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'phantoms-'));
  await synthesizeDataset(join(folder, 'a'), { subjects: 1, seed: 3 });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const tree = async (path: string): Promise<string[]> =>
  (await readdir(path, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(path.length + 1))
    .sort();

const labelFile = (contrast: string): string =>
  `derivatives/labels/sub-001/anat/sub-001_${contrast}_label-discs_dlabel`;

describe('synthesizeDataset', () => {
  it('writes a BIDS tree', async () => {
    expect(await tree(join(folder, 'a'))).toEqual(
      [
        'README',
        'dataset_description.json',
        'participants.json',
        'participants.tsv',
        'derivatives/labels/dataset_description.json',
        ...['T1w', 'T2w'].flatMap((c) => [
          `sub-001/anat/sub-001_${c}.json`,
          `sub-001/anat/sub-001_${c}.nii.gz`,
          `${labelFile(c)}.json`,
          `${labelFile(c)}.nii.gz`,
        ]),
      ].sort(),
    );
    const description = JSON.parse(await readFile(join(folder, 'a', 'dataset_description.json'), 'utf8'));
    expect(description).toMatchObject({ DatasetType: 'raw', BIDSVersion: expect.stringMatching(/^1\./) });
    const [head, ...rows] = (await readFile(join(folder, 'a', 'participants.tsv'), 'utf8'))
      .trim()
      .split('\n');
    expect(head.split('\t')[0]).toBe('participant_id');
    expect(rows.map((row) => row.split('\t')[0])).toEqual(['sub-001']);
  });

  it('labels every disc with one voxel on the grid of its image, both contrasts in the same places', async () => {
    const places = await Promise.all(
      ['T1w', 'T2w'].map(async (contrast) => {
        const image = await readVolume(join(folder, 'a', `sub-001/anat/sub-001_${contrast}.nii.gz`));
        const label = await readVolume(join(folder, 'a', `${labelFile(contrast)}.nii.gz`));
        expect(label.shape).toEqual(image.shape);
        expect(label.affine).toEqual(image.affine);
        const points = labelPoints(label);
        expect(points.map((p) => p.value)).toEqual(points.map((_, i) => 3 + i));
        expect(Array.from(label.data).filter((v) => v !== 0)).toHaveLength(points.length);
        return new Map(points.map((p) => [p.value, voxelToWorld(label.affine, p.voxel)]));
      }),
    );
    expect(places[0].size).toBeGreaterThanOrEqual(5);
    for (const [value, [x, y, z]] of places[0]) {
      const other = places[1].get(value);
      if (!other) continue;
      // Half a voxel of each grid; T2w slices are 3 mm thick.
      expect(Math.abs(other[0] - x)).toBeLessThanOrEqual(2.01);
      expect(Math.hypot(other[1] - y, other[2] - z)).toBeLessThanOrEqual(1.3);
    }
  });

  it('gives the same bytes for the same seed', async () => {
    await synthesizeDataset(join(folder, 'b'), { subjects: 1, seed: 3, contrasts: ['T2w'] });
    for (const file of (await tree(join(folder, 'b'))).filter((f) => f.includes('T2w')))
      expect((await readFile(join(folder, 'b', file))).equals(await readFile(join(folder, 'a', file)))).toBe(
        true,
      );
  });

  it('refuses a folder with other things in it', async () => {
    await writeFile(join(folder, 'thesis.txt'), 'precious');
    await expect(synthesizeDataset(folder, { subjects: 1, seed: 1 })).rejects.toThrow(/something else/);
    await expect(synthesizeDataset(join(folder, 'thesis.txt'), { subjects: 1, seed: 1 })).rejects.toThrow(
      /no folder/,
    );
  });

  it('stops when it is cancelled', async () => {
    const signal = AbortSignal.abort();
    await expect(synthesizeDataset(join(folder, 'c'), { subjects: 1, seed: 1, signal })).rejects.toThrow(
      'cancelled',
    );
  });
});
