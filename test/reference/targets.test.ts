import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readNpy } from '@disc-labeling/models/npy';
import {
  referenceHeatMap,
  referenceInput,
  referenceTarget,
} from '@disc-labeling/server/dataset/reference-targets';
import { referenceDir } from '../support/shared.js';

interface Expected {
  image_shape: [number, number];
  discs: [x: number, y: number, z: number, value: number][];
  vis: number[];
  /** Empty channels have no sum. */
  channels: { channel: number; sum?: number; nonzero?: number }[];
}

const reference = referenceDir();
const folder = join(reference ?? '', 'targets');
const cases =
  reference === null
    ? []
    : readdirSync(folder).filter((name) => existsSync(join(folder, name, 'heatmap.npy')));

function worst(own: Float32Array, expected: ArrayLike<number>, scale = 1): number {
  expect(own.length).toBe(expected.length);
  return own.reduce((largest, value, n) => Math.max(largest, Math.abs(value / scale - expected[n])), 0);
}

describe.skipIf(reference === null)('inputs and targets as the reference makes them', () => {
  it('has cases', () => expect(cases.length).toBeGreaterThan(0));

  it.each(cases)('%s', (name) => {
    const read = (file: string) => readNpy(readFileSync(join(folder, name, file)));
    const { image_shape, discs, vis, channels } = JSON.parse(
      readFileSync(join(folder, name, 'expected.json'), 'utf8'),
    ) as Expected;
    const [height, width] = image_shape;
    const points = discs.map(([, row, column]) => ({ row, column }));

    const heatMap = referenceHeatMap(points, { height, width });
    const expectedMap = read('heatmap.npy').data;
    if (expectedMap.some(Number.isNaN)) {
      // Without discs the reference divides zero by zero; here the map stays empty.
      expect(heatMap.image.every((value) => value === 0)).toBe(true);
    } else expect(worst(heatMap.image, expectedMap, 255)).toBeLessThan(1e-6);

    const image = read('image.npy');
    const input = referenceInput({ image: Float32Array.from(image.data), height, width });
    const expectedInput = read('out_image.npy').data;
    if (!expectedInput.some(Number.isNaN)) expect(worst(input.image, expectedInput)).toBeLessThan(1e-5);

    const { maps, visibility } = referenceTarget(heatMap);
    expect([...visibility]).toEqual(vis);
    const [merged, owner] = [read('out_target_merged.npy').data, read('out_target_owner.npy').data];
    const area = merged.length;
    const expected = new Float32Array(vis.length * area);
    for (let at = 0; at < area; at++) if (owner[at] > 0) expected[(owner[at] - 1) * area + at] = merged[at];
    expect(worst(maps.data, expected)).toBeLessThan(1e-6);
    for (const { channel, nonzero = 0, sum = 0 } of channels) {
      const map = maps.data.subarray(channel * area, (channel + 1) * area);
      expect(map.reduce((count, value) => count + (value === 0 ? 0 : 1), 0)).toBe(nonzero);
      expect(map.reduce((total, value) => total + value, 0)).toBeCloseTo(sum, 3);
    }
  });
});
