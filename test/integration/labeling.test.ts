/** From a volume on disk to named discs, with the shipped model: on synthetic spines and, where it is there, a real one. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InferenceSession } from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { CancelledError } from '@disc-labeling/models/errors';
import type { ModelDescription } from '@disc-labeling/models/model';
import { synthesizeDataset } from '@disc-labeling/server/dataset/synthesize';
import { compareDiscs, summarizeDiscs } from '@disc-labeling/server/evaluation/metrics';
import { LabelingService } from '@disc-labeling/server/labeling/service';
import type { LabelOutcome } from '@disc-labeling/server/labeling/labeler';
import { readLabelVolume } from '@disc-labeling/server/volume/labels';
import { readVolume, writeVolume } from '@disc-labeling/server/volume/nifti';
import { discValue } from '@disc-labeling/server/volume/levels';
import { orientedView, toFileVoxel, voxelToWorld } from '@disc-labeling/server/volume/orientation';
import type { Volume } from '@disc-labeling/server/volume/types';
import { dataDir, repositoryDir } from '../support/shared.js';

const folder = mkdtempSync(join(tmpdir(), 'labeling-'));
const service = new LabelingService();
const image = (subject: string, contrast: string) =>
  join(folder, 'demo', subject, 'anat', `${subject}_${contrast}.nii.gz`);
const labels = (subject: string, contrast: string) =>
  join(
    folder,
    'demo',
    'derivatives',
    'labels',
    subject,
    'anat',
    `${subject}_${contrast}_label-discs_dlabel.nii.gz`,
  );

beforeAll(() => synthesizeDataset(join(folder, 'demo'), { subjects: 2, seed: 1 }));

afterAll(async () => {
  await service.dispose();
  rmSync(folder, { recursive: true, force: true });
});

async function compared(subject: string, contrast: string) {
  const { result } = await service.label(image(subject, contrast), {});
  const { volume, points } = await readLabelVolume(labels(subject, contrast));
  return compareDiscs(
    points.map(({ value, voxel }) => ({ value, position: voxelToWorld(volume.affine, voxel) })),
    result.discs.map(({ value, world }) => ({ value, position: world })),
  );
}

/** The same volume stored with other axes: every sample keeps its place in the world. */
function stored(volume: Volume, codes: string): Volume {
  const view = orientedView(volume, codes);
  const [ni, nj, nk] = view.shape;
  const data = new Int16Array(ni * nj * nk);
  for (let k = 0; k < nk; k++)
    for (let j = 0; j < nj; j++)
      for (let i = 0; i < ni; i++)
        data[i + ni * (j + nj * k)] =
          view.data[view.offset + i * view.strides[0] + j * view.strides[1] + k * view.strides[2]];
  return { ...volume, shape: view.shape, data, affine: view.affine, spacing: view.spacing };
}

