import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readFloatNpy } from '@disc-labeling/models/npy';
import { keyPointAccuracy, softDice } from '@disc-labeling/server/evaluation/metrics';
import { referenceDir } from '../support/shared.js';

interface Pair {
  readonly pair: number;
  /** Mean, then one number per joint; -1 where it counts in no image. */
  readonly accuracy: number[];
  readonly dice_float64: number;
}

const reference = referenceDir();
const folder = reference && join(reference, 'metrics');
const pairs = folder ? (JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')) as Pair[]) : [];

describe.skipIf(!folder)('accuracy and dice', () => {
  it('have pairs to test', () => expect(pairs.length).toBeGreaterThan(0));

  it.each(pairs)('of pair $pair are those of the reference', ({ pair, accuracy, dice_float64 }) => {
    const read = (name: string) => readFloatNpy(readFileSync(join(folder!, `pair${pair}_${name}.npy`)), 4);
    const [output, target] = [read('output'), read('target')];
    const found = keyPointAccuracy(output, target);
    const expected = accuracy.map((share) => (share < 0 ? null : expect.closeTo(share, 6)));
    expect([found.mean, ...found.perJoint]).toEqual(expected);
    expect(softDice(output, target)).toBeCloseTo(dice_float64, 9);
  });
});
