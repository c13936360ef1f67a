import { CancelledError, UserError } from '@disc-labeling/models/errors';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findVolumes, labelFolder, type VolumeLabeler } from '../../../server/src/labeling/label-folder.js';
import type { LabelResult } from '../../../server/src/protocol/index.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'label-folder-'));
  for (const path of [
    'dataset_description.json',
    'sub-02/anat/sub-02_T1w.nii.gz',
    'sub-01/anat/sub-01_T2w.nii',
    'sub-01/anat/sub-01_T1w.nii.gz',
    'sub-01/anat/sub-01_T1w_label-discs_dlabel.nii.gz',
    'sub-01/anat/sub-01_T1w.json',
    'derivatives/labels/sub-02/anat/sub-02_T1w_label-discs_dlabel.nii.gz',
    'derivatives/other/sub-02/anat/sub-02_desc-smooth_T1w.nii.gz',
    '.git/x.nii',
  ]) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), '');
  }
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const from = (path: string): string => relative(folder, path);

describe('the volumes of a folder', () => {
  test('are images only, in order, and beside them a label file is found', async () => {
    const { volumes, root, bids } = await findVolumes(folder, 'beside');
    expect(volumes.map(({ image, labelled }) => [from(image), labelled])).toEqual([
      ['sub-01/anat/sub-01_T1w.nii.gz', true],
      ['sub-01/anat/sub-01_T2w.nii', false],
      ['sub-02/anat/sub-02_T1w.nii.gz', false],
    ]);
    expect([root, bids]).toEqual([folder, true]);
  });

  test("of a subject alone have their labels in the dataset's derivatives", async () => {
    const { volumes, root } = await findVolumes(join(folder, 'sub-02'), 'derivatives');
    expect(from(root)).toBe('derivatives/labels');
    expect(volumes.map(({ labels, labelled }) => [from(labels), labelled])).toEqual([
      ['derivatives/labels/sub-02/anat/sub-02_T1w_label-discs_dlabel.nii.gz', true],
    ]);
  });

  test('outside of a dataset have a derivatives folder of their own', async () => {
    await rm(join(folder, 'dataset_description.json'));
    const { root, bids } = await findVolumes(join(folder, 'sub-01'), 'derivatives');
    expect([from(root), bids]).toEqual(['sub-01/derivatives/labels', false]);
  });

  test('of a folder that is not there are an error that says so', async () => {
    await expect(findVolumes(join(folder, 'none'), 'beside')).rejects.toThrow(UserError);
  });
});

describe('labelling a folder', () => {
  const saved: { path: string; folder?: string }[] = [];
  beforeEach(() => void saved.splice(0));

  const labeler = (label: (path: string) => void = () => {}): VolumeLabeler => ({
    async label(path, { progress }) {
      progress({ message: 'reading', fraction: 0.5 });
      label(path);
      const result = {
        input: path,
        model: 'm',
        engine: 'cpu',
        discs: [{ name: 'C2/C3', value: 3 }],
        notices: [],
      };
      return { result: result as unknown as LabelResult };
    },
    async saveLabels(path, { folder: into }) {
      saved.push({ path: from(path), folder: into && from(into) });
    },
  });
  const { signal } = new AbortController();
  const progress = (): void => {};

  test('keeps labels there are, or replaces them', async () => {
    const volumes = await findVolumes(folder, 'beside');
    const kept = await labelFolder(labeler(), volumes, { existing: 'keep', signal, progress });
    expect(kept.volumes.map(({ outcome }) => outcome)).toEqual(['kept', 'labelled', 'labelled']);
    expect(kept.volumes[1].discs).toEqual(['C2/C3']);
    expect(saved.map(({ path }) => path)).toEqual([
      'sub-01/anat/sub-01_T2w.nii',
      'sub-02/anat/sub-02_T1w.nii.gz',
    ]);
    const replaced = await labelFolder(labeler(), volumes, { existing: 'replace', signal, progress });
    expect(replaced.volumes.every(({ outcome }) => outcome === 'labelled')).toBe(true);
    expect(replaced).toMatchObject({ model: 'm', engine: 'cpu', cancelled: false, total: 3 });
  });

  test('a volume that fails does not cost the others their labels', async () => {
    const failing = labeler((path) => {
      if (path.endsWith('_T2w.nii')) throw new UserError('cannot read volume', 'it is empty', path);
    });
    const { volumes } = await labelFolder(failing, await findVolumes(folder, 'beside'), {
      existing: 'replace',
      signal,
      progress,
    });
    expect(volumes[1]).toMatchObject({
      outcome: 'failed',
      labels: null,
      remarks: ['cannot read volume: it is empty'],
    });
    expect(saved).toHaveLength(2);
  });

  test('a fault of ours is not taken for one of the volume', async () => {
    const broken = labeler(() => {
      throw new TypeError('x is undefined');
    });
    const volumes = await findVolumes(folder, 'beside');
    await expect(labelFolder(broken, volumes, { existing: 'replace', signal, progress })).rejects.toThrow(
      TypeError,
    );
  });

  test('once cancelled tells what was done until then', async () => {
    const controller = new AbortController();
    const cancelling = labeler((path) => {
      if (!path.endsWith('_T2w.nii')) return;
      controller.abort();
      throw new CancelledError();
    });
    const outcome = await labelFolder(cancelling, await findVolumes(folder, 'beside'), {
      existing: 'replace',
      signal: controller.signal,
      progress,
    });
    expect(outcome).toMatchObject({ cancelled: true, total: 3 });
    expect(outcome.volumes).toHaveLength(1);
  });

  test('tells how far it is over all volumes', async () => {
    const seen: { message: string; fraction: number }[] = [];
    await labelFolder(labeler(), await findVolumes(folder, 'beside'), {
      existing: 'replace',
      signal,
      progress: (one) => seen.push(one),
    });
    expect(seen.map(({ fraction }) => fraction)).toEqual([0.5 / 3, 1.5 / 3, 2.5 / 3]);
    expect(seen[1].message).toBe('2/3 sub-01_T2w.nii: reading');
  });

  test('in derivatives describes them as BIDS wants it, and leaves a description alone', async () => {
    const volumes = await findVolumes(folder, 'derivatives');
    await labelFolder(labeler(), volumes, { existing: 'replace', signal, progress });
    expect(saved[0].folder).toBe('derivatives/labels/sub-01/anat');
    const path = join(folder, 'derivatives/labels/dataset_description.json');
    expect(JSON.parse(await readFile(path, 'utf8'))).toMatchObject({ DatasetType: 'derivative' });
    await writeFile(path, '{"Name":"mine"}');
    await labelFolder(labeler(), volumes, { existing: 'replace', signal, progress });
    expect(await readFile(path, 'utf8')).toBe('{"Name":"mine"}');
  });

  test('without volumes is refused', async () => {
    const empty = join(folder, 'derivatives/labels');
    await expect(
      labelFolder(labeler(), await findVolumes(empty, 'beside'), { existing: 'keep', signal, progress }),
    ).rejects.toThrow('there is no NIfTI volume');
  });
});
