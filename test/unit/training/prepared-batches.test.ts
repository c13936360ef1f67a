import type { Float32Tensor } from '@disc-labeling/models/engines/types';
import { gaussianTargets } from '@disc-labeling/server/dataset/targets';
import { trainingBatch } from '@disc-labeling/server/training/batches';
import { readConfiguration } from '@disc-labeling/server/configuration/read';
import { parseTrainingConfig } from '@disc-labeling/server/training/config';
import { fingerprintDifferences, fingerprint } from '@disc-labeling/server/training/fingerprint';
import { completeConfig, configForSet } from '@disc-labeling/server/training/prepared-config';
import { preparedData } from '@disc-labeling/server/training/prepared-batches';
import { turnedMaps, turnedPlace } from '@disc-labeling/server/training/turned';
import { ValidationTally } from '@disc-labeling/server/training/validation';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writePreparedSet } from '../../support/prepared-set.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'prepared-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const discs = [
  { value: 3, row: 30, column: 50 },
  { value: 5, row: 70, column: 50 },
];
const set = [{ discs }, { discs }, { discs }, { discs, split: 'validation' as const }];
const configOf = (path: string, more: Record<string, unknown> = {}, network: unknown = 'light') =>
  parseTrainingConfig({
    formatVersion: 1,
    name: 'p',
    network,
    data: { source: 'prepared', path, window: 128, augment: false, ...more },
    training: { trainBatch: 2 },
  });

