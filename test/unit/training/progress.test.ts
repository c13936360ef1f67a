import type { EpochMetrics } from '@disc-labeling/server/training/events';
import { endingOf, isBetter } from '@disc-labeling/server/training/progress';
import { describe, expect, it } from 'vitest';
import { found, tinyConfig } from './fakes.js';

const epoch = (number: number, quality: Partial<EpochMetrics> = {}): EpochMetrics => ({
  epoch: number,
  step: 4 * (number + 1),
  learningRate: 0.1,
  trainingLoss: 1,
  validationLoss: 1,
  seconds: 0,
  ...found,
  ...quality,
});

describe('isBetter', () => {
  const before = epoch(0);
  it.each([
    ['accuracy', { accuracy: 0.6, validationLoss: 2 }, true],
    ['accuracy', { accuracy: 0.4, validationLoss: 0.1 }, false],
    ['accuracy', { validationLoss: 0.9 }, true],
    ['accuracy', { validationLoss: 1 }, false],
    ['pck', { pck: 0.6, accuracy: 0.1 }, true],
    ['pck', { pck: 0.4, accuracy: 0.9 }, false],
    ['loss', { validationLoss: 0.9, accuracy: 0.1 }, true],
    ['loss', { validationLoss: 1.1, accuracy: 0.9 }, false],
  ] as const)('by %s of %j: %s', (monitor, quality, better) => {
    expect(isBetter(tinyConfig({ monitor }), epoch(1, quality), before)).toBe(better);
    expect(isBetter(tinyConfig({ monitor }), epoch(1, quality), null)).toBe(true);
  });
});

describe('endingOf', () => {
  const at = (step: number, minutes = 0) => ({ step, minutes });
  const config = tinyConfig({ epochs: 10, stepsPerEpoch: 4, patience: 2, timeBudgetMinutes: 60 });

  it('is all epochs, time spent, or patience out', () => {
    expect(endingOf(config, at(40), epoch(9), epoch(9))).toBe('epochs');
    expect(endingOf(config, at(8, 60), epoch(1), epoch(1))).toBe('time');
    expect(endingOf(config, at(16), epoch(1), epoch(3))).toBe('patience');
  });

  it('is not yet inside an epoch, before patience is out, or without patience', () => {
    expect(endingOf(config, at(17, 90), epoch(1), epoch(3))).toBeNull();
    expect(endingOf(config, at(12), epoch(1), epoch(2))).toBeNull();
    expect(endingOf(tinyConfig({ epochs: 10 }), at(36), epoch(0), epoch(8))).toBeNull();
    expect(endingOf(config, at(0), null, null)).toBeNull();
  });
});
