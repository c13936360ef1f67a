import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lightNetwork } from '@disc-labeling/models/config';
import { UserError } from '@disc-labeling/models/errors';
import { initialWeights, networkTensors } from '@disc-labeling/models/layers-listing';
import type { Model } from '@disc-labeling/models/model';
import { listModels, readModel, writeModel } from '@disc-labeling/models/weights/folder';

const network = lightNetwork({ features: 4, stacks: 1, joints: 2, attention: false });
const weights = initialWeights(network, 1);
const [first] = weights.keys();
weights.get(first)!.data.set([0.1, -0.2, 1e-6, 3.25, 65504, 0]);
const bytesOfWeights = 4 * [...weights.values()].reduce((sum, { data }) => sum + data.length, 0);

const model: Model = {
  description: {
    formatVersion: 1,
    name: 'tiny',
    title: 'A tiny model',
    contrast: 'T1w',
    network,
    input: { frame: 'picture', spacing: 1.25, normalization: 'percentile' },
    channels: { values: [3, null], anyDisc: 1 },
    skeleton: [
      [0, 0],
      [0.25, -0.01],
    ],
    provenance: { seed: 42 },
    metrics: { pck: 0.9 },
  },
  weights,
};

let home = '';
let folder = '';
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'models-'));
  folder = join(home, 'tiny');
});
afterEach(() => rm(home, { recursive: true }));

describe('a model folder', () => {
  it('gives back what was written, bit for bit', async () => {
    await writeModel(folder, model, {
      card: '# Tiny\n',
      extraFiles: new Map([['state.bin', Uint8Array.of(7)]]),
    });
    expect(await readModel(folder)).toEqual(model);
    expect((await readdir(folder)).sort()).toEqual([
      'README.md',
      'model.json',
      'state.bin',
      'weights.bin',
      'weights.json',
    ]);
    expect(await readdir(home)).toEqual(['tiny']);
  });

  it('replaces a model, never another folder', async () => {
    await writeModel(folder, model, { card: 'old' });
    await writeModel(folder, model, { card: 'new' });
    expect(await readFile(join(folder, 'README.md'), 'utf8')).toBe('new');
    await writeFile(join(home, 'notes.txt'), 'mine');
    await expect(writeModel(home, model, { card: '' })).rejects.toThrow(/holds other files/);
  });

  it.each(['float32', 'float16'] as const)(
    'stored as %s is what TensorFlow.js itself decodes',
    async (storage) => {
      await writeModel(folder, model, { card: '', storage });
      const ours = await readModel(folder);
      const manifest = JSON.parse(
        await readFile(join(folder, 'weights.json'), 'utf8'),
      ) as tf.io.WeightsManifestConfig;
      const bytes = new Uint8Array(await readFile(join(folder, 'weights.bin')));
      const theirs = tf.io.decodeWeights(bytes.buffer, manifest[0].weights);
      for (const [name, { shape, data }] of ours.weights) {
        expect(theirs[name].shape).toEqual(shape);
        expect(await theirs[name].data()).toEqual(data);
      }
      if (storage === 'float16') {
        expect([...ours.weights.get(first)!.data.subarray(0, 6)]).toEqual([
          0.0999755859375,
          -0.199951171875,
          17 * 2 ** -24,
          3.25,
          65504,
          0,
        ]);
        expect(bytes.length).toBe(bytesOfWeights / 2);
      }
    },
  );

  it('is not rounded to infinity', async () => {
    const large = { ...model, weights: new Map([['a', { shape: [1], data: Float32Array.of(65520) }]]) };
    await expect(writeModel(folder, large, { card: '', storage: 'float16' })).rejects.toThrow(
      /a reaches 65520/,
    );
  });

  it('that is damaged says so in one sentence', async () => {
    const spoil = async (name: string, change: (file: string) => Promise<unknown>): Promise<string> => {
      await writeModel(folder, model, { card: '' });
      await change(join(folder, name));
      const error: unknown = await readModel(folder).catch((caught: unknown) => caught);
      expect(error).toBeInstanceOf(UserError);
      return (error as UserError).message;
    };
    expect(await spoil('weights.bin', (file) => truncate(file, 20))).toMatch(
      new RegExp(`weights\\.bin\\): it has 20 bytes where ${bytesOfWeights} are listed`),
    );
    expect(await spoil('weights.bin', (file) => writeFile(file, new Uint8Array(bytesOfWeights)))).toMatch(
      /checksum/,
    );
    expect(await spoil('weights.bin', (file) => rm(file))).toMatch(/no such file/);
    expect(await spoil('model.json', (file) => writeFile(file, '{'))).toMatch(/not valid JSON/);
    expect(await spoil('model.json', (file) => writeFile(file, '{"formatVersion":2}'))).toMatch(
      /format version is 2/,
    );
    expect(await spoil('model.json', (file) => writeFile(file, '{"formatVersion":1}'))).toMatch(/name/);
    expect(await spoil('weights.json', (file) => writeFile(file, '[]'))).toMatch(/weights\.json/);
  });

  it('whose tensors are not those of its network is refused', async () => {
    const other = { ...model.description, network: { ...network, joints: 3 } };
    await writeModel(folder, { weights, description: other }, { card: '' });
    await expect(readModel(folder)).rejects.toThrow(/of another shape: score\.0\.weight/);
  });

  it('is listed with its number of parameters; broken ones are told apart', async () => {
    await writeModel(folder, model, { card: '' });
    await writeModel(join(home, 'broken'), model, { card: '' });
    await writeFile(join(home, 'broken', 'model.json'), '[]');
    const broken: string[] = [];
    const found = await listModels([join(home, 'absent'), home], (error) => broken.push(error.message));
    const parameters = networkTensors(network)
      .filter(({ kind }) => kind === 'parameter')
      .reduce((sum, { shape }) => sum + shape.reduce((product, side) => product * side, 1), 0);
    expect(found).toEqual([{ path: folder, description: model.description, parameters }]);
    expect(broken).toHaveLength(1);
  });
});
