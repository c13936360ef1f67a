import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { prepareDataset } from '@disc-labeling/server/dataset/prepare/prepare';
import { prepareReference } from '@disc-labeling/server/dataset/prepare/reference';
import { referenceHeatMap, referenceTarget } from '@disc-labeling/server/dataset/reference-targets';
import { readSample } from '@disc-labeling/server/dataset/samples';
import { writeVolume } from '@disc-labeling/server/volume/nifti';
import { ras, volumeOf } from '../../support/volumes.js';

const folder = mkdtempSync(join(tmpdir(), 'reference-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const image = (height: number, depth = 12) =>
  volumeOf([depth, 20, height], ras(1), (i, j, k) => i * 3 + j * j + Math.sin(k) * 40);
const labels = (height: number, at: number, depth = 12) =>
  volumeOf([depth, 20, height], ras(1), (i, j, k) =>
    i === at && j === 9 && k % 10 === 5 ? 12 - (k - 5) / 10 : 0,
  );

describe('prepareReference', () => {
  it('averages six slices about the lowest label, z-scores, then pads with zeros', () => {
    const { picture, slice, discs } = prepareReference(image(40), labels(40, 7), [24, 44]);
    expect([picture.height, picture.width]).toEqual([24, 44]);
    // LAS runs against the file's first axis: index 4, slices 1 to 6 of it, 5 to 10 in the file.
    expect(slice).toEqual({ axis: 0, index: 7.5, thickness: 6 });
    const rows = Array.from({ length: 20 }, (_, row) => picture.image.slice(row * 44, row * 44 + 40));
    const values = rows.flatMap((row) => [...row]);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    expect(mean).toBeCloseTo(0, 5);
    expect(variance).toBeCloseTo(1, 5);
    expect(picture.image.slice(20 * 44).every((value) => value === 0)).toBe(true);
    expect(picture.image[43]).toBe(0);
    expect(discs.map(({ value, row, column }) => [value, row, column])).toEqual([
      [9, 9, 35],
      [10, 9, 25],
      [11, 9, 15],
      [12, 9, 5],
    ]);
  });

  it('takes another image’s slice index where it is told to, and says so', () => {
    const { slice, notices } = prepareReference(image(40), labels(40, 7), [20, 40], labels(40, 4));
    expect(slice.index).toBe(4.5);
    expect(notices).toHaveLength(1);
  });
});

describe('a set prepared the reference’s way', () => {
  it('drops large slices from training alone, and splits by name', async () => {
    for (let n = 0; n < 12; n++) {
      const stem = join(folder, 'set', `sub-${10 + n}`, `sub-${10 + n}_T1w`);
      const height = n === 3 || n === 11 ? 460 : 40 + n;
      await writeVolume(`${stem}.nii`, image(height, 6));
      await writeVolume(`${stem}_labels-disc-manual.nii`, labels(height, 3, 6));
    }
    const prepare = (split: 'train' | 'test') =>
      prepareDataset(join(folder, 'set'), join(folder, split), {
        contrast: 'T1w',
        preparation: 'reference',
        split,
      });
    const { set } = await prepare('train');
    expect(set.leftOut.map(({ name, reason }) => [name, reason])).toEqual([
      ['sub-13_T1w', 'its slice is 20 x 460 pixels; the reference trains on at most 450'],
    ]);
    expect(set.samples.map(({ split }) => split)).toEqual([
      ...new Array<string>(9).fill('training'),
      'validation',
    ]);
    const sizes = await Promise.all(set.samples.map((sample) => readSample(set, sample)));
    expect(sizes.map(({ height, width }) => [height, width])).toEqual(sizes.map(() => [20, 50]));
    const test = (await prepare('test')).set;
    expect(test.samples.map(({ name, size }) => [name, size])).toEqual([['sub-21_T1w', [20, 460]]]);
  });
});

describe('referenceTarget', () => {
  it('numbers what it finds from the top, at most eleven', () => {
    const points = Array.from({ length: 13 }, (_, n) => ({ row: 100 + n, column: 10 + 18 * n }));
    const { maps, visibility } = referenceTarget(referenceHeatMap(points, { height: 256, width: 256 }));
    expect([...visibility]).toEqual(new Array(11).fill(1));
    const peak = (joint: number) => {
      const map = maps.data.subarray(joint * 65536, (joint + 1) * 65536);
      return map.indexOf(1);
    };
    // The head lies at the high columns.
    expect(peak(0)).toBe(112 * 256 + 226);
    expect(peak(10)).toBe(102 * 256 + 46);
  });

  it('joins discs that touch into one map', () => {
    const heatMap = referenceHeatMap(
      [
        { row: 50, column: 50 },
        { row: 50, column: 54 },
      ],
      { height: 256, width: 256 },
    );
    expect(referenceTarget(heatMap).visibility.reduce((sum, seen) => sum + seen, 0)).toBe(1);
  });

  it('is empty without discs', () => {
    const { visibility, maps } = referenceTarget(referenceHeatMap([], { height: 64, width: 80 }));
    expect(visibility.every((seen) => seen === 0)).toBe(true);
    expect(maps.data.every((value) => value === 0)).toBe(true);
  });
});
