import { readConfiguration } from '@disc-labeling/server/configuration/read';
import { lightNetwork, referenceNetwork } from '@disc-labeling/models/config';
import { channelMeaning, lossOf, parseTrainingConfig } from '@disc-labeling/server/training/config';
import { describe, expect, it } from 'vitest';
import { repositoryDir } from '../../support/shared.js';

const minimal = { formatVersion: 1, name: 'm' };

describe('parseTrainingConfig', () => {
  it("fills in the reference's defaults", () => {
    const config = parseTrainingConfig(minimal);
    expect(config.network).toEqual(referenceNetwork());
    expect(config.training).toMatchObject({
      epochs: 120,
      trainBatch: 3,
      valBatch: 4,
      optimizer: 'rmsprop',
      lr: 2.5e-4,
      momentum: 0,
      weightDecay: 0,
      schedule: { kind: 'steps', milestones: [60, 90], gamma: 0.1 },
      sigmaDecay: 0,
      seed: 42,
      loss: { kind: 'reference' },
      ema: 0,
      clip: 0,
      patience: 0,
      norms: 'batch',
    });
    expect(config.initial).toBeNull();
  });

  it('reads its own output again', () => {
    const config = parseTrainingConfig({ ...minimal, network: 'light' });
    expect(parseTrainingConfig(JSON.parse(JSON.stringify(config)))).toEqual(config);
  });

  it.each([
    [{ ...minimal, trainig: {} }, /unknown key `trainig`; did you mean `training`\?/],
    [{ ...minimal, training: { epoch: 3 } }, /unknown key `training\.epoch`; did you mean `epochs`\?/],
    [
      { ...minimal, training: { schedule: { kind: 'cosine', strat: 0.5 } } },
      /unknown key `training\.schedule\.strat`; did you mean `start`\?/,
    ],
    [
      { ...minimal, network: { ...lightNetwork(), stack: 2 } },
      /unknown key `network\.stack`; did you mean `stacks`\?/,
    ],
    [
      { ...minimal, data: { source: 'phantom', zzz: 1 } },
      /unknown key `data\.zzz`; known here: source, seed/,
    ],
    [{ ...minimal, training: { epochs: 0 } }, /`training\.epochs`: too small/],
    [{ ...minimal, training: { lr: 'fast' } }, /`training\.lr`: invalid input: expected number/],
    [{ ...minimal, formatVersion: 2 }, /`formatVersion`: invalid input: expected 1/],
    [{ formatVersion: 1 }, /`name`/],
    [{ ...minimal, name: 'a b' }, /`name`: use letters, digits/],
    [{ ...minimal, network: { ...lightNetwork(), joints: 1 } }, /leaves no map for a disc/],
    [{ ...minimal, training: { norms: 'fixed' } }, /`training\.norms`: .* name it with `initial`/],
    [[], /invalid training configuration/],
  ])('refuses %j', (value, message) => {
    expect(() => parseTrainingConfig(value, 'c.json')).toThrow(message);
    expect(() => parseTrainingConfig(value, 'c.json')).toThrow(/\(c\.json\)/);
  });
});

describe('the light recipe', () => {
  it('is valid and says what the shipped weights were trained with', async () => {
    const { training: config } = await readConfiguration(
      `${repositoryDir}server/src/training/recipes/light.json`,
    );
    expect(config.network).toEqual(lightNetwork());
    expect(lossOf(config)).toEqual({ kind: 'weighted', peakWeight: 8, anyDisc: 11, anyDiscWeight: 2 });
  });
});

describe('channelMeaning', () => {
  it('names levels from C2/C3 on, and the any-disc map of the light network', () => {
    expect(channelMeaning(referenceNetwork())).toEqual({
      values: [3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13],
      anyDisc: null,
    });
    expect(channelMeaning(lightNetwork({ joints: 3 }))).toEqual({ values: [3, 4, null], anyDisc: 2 });
  });
});