describe('labelling synthetic subjects', () => {
  it('names their discs', async () => {
    const comparisons = [];
    for (const subject of ['sub-001', 'sub-002'])
      for (const contrast of ['T1w', 'T2w']) comparisons.push(await compared(subject, contrast));
    const summary = summarizeDiscs(comparisons);
    expect(summary.total).toBeGreaterThan(30);
    expect(summary.identificationRate).toBeGreaterThan(0.9);
    // In three dimensions: the midline of these subjects lies up to 4 mm off the middle slice.
    expect(summary.distance.median).toBeLessThan(4);
  });

  it('takes the slice of the midline, though beside it foramina pass for one disc more', async () => {
    const slanted = join(folder, 'slanted');
    await synthesizeDataset(slanted, { subjects: 1, seed: 11, contrasts: ['T2w'] });
    const stem = 'anat/sub-001_T2w';
    const { result } = await service.label(join(slanted, 'sub-001', `${stem}.nii.gz`), {});
    const { volume, points } = await readLabelVolume(
      join(slanted, 'derivatives', 'labels', 'sub-001', `${stem}_label-discs_dlabel.nii.gz`),
    );
    expect(result.discs.map(({ value }) => value)).toEqual(points.map(({ value }) => value));
    points.forEach(({ voxel }, n) => {
      const apart = voxelToWorld(volume.affine, voxel).map((mm, axis) => mm - result.discs[n].world[axis]);
      expect(Math.abs(apart[0])).toBeLessThan(3.5);
      expect(Math.hypot(apart[1], apart[2])).toBeLessThan(5);
    });
  });

  it('finds the same places however the file stores its axes', async () => {
    const original = await readVolume(image('sub-001', 'T1w'));
    const expected = (await service.label(image('sub-001', 'T1w'), {})).result;
    for (const codes of ['ASL', 'PIR', 'SRA']) {
      const path = join(folder, `${codes}.nii.gz`);
      await writeVolume(path, stored(original, codes));
      const { result } = await service.label(path, {});
      expect(result.discs.map(({ name }) => name)).toEqual(expected.discs.map(({ name }) => name));
      result.discs.forEach(({ world }, n) =>
        world.forEach((mm, axis) => expect(mm).toBeCloseTo(expected.discs[n].world[axis], 1)),
      );
    }
  });

  it('says where each disc lies, in voxels and in the world alike', async () => {
    const { result, volume } = await service.label(image('sub-001', 'T2w'), {});
    expect(result.discs.length).toBeGreaterThan(5);
    for (const { voxel, world, score, value } of result.discs) {
      voxelToWorld(volume.affine, voxel).forEach((mm, axis) => expect(mm).toBeCloseTo(world[axis], 6));
      voxel.forEach((index, axis) => expect(index >= -0.5 && index <= volume.shape[axis] - 0.5).toBe(true));
      expect(score).toBeGreaterThan(0);
      expect(score).toBeLessThanOrEqual(1);
      expect(Number.isInteger(value)).toBe(true);
    }
    expect(result.discs.map(({ value }) => value)).toEqual(
      result.discs.map(({ value }) => value).sort((a, b) => a - b),
    );
  });

  it('lays the heat map where the discs are', async () => {
    const outcome = await service.label(image('sub-001', 'T1w'), { overlays: true });
    const heatmap = await overlay(outcome.overlays!.heatmap);
    const attention = await overlay(outcome.overlays!.attention!);
    const mean = (map: Volume) =>
      Array.from(map.data).reduce((sum, value) => sum + value, 0) / map.data.length;
    const clear = outcome.result.discs.filter(({ score }) => score > 0.5);
    expect(clear.length).toBeGreaterThan(5);
    for (const { world } of clear) {
      expect(at(heatmap, world)).toBeGreaterThan(0.3);
      expect(at(heatmap, world)).toBeGreaterThan(10 * mean(heatmap));
    }
    const onDiscs = clear.reduce((sum, { world }) => sum + at(attention, world), 0) / clear.length;
    expect(onDiscs).toBeGreaterThan(2 * mean(attention));
  });

  it("saves labels on the image's own grid", async () => {
    const path = image('sub-001', 'T2w');
    const { result, volume } = await service.label(path, {});
    const { discs, model } = result;
    const saved = await service.saveLabels(path, {
      discs,
      model,
      overwrite: false,
      folder: join(folder, 'saved'),
    });
    const labelled = await readLabelVolume(saved.volume);
    expect(labelled.volume.shape).toEqual(volume.shape);
    labelled.volume.affine
      .flat()
      .forEach((value, n) => expect(value).toBeCloseTo(volume.affine.flat()[n], 4));
    expect(labelled.points).toEqual(
      discs.map(({ value, voxel }) => ({ value, voxel: voxel.map(Math.round) })),
    );
  });

  it('reads a model anew that was written again', async () => {
    const model = join(folder, 'model');
    await cp(join(repositoryDir, 'models', 'weights', 'spine-whole'), model, { recursive: true });
    const scores = async () =>
      (await service.label(image('sub-001', 'T1w'), { model })).result.discs.map(({ score }) => score);
    const ended = vi.spyOn(
      (InferenceSession as unknown as { prototype: InferenceSession }).prototype,
      'release',
    );
    const before = await scores();
    expect(await scores()).toEqual(before);
    expect(ended).not.toHaveBeenCalled();
    const description = JSON.parse(readFileSync(join(model, 'model.json'), 'utf8')) as ModelDescription;
    const confidence = { bias: -20, evidence: 0, rival: 0 };
    writeFileSync(join(model, 'model.json'), JSON.stringify({ ...description, confidence }));
    const after = await scores();
    expect(after).toHaveLength(before.length);
    for (const score of after) expect(score).toBeLessThan(1e-6);
    // The network that nobody uses any more has ended.
    expect(ended).toHaveBeenCalled();
    ended.mockRestore();
  });

  it('can be cancelled and goes on working', async () => {
    const controller = new AbortController();
    const cancelled: Promise<LabelOutcome> = service.label(image('sub-002', 'T1w'), {
      signal: controller.signal,
      progress: ({ fraction }) => {
        if (fraction > 0.4) controller.abort();
      },
    });
    await expect(cancelled).rejects.toThrow(CancelledError);
    expect((await service.label(image('sub-002', 'T1w'), {})).result.discs.length).toBeGreaterThan(5);
  });

  it('names the file in whatever goes wrong', async () => {
    const path = join(folder, 'flat.nii.gz');
    const volume = await readVolume(image('sub-001', 'T2w'));
    await writeVolume(path, { ...volume, data: new Int16Array(volume.data.length) });
    await expect(service.label(path, {})).rejects.toThrow(/flat\.nii\.gz.*same value/);
  });
});

