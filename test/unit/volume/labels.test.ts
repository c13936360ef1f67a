import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  drawLabels,
  labelPaths,
  labelPoints,
  readLabelVolume,
  sameGrid,
  writeLabelVolume,
} from '@disc-labeling/server/volume/labels';
import { discName, discValue, isDiscValue } from '@disc-labeling/server/volume/levels';
import { writeVolume } from '@disc-labeling/server/volume/nifti';
import { ras, volumeOf } from '../../support/volumes.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'labels-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('disc names', () => {
  it('follow the convention of the field', () => {
    const known = { 1: 'C1 top', 2: 'C1/C2', 3: 'C2/C3', 8: 'C7/T1', 9: 'T1/T2', 20: 'T12/L1', 25: 'L5/S1' };
    for (const [value, name] of Object.entries(known)) {
      expect(discName(Number(value))).toBe(name);
      expect(discValue(name)).toBe(Number(value));
    }
    expect(discValue('c2-c3')).toBe(3);
    expect(discValue('C9/C10')).toBeNull();
    expect([49, 50, 60, 0, 2.5].map(isDiscValue)).toEqual([false, false, false, false, false]);
    expect(discName(49)).toBe('label 49');
  });
});

describe('label volumes', () => {
  const image = volumeOf([5, 20, 30], ras(2, 1, 1), () => 0);
  const provenance = { model: 'light', version: '1.2.3', date: new Date('2026-01-02T03:04:05Z') };

  it('go beside the image or into a folder', () => {
    expect(labelPaths('/a/sub-01_T1w.nii.gz').volume).toBe('/a/sub-01_T1w_label-discs_dlabel.nii.gz');
    expect(labelPaths('/a/b.c.nii', '/out').sidecar).toBe('/out/b.c_label-discs_dlabel.json');
  });

  it('hold one voxel per disc and come back as written', async () => {
    const discs = [
      { value: 3, voxel: [2, 8.4, 25.6] as const, score: 0.91234 },
      { value: 4, voxel: [2, 8, 19] as const },
    ];
    const files = await writeLabelVolume(join(folder, 'x_T2w.nii.gz'), image, discs, provenance);
    const { volume, points } = await readLabelVolume(files.volume);
    expect(volume.data).toBeInstanceOf(Uint8Array);
    expect(sameGrid(volume, image)).toBe(true);
    expect(points).toEqual([
      { value: 3, voxel: [2, 8, 26] },
      { value: 4, voxel: [2, 8, 19] },
    ]);
    expect(JSON.parse(await readFile(files.sidecar, 'utf8'))).toEqual({
      SpatialReference: 'orig',
      GeneratedBy: [{ Name: 'disc-labeling', Version: '1.2.3', Date: '2026-01-02 03:04:05', Model: 'light' }],
      Discs: [
        { value: 3, name: 'C2/C3', voxel: [2, 8.4, 25.6], world: [4, 8.4, 25.6], score: 0.912 },
        { value: 4, name: 'C3/C4', voxel: [2, 8, 19], world: [4, 8, 19] },
      ],
    });
  });

  it('say what a reader placed, and that the model did not', async () => {
    const discs = [
      { value: 3, voxel: [2, 8, 25] as const, score: 0.9 },
      { value: 5, voxel: [2, 8, 12] as const, score: 1, byHand: true as const },
    ];
    const made = { ...provenance, corrected: true };
    const { sidecar } = await writeLabelVolume(join(folder, 'hand_T2w.nii.gz'), image, discs, made);
    expect(JSON.parse(await readFile(sidecar, 'utf8'))).toMatchObject({
      GeneratedBy: [{ Model: 'light', CorrectedByHand: true }],
      Discs: [
        { value: 3, score: 0.9 },
        { value: 5, name: 'C4/C5', voxel: [2, 8, 12], world: [4, 8, 12], byHand: true },
      ],
    });
    expect(await readFile(sidecar, 'utf8')).not.toContain('"score": 1');
  });

  it('never put two discs into one voxel, nor one outside', () => {
    const data = drawLabels(image, [
      { value: 3, voxel: [2, 8, 12.3] },
      { value: 4, voxel: [2, 8, 11.8] },
      { value: 5, voxel: [2, 8, -4] },
    ]);
    expect(labelPoints({ shape: image.shape, data })).toEqual([
      { value: 3, voxel: [2, 8, 12] },
      { value: 4, voxel: [2, 8, 11] },
      { value: 5, voxel: [2, 8, 0] },
    ]);
  });

  it('refuse two discs of one name and values that are none', () => {
    const at = (value: number) => ({ value, voxel: [1, 2, 3] as const });
    expect(() => drawLabels(image, [at(4), at(4)])).toThrow('two discs are named C3/C4');
    expect(() => drawLabels(image, [at(49)])).toThrow('49 is not the number of a disc');
  });

  it('keep other landmarks of a file they replace, and ask first where told to', async () => {
    const path = join(folder, 'kept.nii.gz');
    const { volume: labels } = labelPaths(path);
    const data = new Uint8Array(image.data.length);
    data[0] = 49;
    data[7] = 5;
    await writeVolume(labels, { ...image, data });
    const discs = [{ value: 3, voxel: [2, 8, 25] as const }];
    await expect(writeLabelVolume(path, image, discs, provenance, { overwrite: false })).rejects.toThrow(
      'already',
    );
    await writeLabelVolume(path, image, discs, provenance);
    expect((await readLabelVolume(labels)).points.map(({ value }) => value)).toEqual([3, 49]);
  });

  it('average the voxels of a value, and are refused where they are no volume', async () => {
    const blob = volumeOf([5, 20, 30], ras(1), (i, j, k) => (i === 2 && j === 3 && k > 5 && k < 9 ? 7 : 0));
    expect(labelPoints(blob)).toEqual([{ value: 7, voxel: [2, 3, 7] }]);
    await writeFile(join(folder, 'bad.nii'), 'text');
    await expect(readLabelVolume(join(folder, 'bad.nii'))).rejects.toThrow('not a NIfTI');
  });
});
