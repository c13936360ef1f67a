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

  it('checks what comes out', () => {
    expect(() => withOverrides(tinyConfig(), { lr: -1 })).toThrow(/training\.lr/);
    expect(() => withOverrides(tinyConfig(), { features: 5000 })).toThrow(/network\.features/);
  });
});
