import { initialWeights } from '@disc-labeling/models/layers-listing';
import { writeModel } from '@disc-labeling/models/weights/folder';
import { startingWeights } from '@disc-labeling/server/training/initial';
import { modelDescription } from '@disc-labeling/server/training/model-card';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tinyConfig } from './fakes.js';

const base = tinyConfig();
const config = { ...base, network: { ...base.network, stacks: 1, features: 4, joints: 4 } };
const weights = initialWeights(config.network, 7);
let root: string;
let run: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'initial-'));
  run = join(root, 'first');
  const description = modelDescription(config, null, {});
  await writeModel(join(run, 'best'), { description, weights }, { card: '' });
});
afterAll(() => rm(root, { recursive: true }));

describe('startingWeights', () => {
  it('are random ones, the same for the same seed', async () => {
    expect(await startingWeights(config)).toEqual(initialWeights(config.network, 42));
  });

  it.each(['first', 'first/best'])('are those of %s', async (name) => {
    expect(await startingWeights({ ...config, initial: join(root, name) })).toEqual(weights);
  });

  it('are those of a model that ships', async () => {
    const shipped = await startingWeights({ ...base, initial: 'spine-light' });
    expect(new Set(shipped.keys())).toEqual(new Set(initialWeights(base.network, 0).keys()));
  });

  it('refuse another network in one sentence', async () => {
    const other = { ...config, network: { ...config.network, stacks: 2, attention: false }, initial: run };
    await expect(startingWeights(other)).rejects.toThrow(
      /first\): its network is another \(stacks 1, here 2; attention true, here false\); set the same network/,
    );
  });

  it('refuse a model that is not there', async () => {
    await expect(startingWeights({ ...config, initial: 'none' })).rejects.toThrow(
      /neither a model folder nor/,
    );
  });
});

describe('modelDescription', () => {
  it('names the model that training started from', () => {
    const { provenance } = modelDescription({ ...config, initial: '/somewhere/first' }, null, {});
    expect(provenance['startedFrom']).toBe('first');
  });
});