describe('preparedData', () => {
  it('lets a level that may be there without a label count for nothing, and one that is gone count as empty', async () => {
    const config = await completeConfig(configOf(await writePreparedSet(folder, set)));
    const data = await preparedData(config);
    const source = data.open(0);
    const samples = await source.next();
    await source.close();
    const { targets, visibility, images } = trainingBatch(samples, config, 5);
    expect(images.shape).toEqual([2, 1, 128, 128]);
    expect(targets.shape).toEqual([2, 12, 32, 32]);
    // C3/C4 lies between two labels for sure, so any disc may lie elsewhere too; C5/C6 and C6/C7 may follow below.
    expect([...visibility.data.subarray(0, 12)]).toEqual([1, 0, 1, 0, 0, 1, 1, 1, 1, 1, 1, 0]);
    expect(data.size).toEqual([128, 128]);
    const held = [];
    for await (const batch of data.heldOut()) held.push(batch.discs.length);
    expect(held).toEqual([1]);
  });

  it('counts an epoch as one pass, unless it is said how many steps it has', async () => {
    const config = configOf(await writePreparedSet(folder, set));
    expect(config.training.stepsPerEpoch).toBe(0);
    const complete = await completeConfig(config);
    expect(complete.training.stepsPerEpoch).toBe(2);
    expect(complete.data).toMatchObject({
      contents: { trainingSamples: 3, validationSamples: 1, spacing: 1 },
    });
    const given = { ...config, training: { ...config.training, stepsPerEpoch: 9 } };
    expect((await completeConfig(given)).training.stepsPerEpoch).toBe(9);
    // What is written into a run folder can be read again.
    expect(await completeConfig(parseTrainingConfig(JSON.parse(JSON.stringify(complete))))).toEqual(complete);
  });

  it('says which samples are wanting', async () => {
    await writePreparedSet(folder, set.slice(0, 3));
    await expect(completeConfig(configOf(folder))).rejects.toThrow(
      /no validation samples; .*--validation-share/,
    );
  });

  it('knows a set by what is in it, not by where it lies', async () => {
    const [a, b, c] = ['a', 'b', 'c'].map((name) => join(folder, name));
    for (const [place, dataset] of [
      [a, 'x'],
      [b, 'x'],
      [c, 'y'],
    ])
      await writePreparedSet(place, set, { dataset });
    const first = fingerprint(await completeConfig(configOf(a)));
    const differences = async (place: string, more = {}) =>
      fingerprintDifferences(first, await completeConfig(configOf(place, more)));
    expect(await differences(b, { workers: 5 })).toEqual([]);
    expect((await differences(c)).join()).toMatch(/^data \(the prepared set is another/);
    expect((await differences(b, { seed: 2 })).join()).toBe('data.seed (1, now 2)');
  });
});

describe('configurations for prepared sets', () => {
  it('looks for the set beside the configuration', async () => {
    await mkdir(join(folder, 'configs'));
    const file = join(folder, 'configs', 'c.json');
    const data = { source: 'prepared', path: '../set' };
    await writeFile(file, JSON.stringify({ formatVersion: 1, name: 'c', data }));
    expect((await readConfiguration(file)).training.data).toMatchObject({ path: join(folder, 'set') });
  });

  it('names what is wrong with an augmentation', () => {
    expect(() => configOf('set', { augment: { rotatoin: {} } })).toThrow(
      /unknown key `data\.augment\.rotatoin`; did you mean `rotation`\?/,
    );
    expect(() => configOf('set', { augment: { rotation: { degrees: [5, -5] } } })).toThrow(
      /`data\.augment\.rotation\.degrees`: the first number has to be the smaller one/,
    );
  });

  it("takes the reference's network and training for its sets, and the light network for ours", async () => {
    await writePreparedSet(folder, set);
    expect(await configForSet(folder)).toMatchObject({
      contrast: 'T1w',
      network: { variant: 'light' },
      training: { optimizer: 'adam', stepsPerEpoch: 0, loss: { kind: 'weighted' } },
    });
    const input = { frame: 'reference', spacing: null, normalization: 'zscore' } as const;
    await writePreparedSet(folder, set, { preparation: 'reference', input });
    expect(await configForSet(folder)).toMatchObject({
      network: { variant: 'reference', joints: 11 },
      training: {
        optimizer: 'rmsprop',
        lr: 2.5e-4,
        trainBatch: 3,
        monitor: 'pck',
        loss: { kind: 'reference' },
      },
    });
  });
});

describe('validation in the frame of the reference', () => {
  const grid = { height: 256, width: 256, stride: 4, values: [3, 4, 5], anyDisc: null };
  // From head to foot: columns from right to left.
  const spine = [3, 4, 5].map((value) => ({ value, row: 128, column: 256 - 20 * (value - 1) }));
  const { targets } = gaussianTargets([spine], grid, 5);
  const batch = {
    images: { data: new Float32Array(0), shape: [1, 1, 256, 256] as const },
    ...gaussianTargets([spine], grid, 5),
  };

  it('finds discs along the columns', () => {
    const found = (frame: 'picture' | 'reference') => {
      const tally = new ValidationTally(grid, { kind: 'reference' });
      tally.add({ heatmaps: [targets], attention: null }, batch, [spine], [[1, 1]], { frame });
      return tally.result();
    };
    expect(found('reference')).toMatchObject({ identified: 1, accuracy: 1, pck: 1 });
    expect(found('picture').identified).toBeLessThan(1);
  });

  it('does not judge levels that nobody knows of', () => {
    const false4 = gaussianTargets([[spine[1]!]], grid, 5).targets;
    const rate = (unknown: { value: number; certain: boolean }[]) => {
      const tally = new ValidationTally(grid, { kind: 'reference' });
      tally.add({ heatmaps: [false4], attention: null }, batch, [[]], [1], { unknown: [unknown] });
      return tally.result().falseRate;
    };
    expect(rate([])).toBeCloseTo(1 / 3, 9);
    expect(rate([{ value: 4, certain: false }])).toBe(0);
  });

  it('turns maps and places alike, twice being nothing', () => {
    const maps = { data: Float32Array.from({ length: 12 }, (_, i) => i), shape: [2, 2, 3] };
    const turned = turnedMaps(maps);
    expect(turned.shape).toEqual([2, 3, 2]);
    const at = ({ data, shape }: Float32Tensor, n: number, place: { row: number; column: number }) =>
      data[(n * shape[1]! + place.row) * shape[2]! + place.column];
    for (let row = 0; row < 2; row++)
      for (let column = 0; column < 3; column++) {
        const there = turnedPlace({ row, column }, maps.shape);
        expect(at(turned, 1, there)).toBe(at(maps, 1, { row, column }));
      }
    expect(turnedMaps(turned)).toEqual(maps);
  });
});
