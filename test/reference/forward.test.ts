import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createInference } from '@disc-labeling/models/engines';
import type {
  Float32Tensor,
  HourglassOutput,
  ImageBatch,
  Inference,
} from '@disc-labeling/models/engines/types';
import { readFloatNpy } from '@disc-labeling/models/npy';
import { referenceDir } from '../support/shared.js';
import { loadCheckpoint } from '../support/training-cases.js';

const reference = referenceDir();
const cases = reference ? readdirSync(join(reference, 'forward')) : [];
const tolerance = 1e-4;

function read(name: string, file: string): Float32Tensor {
  return readFloatNpy(readFileSync(join(reference!, 'forward', name, file)), 4);
}

/** Every 4th row and column. */
function thinned({ data, shape }: Float32Tensor): Float32Tensor {
  const [n, c, h, w] = shape as [number, number, number, number];
  const [rows, columns] = [h / 4, w / 4];
  const values = Float32Array.from({ length: n * c * rows * columns }, (_, i) => {
    const column = i % columns;
    const row = Math.floor(i / columns) % rows;
    const map = Math.floor(i / (columns * rows));
    return data[(map * h + 4 * row) * w + 4 * column]!;
  });
  return { data: values, shape: [n, c, rows, columns] };
}

function largestDifference(a: Float32Tensor, b: Float32Tensor): number {
  expect(a.shape).toEqual([...b.shape]);
  let largest = 0;
  for (let i = 0; i < a.data.length; i++) largest = Math.max(largest, Math.abs(a.data[i]! - b.data[i]!));
  return largest;
}

interface StackStatistics {
  /** Per sample and channel. */
  argmax_acceptable_flat: number[][][];
}

it.skipIf(!reference)('there are forward passes to compare with', () => expect(cases).not.toEqual([]));

describe.each(cases)('forward pass of %s', (name) => {
  let inference: Inference;
  let images: ImageBatch;
  let output: HourglassOutput;

  beforeAll(async () => {
    const { config, weights } = loadCheckpoint(reference!, name.replace(/-small$/, ''));
    inference = await createInference(config, weights, { engine: 'onnxruntime-cpu' });
    images = read(name, 'input.npy') as ImageBatch;
    output = await inference.run(images);
  });

  afterAll(async () => inference.dispose());

  const files = readdirSync(join(reference!, 'forward', name));

  it.each(files.filter((file) => /^stack\d+(_sub4)?\.npy$/.test(file)))('%s agrees', (file) => {
    const stack = Number(/\d+/.exec(file)![0]);
    const maps = output.heatmaps[stack]!;
    const difference = largestDifference(file.includes('_sub4') ? thinned(maps) : maps, read(name, file));
    expect(difference).toBeLessThan(tolerance);
  });

  it.skipIf(!existsSync(join(reference!, 'forward', name, 'attention.npy')))('the attention agrees', () => {
    expect(largestDifference(output.attention!, read(name, 'attention.npy'))).toBeLessThan(tolerance);
  });

  it('every channel has its maximum where the original has it', () => {
    const file = join(reference!, 'forward', name, 'stats.json');
    const { stacks } = JSON.parse(readFileSync(file, 'utf8')) as { stacks: StackStatistics[] };
    expect(stacks.length).toBe(output.heatmaps.length);
    stacks.forEach(({ argmax_acceptable_flat: acceptable }, stack) => {
      const { data, shape } = output.heatmaps[stack]!;
      const area = shape[2]! * shape[3]!;
      acceptable.flat().forEach((places, map) => {
        const values = data.subarray(map * area, (map + 1) * area);
        expect(places).toContain(values.indexOf(values.reduce((a, b) => Math.max(a, b))));
      });
    });
  });

  it('the last stack alone, from one image, is the same', async () => {
    const area = images.data.length / images.shape[0];
    const [, channels, height, width] = images.shape;
    const first: ImageBatch = { data: images.data.slice(0, area), shape: [1, channels, height, width] };
    const { heatmaps, attention } = await inference.run(first, { stacks: 'last' });
    expect(heatmaps).toHaveLength(1);
    const whole = output.heatmaps.at(-1)!;
    const expected = { data: whole.data.slice(0, heatmaps[0]!.data.length), shape: heatmaps[0]!.shape };
    expect(largestDifference(heatmaps[0]!, expected)).toBeLessThan(tolerance);
    if (output.attention) {
      const map = { data: output.attention.data.slice(0, attention!.data.length), shape: attention!.shape };
      expect(largestDifference(attention!, map)).toBeLessThan(tolerance);
    }
  });
});