async function overlay(bytes: Uint8Array): Promise<Volume> {
  const { writeFile } = await import('node:fs/promises');
  const path = join(folder, 'overlay.nii');
  await writeFile(path, bytes);
  return readVolume(path);
}

/** The value nearest to a world point. */
function at(map: Volume, world: readonly [number, number, number]): number {
  const view = orientedView(map, 'RAS');
  const [ni, nj] = map.shape;
  let best = { distance: Infinity, value: 0 };
  for (let c = 0; c < view.shape[1]; c++)
    for (let s = 0; s < view.shape[2]; s++) {
      const voxel = toFileVoxel(view, [0, c, s]);
      const place = voxelToWorld(map.affine, voxel);
      const distance = Math.hypot(place[1] - world[1], place[2] - world[2]);
      if (distance < best.distance)
        best = { distance, value: map.data[voxel[0] + ni * (voxel[1] + nj * voxel[2])] };
    }
  return best.value;
}

describe('labelling a real neck', () => {
  const data = dataDir();

  it.skipIf(data === null)('names all of its 10 discs, and invents none', async () => {
    const slice = join(data!, 'mri', 'slices', 'cervicothoracic_T1w');
    const { result } = await service.label(`${slice}.nii.gz`, {});
    const { discs } = JSON.parse(readFileSync(`${slice}.json`, 'utf8')) as {
      discs: { name: string; world: [number, number, number] }[];
    };
    const distance = (a: readonly number[], b: readonly number[]) => Math.hypot(a[1] - b[1], a[2] - b[2]);
    const right = discs.filter(({ name, world }) =>
      result.discs.some((disc) => disc.name === name && distance(disc.world, world) <= 5),
    );
    expect(right.length).toBe(discs.length);
    const invented = result.discs.filter((disc) =>
      discs.every(({ world }) => distance(disc.world, world) > 5),
    );
    expect(invented).toEqual([]);
  });

  it.skipIf(data === null)('finds the discs of small crops, and does not call a back a neck', async () => {
    for (const [name, least] of [
      ['cervical-crop_T1w', 4],
      ['lumbar_T2w', 5],
      ['thoracic-crop_T2w', 2],
    ] as const) {
      const { result, volume } = await service.label(join(data!, 'mri', `${name}.nii.gz`), {});
      expect(result.discs.length).toBeGreaterThanOrEqual(least);
      if (!name.startsWith('cervical')) expect(result.discs[0].value).toBeGreaterThan(discValue('C7/T1')!);
      const heights = result.discs.map(({ world }) => world[2]);
      expect(heights).toEqual([...heights].sort((a, b) => b - a));
      for (const { voxel } of result.discs)
        voxel.forEach((index, axis) => expect(index >= -0.5 && index <= volume.shape[axis] - 0.5).toBe(true));
    }
  });
});
