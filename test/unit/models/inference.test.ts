import * as ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { recordInference, singleChannel } from '@disc-labeling/models/compile/inference-graph';
import { lightNetwork, referenceNetwork, type NetworkConfig } from '@disc-labeling/models/config';
import {
  chooseEngine,
  createInference,
  createInferenceInWorker,
  engineStatuses,
} from '@disc-labeling/models/engines';
import { engineIds, type Float32Tensor, type ImageBatch } from '@disc-labeling/models/engines/types';
import { UserError } from '@disc-labeling/models/errors';
import { initialWeights } from '@disc-labeling/models/layers-listing';
import type { Weights } from '@disc-labeling/models/model';
import { sequence } from './support.js';

/** Weights of a plausible size with statistics that are not trivial. */
function someWeights(config: NetworkConfig): Weights {
  const weights = initialWeights(config, 3);
  const next = sequence(11);
  for (const [name, { data }] of weights) {
    if (name.endsWith('running_mean')) data.forEach((_, i) => (data[i] = next() - 0.5));
    if (name.endsWith('running_var')) data.forEach((_, i) => (data[i] = 1 + next()));
  }
  return weights;
}

function images(
  config: NetworkConfig,
  n: number,
  height: number,
  width: number,
  identical = false,
): ImageBatch {
  const next = sequence(5);
  const area = height * width;
  const data = new Float32Array(n * config.inputChannels * area);
  for (let image = 0; image < n; image++)
    for (let i = 0; i < area; i++) {
      const shared = next();
      for (let c = 0; c < config.inputChannels; c++)
        data[(image * config.inputChannels + c) * area + i] = identical ? shared : next();
    }
  return { data, shape: [n, config.inputChannels, height, width] };
}

function expectClose(a: Float32Tensor, b: Float32Tensor, share = 1e-4): void {
  expect(a.shape).toEqual([...b.shape]);
  const size = b.data.reduce((largest, x) => Math.max(largest, Math.abs(x)), 0);
  expect(size).toBeGreaterThan(0);
  const difference = a.data.reduce((largest, x, i) => Math.max(largest, Math.abs(x - b.data[i]!)), 0);
  expect(difference).toBeLessThan(share * size);
}

const networks: [string, NetworkConfig][] = [
  ['light', lightNetwork({ features: 8 })],
  ['light, one stack, no attention', lightNetwork({ features: 6, stacks: 1, attention: false })],
  ['reference', referenceNetwork({ features: 8, joints: 3 })],
  ['reference, two blocks, no attention', referenceNetwork({ features: 4, blocks: 2, attention: false })],
];

describe.each(networks)('inference of the %s network', (_, config) => {
  const weights = someWeights(config);

  it('is the same compiled and eager', async () => {
    const batch = images(config, 2, 64, 128);
    const compiled = await createInference(config, weights, { engine: 'onnxruntime-cpu', threads: 1 });
    const eager = await createInference(config, weights, { engine: 'cpu' });
    const [a, b] = [await compiled.run(batch), await eager.run(batch)];
    expect(a.heatmaps).toHaveLength(config.stacks);
    a.heatmaps.forEach((map, i) => expectClose(map, b.heatmaps[i]!));
    expect(a.attention === null).toBe(!config.attention);
    if (a.attention) expectClose(a.attention, b.attention!);
    const last = await compiled.run(batch, { stacks: 'last' });
    expect(last.heatmaps).toHaveLength(1);
    expectClose(last.heatmaps[0]!, a.heatmaps.at(-1)!);
    await compiled.dispose();
    await eager.dispose();
  });
});

describe('identical channels', () => {
  const config = referenceNetwork({ features: 8, joints: 2 });
  const weights = someWeights(config);

  it('may be merged without changing the result', async () => {
    const inference = await createInference(config, weights, { engine: 'onnxruntime-cpu', threads: 1 });
    const eager = await createInference(config, weights, { engine: 'cpu' });
    const same = images(config, 1, 64, 64, true);
    expectClose((await inference.run(same)).heatmaps[1]!, (await eager.run(same)).heatmaps[1]!);
  });

  it('merges filters by summing over their inputs', () => {
    const merged = singleChannel(config, weights);
    expect(merged.config.inputChannels).toBe(1);
    const { data } = weights.get('conv1.weight')!;
    expect(merged.weights.get('conv1.weight')!.data[7]).toBeCloseTo(
      data[7]! + data[49 + 7]! + data[98 + 7]!,
      6,
    );
  });
});

