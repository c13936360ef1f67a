import { parseTrainingConfig } from '@disc-labeling/server/training/config';
import { learningRateAt, targetSigmaAt } from '@disc-labeling/server/training/schedule';
import { describe, expect, it } from 'vitest';
import { tinyConfig } from './fakes.js';

const at = (step: number, minutes = 0) => ({ step, minutes });

describe('learningRateAt', () => {
  it('falls by gamma at each milestone epoch', () => {
    const config = tinyConfig({
      epochs: 10,
      stepsPerEpoch: 4,
      lr: 1,
      schedule: { kind: 'steps', milestones: [2, 5], gamma: 0.1 },
    });
    const rates = [0, 7, 8, 19, 20, 39].map((step) => learningRateAt(config, at(step)));
    const expected = [1, 1, 0.1, 0.1, 0.01, 0.01];
    rates.forEach((rate, i) => expect(rate).toBeCloseTo(expected[i]!, 10));
  });

  it('is that of the reference when nothing is said: a tenth from epochs 60 and 90 on', () => {
    const config = parseTrainingConfig({ formatVersion: 1, name: 'r', training: { stepsPerEpoch: 2 } });
    const rates = [0, 59, 60, 89, 90, 119].map((epoch) => learningRateAt(config, at(2 * epoch)));
    [2.5e-4, 2.5e-4, 2.5e-5, 2.5e-5, 2.5e-6, 2.5e-6].forEach((rate, i) =>
      expect(rates[i]).toBeCloseTo(rate, 12),
    );
  });

  it('rises linearly, stays, then follows half a cosine to zero', () => {
    const config = tinyConfig({
      epochs: 10,
      stepsPerEpoch: 10,
      lr: 2,
      warmup: 4,
      schedule: { kind: 'cosine', start: 0.4 },
    });
    const rates = [0, 1, 3, 4, 40, 70, 100].map((step) => learningRateAt(config, at(step)));
    const expected = [0.5, 1, 2, 2, 2, 1, 0];
    rates.forEach((rate, i) => expect(rate).toBeCloseTo(expected[i]!, 10));
  });

  it('follows the clock when a time budget is further along than the steps', () => {
    const config = tinyConfig({
      epochs: 100,
      stepsPerEpoch: 10,
      lr: 2,
      schedule: { kind: 'cosine', start: 0.4 },
      timeBudgetMinutes: 50,
    });
    expect(learningRateAt(config, at(10, 35))).toBeCloseTo(1, 10);
    expect(learningRateAt(config, at(10, 80))).toBe(0);
    expect(learningRateAt(config, at(700, 1))).toBeCloseTo(1, 10);
  });
});

describe('targetSigmaAt', () => {
  it('narrows after every epoch only when asked so', () => {
    const sigmas = (sigmaDecay: number) =>
      [0, 1, 2].map((epoch) => targetSigmaAt(tinyConfig({ targetSigma: 8, sigmaDecay }), epoch));
    expect(sigmas(0)).toEqual([8, 8, 8]);
    expect(sigmas(0.5)).toEqual([8, 4, 2]);
  });
});
