import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readNpy } from '@disc-labeling/models/npy';
import { referenceImage, referenceLabels } from '@disc-labeling/server/dataset/prepare/reference';
import { readVolume } from '@disc-labeling/server/volume/nifti';
import { referenceDir } from '../support/shared.js';

interface Expected {
  volume: string;
  labels: string;
  middle_index: number;
  mask2label_full: number[][];
}

const reference = referenceDir();
const folder = join(reference ?? '', 'preprocessing');
const cases =
  reference === null
    ? []
    : readdirSync(folder).filter((name) => existsSync(join(folder, name, 'normalized.npy')));

/** Largest difference to a stored array that may hold NaN where the reference has no slice to average. */
function worst(own: Float32Array, expected: ArrayLike<number>): number {
  expect(own.length).toBe(expected.length);
  return own.reduce((largest, value, n) => Math.max(largest, Math.abs(value - expected[n])), 0);
}

describe.skipIf(reference === null)('slices as the reference prepares them', () => {
  it('has cases', () => expect(cases.length).toBeGreaterThan(0));

  it.each(cases)('%s', async (name) => {
    const path = (file: string) => join(folder, name, file);
    const expected = JSON.parse(readFileSync(path('expected.json'), 'utf8')) as Expected;
    const labels = referenceLabels(await readVolume(path(expected.labels)));
    expect(labels).toEqual(expected.mask2label_full);
    expect(labels[0][0]).toBe(expected.middle_index);

    const volume = await readVolume(path(expected.volume));
    const normalized = readNpy(readFileSync(path('normalized.npy')));
    const padded = readNpy(readFileSync(path('padded.npy')));
    const own = referenceImage(volume, labels[0][0]);
    expect([own.height, own.width]).toEqual(normalized.shape);
    const [height, width] = padded.shape;
    const wide = referenceImage(volume, labels[0][0], [height, width]);
    if (normalized.data.some(Number.isNaN)) {
      // An index below 3 leaves the reference without slices; here there is always one.
      expect(own.image.every(Number.isFinite)).toBe(true);
      return;
    }
    expect(worst(own.image, normalized.data)).toBeLessThan(5e-6);
    expect(worst(wide.image, padded.data)).toBeLessThan(5e-6);
  });
});
