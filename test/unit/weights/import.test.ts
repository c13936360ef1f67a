import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lightNetwork, referenceNetwork } from '@disc-labeling/models/config';
import { UserError } from '@disc-labeling/models/errors';
import { initialWeights } from '@disc-labeling/models/layers-listing';
import type { Weights } from '@disc-labeling/models/model';
import { readModel } from '@disc-labeling/models/weights/folder';
import { importWeights } from '@disc-labeling/models/weights/import';
import { checkWeights, inferNetworkConfig } from '@disc-labeling/models/weights/infer';
import { encodeSafetensors } from '@disc-labeling/models/weights/safetensors';
import { saveLegacy, saveZip, type SavedState, type SavedStorage, type SavedTensor } from './torch-writer.js';

const config = referenceNetwork({ features: 4, joints: 3, stacks: 2 });

/** What PyTorch would save for these weights. */
function stateOf(weights: Weights): SavedState {
  const tensors: Record<string, SavedTensor> = {};
  const storages: Record<string, SavedStorage> = {};
  for (const [name, { shape, data }] of weights) {
    const strides = shape.map((_, axis) =>
      shape.slice(axis + 1).reduce((product, side) => product * side, 1),
    );
    tensors[`module.${name}`] = { storage: name, shape, strides };
    storages[name] = { type: 'FloatStorage', length: data.length, bytes: new Uint8Array(data.buffer) };
  }
  return { under: 'model_weights', tensors, storages };
}

const without = (weights: Weights, prefix: string): Weights =>
  new Map([...weights].filter(([name]) => !name.startsWith(prefix)));

describe('recognising a network', () => {
  it.each([
    {},
    { stacks: 1, attention: false },
    { stacks: 3, blocks: 2, joints: 1 },
    { blocks: 0, features: 16, inputChannels: 1 },
  ])('by its tensors: %j', (overrides) => {
    const network = referenceNetwork({ features: 4, ...overrides });
    const weights = initialWeights(network, 3);
    expect(inferNetworkConfig(weights)).toEqual(network);
    expect(() => checkWeights(weights, network)).not.toThrow();
  });

  it('names what is missing, unknown or of another shape', () => {
    const weights = new Map(initialWeights(config, 3));
    weights.delete('hg.1.hg.2.1.0.conv2.bias');
    weights.set('extra.weight', { shape: [1], data: new Float32Array(1) });
    weights.set('bn1.bias', { shape: [32], data: new Float32Array(32) });
    expect(() => checkWeights(weights, config, 'a.pt')).toThrow(
      'the weights do not fit the network (a.pt): 1 tensor is missing: hg.1.hg.2.1.0.conv2.bias; ' +
        '1 tensor is unknown: extra.weight; 1 tensor is of another shape: bn1.bias [32] instead of [2]',
    );
    expect(() => inferNetworkConfig(new Map())).toThrow(/score\.0\.weight is missing/);
  });
});

describe('importing a checkpoint', () => {
  let home = '';
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'import-'));
  });
  afterEach(() => rm(home, { recursive: true }));

  it.each([
    ['zip', saveZip],
    ['legacy', saveLegacy],
  ])('of the %s format makes a model folder with the same numbers', async (format, save) => {
    const weights = initialWeights(config, 5);
    await writeFile(join(home, 'model_t2_att_2.pth.tar'), save(stateOf(weights)));
    await importWeights(join(home, 'model_t2_att_2.pth.tar'), join(home, 'mine'));
    const model = await readModel(join(home, 'mine'));
    expect(model.weights).toEqual(weights);
    expect(model.description).toMatchObject({
      name: 'mine',
      contrast: 'T2w',
      network: config,
      input: { frame: 'reference', spacing: null, normalization: 'minmax' },
      channels: { values: [3, 4, 5], anyDisc: null },
      provenance: { file: 'model_t2_att_2.pth.tar', format },
    });
    expect(await readFile(join(home, 'mine', 'README.md'), 'utf8')).toMatch(/model_t2_att_2\.pth\.tar/);
  });

  it.each([
    ['tensors are missing', (all: Weights) => without(all, 'hg.1.hg.2.1.0.bn1'), {}, /4 tensors are missing/],
    ['it is another network', () => new Map(), {}, /score\.0\.weight is missing/],
    [
      'it is a light network that does not say what it is',
      () => initialWeights(lightNetwork({ features: 4 }), 1),
      {},
      /without the model\.json/,
    ],
    ['its description is damaged', (all: Weights) => all, { 'model.json': '{' }, /model\.json is damaged/],
    [
      'its description is of another version',
      (all: Weights) => all,
      { 'model.json': '{"formatVersion":2}' },
      /another version/,
    ],
  ])('of safetensors says so when %s', async (_, change, metadata, why) => {
    const bytes = encodeSafetensors(change(initialWeights(config, 5)), metadata);
    await writeFile(join(home, 'x.safetensors'), bytes);
    const importing = importWeights(join(home, 'x.safetensors'), join(home, 'out'));
    await expect(importing).rejects.toThrow(UserError);
    await expect(importing).rejects.toThrow(why);
    expect(await readdir(home)).toEqual(['x.safetensors']);
  });

  it('that is not there, or is to get an impossible name, says so', async () => {
    await expect(importWeights(join(home, 'absent.pt'), join(home, 'out'))).rejects.toThrow(/no such file/);
    await expect(importWeights(join(home, 'absent.pt'), join(home, 'out'), 'a/b')).rejects.toThrow(
      /letters, digits/,
    );
  });
});
