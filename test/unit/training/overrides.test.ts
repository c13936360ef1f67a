import { withOverrides } from '@disc-labeling/server/training/overrides';
import { describe, expect, it } from 'vitest';
import { tinyConfig } from './fakes.js';

describe('withOverrides', () => {
  it('changes what is given and nothing else', () => {
    const config = tinyConfig({ weightDecay: 0.1 });
    expect(withOverrides(config, {})).toEqual(config);
    const changed = withOverrides(config, {
      attention: false,
      stacks: 1,
      contrast: 'T2w',
      lr: 0.1,
      timeBudget: 5,
    });
    expect(changed.network).toEqual({ ...config.network, attention: false, stacks: 1 });
    expect(changed.contrast).toBe('T2w');
    expect(changed.training).toEqual({ ...config.training, lr: 0.1, timeBudgetMinutes: 5 });
  });

  it('has no more parts than a smaller batch has images, unless asked for them', () => {
    const config = tinyConfig({ trainBatch: 8, parts: 4 });
    expect(withOverrides(config, { trainBatch: 3 }).training.parts).toBe(3);
    expect(withOverrides(config, { trainBatch: 16 }).training.parts).toBe(4);
    expect(withOverrides(config, { parts: 2 }).training.parts).toBe(2);
    expect(() => withOverrides(config, { trainBatch: 3, parts: 4 })).toThrow(
      /has no 4 parts; give at most 3/,
    );
  });

  it('replaces a schedule by milestones', () => {
    const config = tinyConfig({ schedule: { kind: 'cosine', start: 0.2 } });
    expect(withOverrides(config, { schedule: [3, 5], gamma: 0.5 }).training.schedule).toEqual({
      kind: 'steps',
      milestones: [3, 5],
      gamma: 0.5,
    });
    expect(withOverrides(tinyConfig(), { gamma: 0.5 }).training.schedule).toMatchObject({ gamma: 0.5 });
    expect(() => withOverrides(config, { gamma: 0.5 })).toThrow(/--gamma needs --schedule/);
  });

  it('lets the rate follow a cosine instead', () => {
    const schedule = (overrides: Parameters<typeof withOverrides>[1]) =>
      withOverrides(tinyConfig(), overrides).training.schedule;
    expect(schedule({ cosine: true })).toEqual({ kind: 'cosine', start: 0.4 });
    expect(schedule({ cosine: 0.7 })).toEqual({ kind: 'cosine', start: 0.7 });
    expect(() => schedule({ cosine: true, schedule: [3] })).toThrow(/--cosine goes without --schedule/);
  });

  it('takes the usual settings of another loss, and leaves those of the same alone', () => {
    const weighted = { kind: 'weighted' as const, peakWeight: 3, anyDiscWeight: 1 };
    const loss = (own: typeof weighted | { kind: 'reference' }, kind: 'weighted' | 'reference') =>
      withOverrides(tinyConfig({ loss: own }), { loss: kind }).training.loss;
    expect(loss({ kind: 'reference' }, 'weighted')).toEqual({ ...weighted, peakWeight: 8, anyDiscWeight: 2 });
    expect(loss(weighted, 'weighted')).toEqual(weighted);
    expect(loss(weighted, 'reference')).toEqual({ kind: 'reference' });
  });

  it('passes on everything else by its own name', () => {
    const values = { clip: 5, ema: 0.9, warmup: 3, patience: 2, monitor: 'loss', stepsPerEpoch: 9 } as const;
    expect(withOverrides(tinyConfig(), values).training).toMatchObject(values);
    expect(withOverrides(tinyConfig(), { initial: 'spine-whole' }).initial).toBe('spine-whole');
  });

  it('checks what comes out', () => {
    expect(() => withOverrides(tinyConfig(), { lr: -1 })).toThrow(/training\.lr/);
    expect(() => withOverrides(tinyConfig(), { features: 5000 })).toThrow(/network\.features/);
  });
});
