import { initialWeights } from '@disc-labeling/models/layers-listing';
import { writeModel } from '@disc-labeling/models/weights/folder';
import { widenWeights } from '@disc-labeling/models/widen';
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
    const shipped = await startingWeights({ ...base, initial: 'spine-whole' });
    expect(new Set(shipped.keys())).toEqual(new Set(initialWeights(base.network, 0).keys()));
  });

  it('refuse another network in one sentence', async () => {
    const other = { ...config, network: { ...config.network, stacks: 2, features: 3 }, initial: run };
    await expect(startingWeights(other)).rejects.toThrow(
      /first\): its network is another \(stacks 1, here 2; features 4, here 3\); set the same network/,
    );
  });

  it('leave out the attention of a model where the network has none, and start it anew where only it has one', async () => {
    const plain = { ...config, network: { ...config.network, attention: false }, initial: run };
    const without = await startingWeights(plain);
    const isAttention = (name: string) => name.startsWith('attention.');
    expect([...weights.keys()].some(isAttention)).toBe(true);
    expect(without).toEqual(new Map([...weights].filter(([name]) => !isAttention(name))));

    const folder = join(root, 'plain');
    const description = modelDescription(plain, null, {});
    await writeModel(join(folder, 'best'), { description, weights: without }, { card: '' });
    const again = await startingWeights({ ...config, initial: folder });
    const fresh = initialWeights(config.network, 42);
    for (const [name, tensor] of again)
      expect(tensor, name).toEqual((isAttention(name) ? fresh : weights).get(name));
    expect([...again.keys()]).toEqual([...fresh.keys()]);
  });

  it('go on in a wider network', async () => {
    const wider = { ...config, network: { ...config.network, features: 8 }, initial: run };
    const taken = await startingWeights(wider);
    expect(taken).toEqual(widenWeights(weights, config.network, 8, 42));
    expect([...taken.keys()]).toEqual([...initialWeights(wider.network, 42).keys()]);
  });

  it('take over the maps of a model for fewer discs, and nothing else changes', async () => {
    const wider = { ...config, network: { ...config.network, joints: 6 }, initial: run };
    const taken = await startingWeights(wider);
    const fresh = initialWeights(wider.network, 42);
    expect([...taken.keys()].sort()).toEqual([...fresh.keys()].sort());
    for (const [name, { shape }] of fresh) expect(taken.get(name)!.shape, name).toEqual(shape);
    // The first three maps are the same levels, the last one is any disc; the two between are new.
    const rows = (from: typeof weights, map: number) => [
      ...from.get('score.0.weight')!.data.slice(4 * map, 4 * map + 4),
    ];
    expect([0, 1, 2, 5].map((map) => rows(taken, map))).toEqual(
      [0, 1, 2, 3].map((map) => rows(weights, map)),
    );
    expect(rows(taken, 3)).toEqual(rows(fresh, 3));
    expect(taken.get('conv1.weight')).toEqual(weights.get('conv1.weight'));
  });

  it('feed new maps into the next stack as nothing at first', async () => {
    const two = { ...config.network, stacks: 2 };
    const old = initialWeights(two, 9);
    const folder = join(root, 'two');
    const description = modelDescription({ ...config, network: two }, null, {});
    await writeModel(join(folder, 'best'), { description, weights: old }, { card: '' });
    const taken = await startingWeights({ ...config, network: { ...two, joints: 6 }, initial: folder });
    const before = old.get('score_.0.weight')!;
    const after = taken.get('score_.0.weight')!;
    expect(after.shape.slice(0, 2)).toEqual([before.shape[0], 6]);
    for (let row = 0; row < before.shape[0]; row++)
      expect([...after.data.slice(6 * row, 6 * row + 6)]).toEqual([
        ...before.data.slice(4 * row, 4 * row + 3),
        ...[0, 0],
        before.data[4 * row + 3],
      ]);
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
