import { stackLoss } from '@disc-labeling/models/loss';
import type { LossConfig } from '@disc-labeling/models/training';
import { gaussianTargets } from '@disc-labeling/server/dataset/targets';
import { outputLoss, ValidationTally } from '@disc-labeling/server/training/validation';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';

const grid = { height: 64, width: 64, stride: 4, values: [3, 4, 5, null], anyDisc: 3 };
const images = { data: new Float32Array(0), shape: [1, 1, 64, 64] as const };
const weighted = { kind: 'weighted', peakWeight: 8, anyDisc: 3, anyDiscWeight: 2 } as const;

describe('ValidationTally', () => {
  it('counts right, displaced and invented levels', () => {
    const truth = [
      { value: 3, row: 20, column: 20 },
      { value: 4, row: 40, column: 20 },
    ];
    // Level 3 is 4 px off, level 4 16 px, level 5 is claimed though absent.
    const claimed = [
      { value: 3, row: 20, column: 24 },
      { value: 4, row: 40, column: 36 },
      { value: 5, row: 50, column: 20 },
    ];
    const batch = { images, ...gaussianTargets([truth], grid, 5) };
    const { targets: maps } = gaussianTargets([claimed], grid, 5);
    const tally = new ValidationTally(grid, weighted);
    tally.add({ heatmaps: [maps], attention: null }, batch, [truth], [1]);
    const result = tally.result();
    expect(result.accuracy).toBe(0.5);
    expect(result.falseRate).toBe(1);
    expect(result.medianDistance).toBeGreaterThan(14);
    expect(result.loss).toBeCloseTo(outputLoss([maps], batch, weighted), 12);
  });

  it('reports the figures of the reference and of decoding', () => {
    const discs = [3, 4, 5].map((value) => ({ value, row: 60 * (value - 2), column: 128 }));
    const large = { ...grid, height: 256, width: 256 };
    const found = (shift: number) => {
      const batch = { images, ...gaussianTargets([discs], large, 5) };
      const moved = discs.map((disc) => ({ ...disc, column: disc.column + shift }));
      const { targets: maps } = gaussianTargets([moved], large, 5);
      const tally = new ValidationTally(large, weighted);
      // At 0.3 mm a pixel the discs are as far apart as a neck's.
      tally.add({ heatmaps: [maps], attention: null }, batch, [discs], [0.3]);
      return tally.result();
    };
    expect(found(0)).toMatchObject({ pck: 1, identified: 1, accuracy: 1 });
    expect(found(0).dice).toBeGreaterThan(0.5);
    // 12 px: within 1/20 of the width, and within 5 mm; 16 px: neither is the tolerance of PCK, which is 12.8.
    expect(found(12)).toMatchObject({ pck: 1, identified: 1 });
    expect(found(16)).toMatchObject({ pck: 0, identified: 1 });
    expect(found(40)).toMatchObject({ pck: 0, identified: 0, accuracy: 0 });
    expect(found(40).dice).toBeLessThan(0.1);
  });

  it('measures in mm', () => {
    const truth = [{ value: 3, row: 21.5, column: 21.5 }];
    const batch = { images, ...gaussianTargets([truth], grid, 5) };
    const { targets: maps } = gaussianTargets([[{ value: 3, row: 25.5, column: 21.5 }]], grid, 5);
    const at = (spacing: number) => {
      const tally = new ValidationTally(grid, weighted);
      tally.add({ heatmaps: [maps], attention: null }, batch, [truth], [spacing]);
      return tally.result();
    };
    expect(at(1)).toMatchObject({ accuracy: 1, falseRate: 0 });
    expect(at(1).medianDistance).toBeCloseTo(4, 5);
    expect(at(1.5)).toMatchObject({ accuracy: 0, falseRate: 0 });
    expect(at(1.5).medianDistance).toBeCloseTo(6, 5);
  });
});

describe('outputLoss', () => {
  const maps = { data: Float32Array.of(0.5, 0, 1, 1), shape: [1, 2, 1, 2] };
  const targets = { data: Float32Array.of(1, 0, 0, 1), shape: [1, 2, 1, 2] };

  it('weighs peaks and the any-disc map, and sums over stacks', () => {
    const loss = { kind: 'weighted', peakWeight: 8, anyDisc: 1, anyDiscWeight: 2 } as const;
    const batch = { targets, visibility: { data: Float32Array.of(1, 1), shape: [1, 2] } };
    // Map 0: 9 · 0.25; map 1: 1 · 1, twice; over two pixels, three maps.
    expect(outputLoss([maps], batch, loss)).toBeCloseTo((9 * 0.25 + 2) / 6, 12);
    expect(outputLoss([maps, maps], batch, loss)).toBeCloseTo((9 * 0.25 + 2) / 3, 12);
  });

  it('leaves invisible joints out of the reference loss', () => {
    const batch = { targets, visibility: { data: Float32Array.of(1, 0), shape: [1, 2] } };
    // 0.5 · mean over two pixels, averaged over two joints.
    expect(outputLoss([maps], batch, { kind: 'reference' })).toBeCloseTo((0.5 * (0.25 / 2)) / 2, 12);
  });

  it.each<LossConfig>([{ kind: 'reference' }, weighted, { ...weighted, anyDisc: null }])(
    'equals what training minimises: %j',
    (loss) => {
      const shape = [2, 4, 3, 5];
      const tensor = (seed: number) => Float32Array.from({ length: 120 }, (_, i) => Math.sin(i * seed) ** 2);
      const maps = { data: tensor(1.3), shape };
      const visibility = Float32Array.of(1, 0, 1, 1, 1, 1, 0, 1);
      const batch = {
        targets: { data: tensor(0.7), shape },
        visibility: { data: visibility, shape: [2, 4] },
      };
      const nhwc = (data: Float32Array) => tf.transpose(tf.tensor4d(data, [2, 4, 3, 5]), [0, 2, 3, 1]);
      const expected = tf.tidy(() => {
        const seen = tf.reshape(tf.tensor2d(visibility, [2, 4]), [2, 1, 1, 4]) as tf.Tensor4D;
        return stackLoss(loss, nhwc(maps.data), nhwc(batch.targets.data), seen).dataSync()[0]!;
      });
      expect(outputLoss([maps], batch, loss)).toBeCloseTo(expected, 5);
    },
  );
});