describe('runs at the same time', () => {
  it('of more shapes than sessions are kept all succeed', async () => {
    const config = lightNetwork({ features: 4, stacks: 1, attention: false });
    const inference = await createInference(config, someWeights(config), {
      engine: 'onnxruntime-cpu',
      threads: 1,
    });
    const widths = [64, 128, 192, 256, 320, 384, 64];
    const outputs = await Promise.all(widths.map((width) => inference.run(images(config, 1, 64, width))));
    expect(outputs.map(({ heatmaps }) => heatmaps[0]!.shape[3])).toEqual(widths.map((width) => width / 4));
    await inference.dispose();
  });
});

describe('an exported network', () => {
  it.each(networks)('takes any number of images: %s', async (_, config) => {
    const weights = someWeights(config);
    const bytes = recordInference(config, weights, [1, config.inputChannels, 64, 64], { anyBatch: true });
    const session = await ort.InferenceSession.create(bytes, { intraOpNumThreads: 1 });
    const batch = images(config, 3, 64, 64);
    const results = await session.run({ image: new ort.Tensor('float32', batch.data, [...batch.shape]) });
    const inference = await createInference(config, weights, { engine: 'onnxruntime-cpu', threads: 1 });
    const { heatmaps, attention } = await inference.run(batch);
    const result = (name: string) => ({
      data: results[name]!.data as Float32Array,
      shape: results[name]!.dims,
    });
    heatmaps.forEach((map, i) => expectClose(result(`heatmaps_${i + 1}`), map));
    if (attention) expectClose(result('attention'), attention);
    await session.release();
    await inference.dispose();
  });
});

describe('engines', () => {
  it('each say whether they work here', async () => {
    const statuses = await engineStatuses();
    expect(statuses.map(({ id }) => id)).toEqual([...engineIds]);
    for (const id of ['onnxruntime-cpu', 'cpu'])
      expect(statuses.find((status) => status.id === id)).toMatchObject({ available: true });
    for (const { detail } of statuses) expect(detail).toMatch(/^\S.{5,}/);
  });

  it('are refused with a reason where they are missing', async () => {
    const missing = (await engineStatuses()).find(({ available }) => !available);
    if (missing) await expect(chooseEngine(missing.id)).rejects.toThrow(UserError);
    expect(await chooseEngine('cpu')).toBe('cpu');
  });

  it('run from sources without a worker file', async () => {
    const config = lightNetwork({ features: 4, stacks: 1 });
    const inference = await createInferenceInWorker(config, someWeights(config), {
      engine: 'onnxruntime-cpu',
    });
    const { heatmaps } = await inference.run(images(config, 1, 64, 64));
    expect(heatmaps[0]!.shape).toEqual([1, 12, 16, 16]);
    await inference.dispose();
  });
});

describe('images that do not fit', () => {
  const config = lightNetwork({ features: 4, stacks: 1 });
  const weights = someWeights(config);

  it.each([
    ['channels', [1, 3, 64, 64]],
    ['multiples of 64', [1, 1, 96, 64]],
    ['multiples of 64', [1, 1, 64, 0]],
  ] as const)('are refused: %s', async (words, shape) => {
    const inference = await createInference(config, weights, { engine: 'onnxruntime-cpu' });
    const data = new Float32Array(shape.reduce<number>((a, b) => a * b, 1));
    await expect(inference.run({ data, shape })).rejects.toThrow(words);
  });

  it('are refused when values are missing', async () => {
    const inference = await createInference(config, weights, { engine: 'onnxruntime-cpu' });
    await expect(inference.run({ data: new Float32Array(9), shape: [1, 1, 64, 64] })).rejects.toThrow(
      '9 values',
    );
  });
});
