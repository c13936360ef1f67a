import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readNpy } from '@disc-labeling/models/npy';
import { skeletonNpy } from '@disc-labeling/server/dataset/prepared-skeleton';
import {
  referenceHeatMap,
  referenceSpine,
  referenceTarget,
} from '@disc-labeling/server/dataset/reference-targets';
import { skeletonStatistics } from '@disc-labeling/server/labeling/skeleton';
import { referenceDir } from '../support/shared.js';

interface Spines {
  readonly image_shape: [number, number];
  readonly joint_counter: number[];
  readonly spines: [x: number, y: number, z: number, value: number][][];
}

const reference = referenceDir();
const folder = join(reference ?? '', 'decoding');
const read = (file: string) => readNpy(readFileSync(join(folder, file)));

describe.skipIf(reference === null)('the mean skeleton', () => {
  it("of the reference's spines is the reference's", () => {
    const { image_shape, joint_counter, spines } = JSON.parse(
      readFileSync(join(folder, 'skeleton_spines.json'), 'utf8'),
    ) as Spines;
    const [height, width] = image_shape;
    const joints = spines.map((discs) => {
      const points = discs.map(([, row, column]) => ({ row, column }));
      return referenceSpine(referenceTarget(referenceHeatMap(points, { height, width })));
    });
    const statistics = skeletonStatistics(joints, true);
    expect(statistics.counts).toEqual(joint_counter.slice(0, statistics.counts.length));
    expect(statistics.spines).toBe(spines.length);

    const expected = read('mean_skeleton.npy');
    const { data } = readNpy(skeletonNpy(statistics));
    Array.from(expected.data).forEach((value, n) => {
      if (Number.isNaN(value)) expect(data[n] ?? NaN).toBeNaN();
      else expect(data[n], `joint ${Math.floor(n / 2)}`).toBeCloseTo(value, 9);
    });

    // Absent joints are zero there.
    const perSpine = read('mean_skeleton_per_spine.npy');
    const [count, length] = perSpine.shape;
    for (let joint = 0; joint < statistics.mean.length; joint++)
      for (const axis of [0, 1] as const) {
        const values = Array.from({ length: count }, (_, n) => n)
          .filter((n) => joints[n].length > joint)
          .map((n) => perSpine.data[(n * length + joint) * 2 + axis]);
        const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
        const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
        expect(statistics.spread[joint]![axis]).toBeCloseTo(Math.sqrt(variance), 9);
      }
  });
});
