import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { referenceNetwork } from '@disc-labeling/models/config';
import { readFloatNpy } from '@disc-labeling/models/npy';
import { prepareSlab } from '@disc-labeling/server/labeling/preprocess';
import { sagittalSlab } from '@disc-labeling/server/volume/slice';
import { referenceDir } from '../support/shared.js';
import { ras, volumeOf } from '../support/volumes.js';

const reference = referenceDir();
const folder = join(reference ?? '', 'targets');
const cases =
  reference === null
    ? []
    : readdirSync(folder).filter((name) => existsSync(join(folder, name, 'out_image.npy')));

describe.skipIf(reference === null)('the input image as the reference stretches it', () => {
  it.each(cases)('%s', (name) => {
    const read = (file: string) => readFloatNpy(readFileSync(join(folder, name, file)), 2);
    const image = read('image.npy');
    const [rows, columns] = image.shape;
    const volume = volumeOf([1, rows, columns], ras(1), (_, j, k) => image.data[j * columns + k]);
    const { batch } = prepareSlab(sagittalSlab(volume, 0, 1, 'reference'), {
      network: referenceNetwork(),
      input: { frame: 'reference', spacing: null, normalization: 'minmax' },
    });
    const expected = read('out_image.npy').data;
    const worst = expected.reduce((a, v, n) => Math.max(a, Math.abs(v - batch.data[n])), 0);
    expect(worst).toBeLessThan(1e-5);
  });
});
