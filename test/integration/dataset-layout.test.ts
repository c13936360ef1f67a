/** Today's spine-generic layout from BIDS folder to samples: nobody gets lost on the way. */
import {
  createReadStream,
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDataset, type CreatedDataset } from '@disc-labeling/server/dataset/create';
import { prepareDataset } from '@disc-labeling/server/dataset/prepare/prepare';
import { readPreparedSet, readSample } from '@disc-labeling/server/dataset/samples';
import { writeContactSheets } from '@disc-labeling/server/dataset/sheets';
import { skeletonOf } from '@disc-labeling/server/dataset/prepared-skeleton';
import { writeSpineGeneric } from '../support/spine-generic.js';

const folder = mkdtempSync(join(tmpdir(), 'dataset-layout-'));
const bids = join(folder, 'bids');
const out = join(folder, 'gathered');
let created: CreatedDataset;

beforeAll(async () => {
  await writeSpineGeneric(bids);
  // A file whose end is missing: its header is whole, its voxels are not.
  rmSync(join(bids, 'sub-douglas07/anat/sub-douglas07_T2w.nii'));
  const damaged = join(bids, 'sub-douglas07/anat/sub-douglas07_T2w.nii.gz');
  truncateSync(damaged, Math.floor(statSync(damaged).size / 2));
  created = await createDataset(bids, out, { exclude: true });
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const all = (images: readonly { name: string }[]) => images.map(({ name }) => name).sort();

describe('dataset create', () => {
  it('takes every labelled image, today’s label names before older ones', () => {
    expect(all(created.taken)).toEqual([
      'sub-amu01_T1w',
      'sub-amu01_T2w',
      'sub-cardiff06_T1w',
      'sub-douglas07_T2w',
      'sub-hamburg02_T1w',
      'sub-hamburg02_T2w',
      'sub-mgh03_ses-01_T1w',
      'sub-mgh03_ses-01_T2w',
      'sub-mgh03_ses-02_T1w',
      'sub-mgh03_ses-02_T2w',
      'sub-nwu09_space-other_T1w',
      'sub-nwu09_space-other_T2w',
      'sub-oxford04_T2w',
    ]);
    const files = readdirSync(join(out, 'sub-amu01')).sort();
    expect(files).toEqual([
      'sub-amu01_T1w.nii.gz',
      'sub-amu01_T1w_label-discs_dlabel.nii.gz',
      'sub-amu01_T2w.nii.gz',
      'sub-amu01_T2w_label-discs_dlabel.nii.gz',
    ]);
    expect(readFileSync(join(out, 'participants.tsv'), 'utf8')).toContain('sub-mgh03\tF\t22\n');
  });

  it('says why the others are left out, and accounts for every subject and contrast', () => {
    const reasons = Object.fromEntries(
      created.leftOut.map(({ subject, contrast, reason }) => [`${subject} ${contrast}`, reason]),
    );
    expect(reasons).toEqual({
      'sub-oxford04 T1w': 'excluded by list under csa_t1: Motion artifact',
      'sub-beijing05 T1w': 'not downloaded yet (image and labels)',
      'sub-beijing05 T2w': 'not downloaded yet (image)',
      'sub-cardiff06 T2w': 'no image',
      'sub-douglas07 T1w': expect.stringContaining(
        'sub-douglas07_T1w.nii.gz cannot be read: not a NIfTI file',
      ) as string,
      'sub-geneva08 T1w': 'no disc labels',
      'sub-geneva08 T2w': 'no disc labels',
      'sub-zurich10 T1w': 'listed in participants.tsv, but has no folder',
      'sub-zurich10 T2w': 'listed in participants.tsv, but has no folder',
    });
    for (const subject of created.subjects)
      for (const contrast of ['T1w', 'T2w'])
        expect(
          [...created.taken, ...created.leftOut].some(
            (one) => one.subject === subject && one.contrast === contrast,
          ),
          `${subject} ${contrast}`,
        ).toBe(true);
    expect(created.notices).toEqual(['participants.tsv does not list sub-nwu09.']);
  });

  it('tells how much is not downloaded, and the command that fetches it', () => {
    expect(created.notDownloaded).toEqual({
      files: 3,
      bytes: 8_020_000,
      command: `cd ${bids} && git annex get sub-beijing05/anat/sub-beijing05_T1w.nii.gz derivatives/labels/sub-beijing05/anat/sub-beijing05_T1w_label-discs_dlabel.nii.gz sub-beijing05/anat/sub-beijing05_T2w.nii.gz`,
    });
  });

  it('continues where files are there already, and brings what has changed', async () => {
    expect(created.files).toMatchObject({ brought: 26, kept: 0 });
    unlinkSync(join(out, 'sub-amu01', 'sub-amu01_T2w.nii.gz'));
    writeFileSync(join(out, 'sub-hamburg02', 'sub-hamburg02_T1w.nii.gz'), 'half');
    const again = await createDataset(bids, out, { exclude: true });
    expect(again.files).toMatchObject({ brought: 2, kept: 24 });
    const source = readFileSync(join(bids, 'sub-hamburg02/anat/sub-hamburg02_T1w.nii.gz'));
    expect(readFileSync(join(out, 'sub-hamburg02/sub-hamburg02_T1w.nii.gz'))).toEqual(source);
  });

  it('leaves whole files only when it is interrupted', async () => {
    const target = join(folder, 'interrupted');
    const abort = new AbortController();
    const progress = (stage: string, done: number) =>
      void (stage === 'copying' && done === 5 && abort.abort());
    await expect(createDataset(bids, target, { signal: abort.signal, progress })).rejects.toThrow(
      'cancelled',
    );
    const names = readdirSync(target, { recursive: true }) as string[];
    expect(names.filter((name) => name.endsWith('.part'))).toEqual([]);
    const images = names.filter((name) => name.endsWith('.nii.gz'));
    expect(images.length).toBeGreaterThanOrEqual(5);
    const rest = await createDataset(bids, target);
    expect(rest.files.kept).toBe(images.length);
    expect(rest.files.brought).toBe(28 - images.length);
  });

  it('links instead of copying', async () => {
    const target = join(folder, 'links');
    const linked = await createDataset(bids, target, { link: true, contrasts: ['T1w'] });
    expect(linked.files).toMatchObject({ bytes: 0, kept: 0 });
    const file = join(target, 'sub-amu01', 'sub-amu01_T1w.nii.gz');
    expect(lstatSync(file).isSymbolicLink()).toBe(true);
    expect(gunzipSync(readFileSync(file)).length).toBeGreaterThan(352);
    expect((await createDataset(bids, target, { link: true, contrasts: ['T1w'] })).files.brought).toBe(0);
  });

  it('takes other contrasts by name', async () => {
    const target = join(folder, 'other');
    await expect(createDataset(bids, target, { contrasts: ['T2star'] })).rejects.toThrow(
      /labels, but no image/,
    );
    expect(existsSync(target)).toBe(false);
  });

  it('refuses a folder that holds something else', async () => {
    await expect(createDataset(bids, folder)).rejects.toThrow(/holds something else/);
    await expect(createDataset(folder, join(folder, 'new'))).rejects.toThrow(/no subject folder/);
  });
});

describe('dataset prepare', () => {
  const prepared = join(folder, 'prepared');
  // One with which the subject that can't be read is neither all of the test nor of the validation split.
  const seed = 2;

  it('makes a sample of everything gathered, or says why not', async () => {
    const { set } = await prepareDataset(out, prepared, { split: 'all', seed });
    expect(all(set.samples)).toEqual(all(created.taken).filter((name) => name !== 'sub-douglas07_T2w'));
    expect(set.leftOut.find(({ name }) => name === 'sub-douglas07_T2w')?.reason).toMatch(
      /cannot be read: .*ends too early/,
    );
    for (const subject of created.subjects)
      for (const contrast of ['T1w', 'T2w'])
        expect(
          [...set.samples, ...set.leftOut].some(
            (one) => one.subject === subject && one.contrast === contrast,
          ),
          `${subject} ${contrast}`,
        ).toBe(true);
    for (const sample of set.samples) {
      const { image } = await readSample(set, sample);
      expect(image.every((value) => value >= 0 && value <= 1)).toBe(true);
      expect(sample.discs.map(({ value }) => value)).toEqual([3, 4, 5, 6, 7]);
      expect(sample.slice).toEqual({ axis: 2, index: 6, thickness: 1 });
    }
  });

  it('keeps each subject in one split, whatever is prepared', async () => {
    const splitOf = new Map<string, string>();
    const whole = await readPreparedSet(prepared);
    for (const { subject, split } of whole.samples)
      expect(splitOf.get(subject) ?? split).toBe((splitOf.set(subject, split), split));
    expect(new Set(splitOf.values()).size).toBe(3);
    const train = await prepareDataset(out, join(folder, 'train'), { contrast: 'T1w', split: 'train', seed });
    const test = await prepareDataset(out, join(folder, 'test'), { contrast: 'T2w', split: 'test', seed });
    for (const { subject, split } of [...train.set.samples, ...test.set.samples])
      expect(split).toBe(splitOf.get(subject));
    expect(test.set.samples.every(({ split }) => split === 'test')).toBe(true);
    expect(train.set.samples.some(({ split }) => split === 'test')).toBe(false);
  });

  it('makes only what has changed when it is called again', async () => {
    const count = (await readPreparedSet(prepared)).samples.length;
    expect((await prepareDataset(out, prepared, { split: 'all', seed })).kept).toBe(count);
    const file = join(out, 'sub-amu01', 'sub-amu01_T1w.nii.gz');
    writeFileSync(file, gzipSync(gunzipSync(readFileSync(file)), { level: 1 }));
    expect((await prepareDataset(out, prepared, { split: 'all', seed })).kept).toBe(count - 1);
    expect((await prepareDataset(out, prepared, { split: 'all', seed, spacing: 2 })).kept).toBe(0);
    const fewer = await prepareDataset(out, prepared, { split: 'all', seed, contrast: 'T1w' });
    const files = readdirSync(join(prepared, 'samples'));
    expect(files.sort()).toEqual(
      fewer.set.samples.flatMap(({ name }) => [`${name}.json`, `${name}.npy`]).sort(),
    );
  });

  it('continues where it was interrupted', async () => {
    const target = join(folder, 'cut');
    const abort = new AbortController();
    const progress = (_: string, done: number) => void (done === 4 && abort.abort());
    const cut = prepareDataset(out, target, { split: 'all', seed, signal: abort.signal, progress });
    await expect(cut).rejects.toThrow('cancelled');
    expect(existsSync(join(target, 'samples.json'))).toBe(false);
    const names = readdirSync(join(target, 'samples'));
    expect(names.filter((name) => !/^sub-.*\.(npy|json)$/.test(name))).toEqual([]);
    const done = names.filter((name) => name.endsWith('.json'));
    // The fourth image is the one that can't be read.
    expect(done).toHaveLength(3);
    expect((await prepareDataset(out, target, { split: 'all', seed })).kept).toBe(done.length);
  });

  it('works on the BIDS dataset as it is', async () => {
    const { set } = await prepareDataset(bids, join(folder, 'direct'), { split: 'all', seed });
    expect(all(set.samples)).toContain('sub-oxford04_T1w');
    expect(set.leftOut.map(({ reason }) => reason)).toContain('not downloaded yet (image and labels)');
  });

  it('can be looked at, and has a mean skeleton', async () => {
    const { set } = await prepareDataset(out, prepared, { split: 'all', seed });
    const sheets = await writeContactSheets(set);
    expect(sheets.map((path) => path.slice(prepared.length))).toEqual(['/pictures/sheet-001.png']);
    const head = createReadStream(sheets[0], { end: 7 });
    for await (const chunk of head) expect((chunk as Buffer).subarray(1, 4).toString()).toBe('PNG');
    const { mean, spread, counts, samples } = await skeletonOf(set);
    expect(mean.slice(0, 5)).toEqual([0, 1, 2, 3, 4].map((n) => [n / 4, expect.closeTo(0, 12)]));
    expect(spread[4]).toEqual([0, 0]);
    expect(counts[0]).toBe(samples);
    expect(samples).toBe(set.samples.filter(({ split }) => split === 'training').length);
  });

  it('refuses what it cannot prepare, in one sentence', async () => {
    await expect(prepareDataset(out, out)).rejects.toThrow(/holds something else/);
    await expect(prepareDataset(out, join(folder, 'none'), { contrast: 'PDw' })).rejects.toThrow(
      /no image of this contrast/,
    );
    await expect(readPreparedSet(out)).rejects.toThrow(/no prepared set/);
    await expect(prepareDataset(out, join(folder, 'none'), { test: 0.6, validation: 0.5 })).rejects.toThrow(
      /shares/,
    );
  });
});
