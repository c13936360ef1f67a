import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readNpy } from '@disc-labeling/models/npy';
import { prepareDataset } from '@disc-labeling/server/dataset/prepare/prepare';
import { readSample } from '@disc-labeling/server/dataset/samples';
import { orientedView } from '@disc-labeling/server/volume/orientation';
import { fromFileVoxel } from '@disc-labeling/server/volume/orientation';
import { readVolume } from '@disc-labeling/server/volume/nifti';
import { referenceDir } from '../support/shared.js';

interface Expected {
  runs: { mode: number; images_shape: number[]; labels: number[][][] }[];
}

const reference = referenceDir();
const folder = join(reference ?? '', 'preprocessing', 'folder');
const there = reference !== null && existsSync(join(folder, 'expected.json'));
const scratch = mkdtempSync(join(tmpdir(), 'prepare-reference-'));
const contrasts = ['both', 'T1w', 'T2w'];
const expected = there
  ? (JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')) as Expected)
  : { runs: [] };

afterAll(() => rmSync(scratch, { recursive: true, force: true }));

describe.skipIf(!there)('a folder prepared as the reference prepares it', () => {
  it.each(expected.runs)('mode $mode', async ({ mode, labels }) => {
    const { set } = await prepareDataset(join(folder, 'dataset'), join(scratch, String(mode)), {
      contrast: contrasts[mode],
      preparation: 'reference',
      split: 'train',
      threads: 1,
    });
    const images = readNpy(readFileSync(join(folder, `images_mode${mode}.npy`)));
    const [count, height, width] = images.shape;
    expect(set.samples).toHaveLength(count);
    for (const [n, sample] of set.samples.entries()) {
      const { image, height: rows, width: columns } = await readSample(set, sample);
      expect([rows, columns]).toEqual([height, width]);
      const area = height * width;
      const worst = image.reduce(
        (most, value, at) => Math.max(most, Math.abs(value - images.data[n * area + at])),
        0,
      );
      expect(worst).toBeLessThan(5e-6);
      expect(sample.discs.map(({ row, column, value }) => [row, column, value])).toEqual(
        labels[n].map(([, row, column, value]) => [row, column, value]),
      );
      const view = orientedView(await readVolume(join(folder, 'dataset', sample.source.label)), 'LAS');
      expect(sample.discs.map(({ voxel }) => fromFileVoxel(view, voxel)[0])).toEqual(
        labels[n].map(([x]) => x),
      );
    }
  });
});
