import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readNpy } from '@disc-labeling/models/npy';
import { labelVoxels } from '@disc-labeling/server/volume/labels';
import { readVolume } from '@disc-labeling/server/volume/nifti';
import {
  axisCodes,
  fromFileVoxel,
  orientedView,
  sctOrientation,
} from '@disc-labeling/server/volume/orientation';
import { referenceSlab } from '@disc-labeling/server/volume/slice';
import { referenceDir } from '../support/shared.js';

interface Expected {
  volume: string;
  labels: string;
  stored_shape: number[];
  affine: number[][];
  nibabel_axis_codes: string;
  sct_orientation: string;
  rpi_shape: number[];
  rpi_checksum: { sum: number; first8_c_order: number[] };
  label_voxels_rpi: number[][];
  middle_index: number;
}

const reference = referenceDir();
const folder = join(reference ?? '', 'preprocessing');
const cases =
  reference === null
    ? []
    : readdirSync(folder).filter((name) => existsSync(join(folder, name, 'mid_slice.npy')));

describe.skipIf(reference === null)('orientation and mid-sagittal slab of the reference', () => {
  it('has cases', () => expect(cases.length).toBeGreaterThan(0));

  it.each(cases)('%s', async (name) => {
    const path = (file: string) => join(folder, name, file);
    const expected = JSON.parse(readFileSync(path('expected.json'), 'utf8')) as Expected;
    const volume = await readVolume(path(expected.volume));
    expect(volume.shape).toEqual(expected.stored_shape);
    expect(axisCodes(volume.affine)).toBe(expected.nibabel_axis_codes);
    expect(sctOrientation(volume.affine)).toBe(expected.sct_orientation);
    volume.affine.forEach((row, r) => row.forEach((v, c) => expect(v).toBeCloseTo(expected.affine[r][c], 4)));

    const view = orientedView(volume, 'LAS');
    expect(view.shape).toEqual(expected.rpi_shape);
    const first8 = Array.from({ length: 8 }, (_, n) => view.data[view.offset + n * view.strides[2]]);
    first8.forEach((v, n) => expect(v).toBeCloseTo(expected.rpi_checksum.first8_c_order[n], 4));

    const labels = await readVolume(path(expected.labels));
    const found = labelVoxels(labels).map(({ value, voxel }) => [
      ...fromFileVoxel(orientedView(labels, 'LAS'), voxel),
      value,
    ]);
    const sorted = (points: number[][]) => points.map((point) => point.join()).sort();
    expect(sorted(found)).toEqual(sorted(expected.label_voxels_rpi));

    const slab = referenceSlab(volume, expected.middle_index);
    const { data, shape } = readNpy(readFileSync(path('mid_slice.npy')));
    expect([slab.height, slab.width]).toEqual(shape);
    const largest = Array.from(data).reduce((a, b) => Math.max(a, Math.abs(b)), 0);
    const worst = slab.image.reduce((a, v, n) => Math.max(a, Math.abs(v - data[n])), 0);
    expect(worst / largest).toBeLessThan(1e-6);
  });
});
