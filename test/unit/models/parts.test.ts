import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTrainingStep } from '@disc-labeling/models/compile/training-step';
import { heatmapStride, lightNetwork, referenceNetwork } from '@disc-labeling/models/config';
import type { NetworkConfig } from '@disc-labeling/models/config';
import { createEngineTrainingStep } from '@disc-labeling/models/engines/training';
import { UserError } from '@disc-labeling/models/errors';
import { initialWeights } from '@disc-labeling/models/layers-listing';
import { sharedMemory } from '@disc-labeling/models/parts/memory';
import type { PartSetup } from '@disc-labeling/models/parts/messages';
import { partSizes, splitBatch } from '@disc-labeling/models/parts/split';
import { ThreadLane } from '@disc-labeling/models/parts/thread';
import type { LossConfig, TrainingBatch } from '@disc-labeling/models/training';
import { sequence } from './support.js';

const side = 64;

function batchOf(config: NetworkConfig, n: number): TrainingBatch {
  const cells = side / heatmapStride(config);
  const numbers = (shape: readonly number[], seed: number) =>
    Float32Array.from({ length: shape.reduce((a, b) => a * b) }, sequence(seed));
  const images = [n, config.inputChannels, side, side] as const;
  const maps = [n, config.joints, cells, cells];
  // Each image lacks another joint.
  const visibility = new Float32Array(n * config.joints).fill(1);
  for (let image = 0; image < n; image++) visibility[image * config.joints + (image % config.joints)] = 0;
  return {
    images: { data: numbers(images, 1), shape: images },
    targets: { data: numbers(maps, 2), shape: maps },
    visibility: { data: visibility, shape: [n, config.joints] },
  };
}

const weighted: LossConfig = { kind: 'weighted', peakWeight: 8, anyDisc: 2, anyDiscWeight: 2 };
const light = lightNetwork({ features: 8, joints: 3, stacks: 2 });
const reference = referenceNetwork({ features: 4, joints: 3, stacks: 1, blocks: 0 });

describe('a batch in parts', () => {
  it('has parts as equal as can be, without holes', () => {
    expect(partSizes(8, 2)).toEqual([4, 4]);
    expect(partSizes(8, 3)).toEqual([3, 3, 2]);
    expect(partSizes(3, 3)).toEqual([1, 1, 1]);
    const batch = batchOf(light, 5);
    const parts = splitBatch(batch, [3, 2]);
    expect(parts.map(({ images }) => images.shape)).toEqual([
      [3, 1, side, side],
      [2, 1, side, side],
    ]);
    for (const name of ['images', 'targets', 'visibility'] as const)
      expect(parts.flatMap((part) => [...part[name].data])).toEqual([...batch[name].data]);
  });

  it.each([
    ['light, equal parts', light, weighted, 4, 2],
    ['light, one part larger', light, weighted, 3, 2],
    ['reference, single images', reference, { kind: 'reference' } as const, 3, 3],
  ])('comes to the mean of what its parts come to alone: %s', async (_, config, loss, n, parts) => {
    const weights = initialWeights(config, 3);
    const batch = batchOf(config, n);
    const where = { engine: 'onnxruntime-cpu', threads: 1 } as const;
    const step = await createEngineTrainingStep(config, weights, loss, batch.images.shape, {
      ...where,
      parts,
    });
    const { loss: total, lossPerStack } = await step.run(batch);

    const gradients = new Float64Array(step.gradients.length);
    const statistics = new Float64Array(step.statistics.length);
    const losses = lossPerStack.map(() => 0);
    for (const part of splitBatch(batch, partSizes(n, parts))) {
      const alone = await createTrainingStep(config, weights, loss, part.images.shape, { threads: 1 });
      const result = await alone.run(part);
      const share = part.images.shape[0] / n;
      alone.gradients.forEach((value, i) => (gradients[i]! += share * value));
      alone.statistics.forEach((value, i) => (statistics[i]! += share * value));
      result.lossPerStack.forEach((value, stack) => (losses[stack]! += share * value));
      await alone.dispose();
    }
    const largest = gradients.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    expect(largest).toBeGreaterThan(0);
    step.gradients.forEach((value, i) => {
      if (Math.abs(value - gradients[i]!) > 1e-6 * largest) expect(value, `${i}`).toBe(gradients[i]);
    });
    step.statistics.forEach((value, i) => {
      if (Math.abs(value / statistics[i]! - 1) > 1e-6) expect(value, `${i}`).toBe(statistics[i]);
    });
    losses.forEach((value, stack) => expect(lossPerStack[stack]).toBeCloseTo(value, 10));
    expect(total).toBeCloseTo(
      losses.reduce((a, b) => a + b),
      10,
    );
    await step.dispose();
  });

  it('is another step than one over the whole batch, as batch norms see less', async () => {
    const weights = initialWeights(light, 3);
    const batch = batchOf(light, 4);
    const gradients = async (parts: number) => {
      const where = { engine: 'onnxruntime-cpu', threads: 1, parts } as const;
      const step = await createEngineTrainingStep(light, weights, weighted, batch.images.shape, where);
      await step.run(batch);
      await step.dispose();
      return step.gradients;
    };
    expect(await gradients(2)).not.toEqual(await gradients(1));
  });

  it('is the same step with fixed norms, which see no batch', async () => {
    const weights = initialWeights(light, 3);
    const batch = batchOf(light, 4);
    const run = async (parts: number) => {
      const where = { engine: 'onnxruntime-cpu', threads: 1, parts, norms: 'fixed' } as const;
      const step = await createEngineTrainingStep(light, weights, weighted, batch.images.shape, where);
      const { loss } = await step.run(batch);
      await step.dispose();
      return { loss, gradients: step.gradients, statistics: step.statistics };
    };
    const [whole, parted] = [await run(1), await run(2)];
    expect(parted.loss / whole.loss).toBeCloseTo(1, 5);
    const away = Math.hypot(...parted.gradients.map((slope, i) => slope - whole.gradients[i]!));
    expect(away).toBeLessThan(1e-5 * Math.hypot(...whole.gradients));
    expect(parted.statistics).toEqual(whole.statistics);
  });

  it('follows changed parameters and its own statistics from step to step', async () => {
    const weights = initialWeights(light, 3);
    const batch = batchOf(light, 2);
    const where = { engine: 'onnxruntime-cpu', threads: 1, parts: 2 } as const;
    const step = await createEngineTrainingStep(light, weights, weighted, batch.images.shape, where);
    const first = await step.run(batch);
    const after = step.statistics.slice();
    expect((await step.run(batch)).loss).toBe(first.loss);
    expect(step.statistics).not.toEqual(after);
    step.gradients.forEach((slope, i) => (step.parameters[i]! -= 1e-3 * slope));
    expect((await step.run(batch)).loss).toBeLessThan(first.loss);
    await step.dispose();
  });
});

describe('a thread that computes parts', () => {
  let folder: string;
  beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), 'parts-'))));
  afterAll(() => rm(folder, { recursive: true }));

  const setup: PartSetup = {
    config: light,
    lossConfig: weighted,
    imageShape: [1, side, side],
    sizes: [1],
    threads: 1,
    memory: sharedMemory(1, 1, 1),
  };

  /** A lane on a thread that runs the given code. */
  async function lane(code: string) {
    const program = join(folder, `${Math.random()}.mjs`);
    await writeFile(program, `import { parentPort } from 'node:worker_threads';\n${code}`);
    return ThreadLane.open(program, setup);
  }
  const ready = "parentPort.postMessage({ kind: 'ready' });";

  it.each([
    ['ends', 'process.exit(3)', /status 3/],
    ['fails', "throw new Error('no memory left')", /no memory left/],
  ])('that %s is told in one sentence, then and afterwards', async (_, what, reason) => {
    const opened = await lane(`${ready} parentPort.on('message', () => { ${what} });`);
    const batch = batchOf(light, 1);
    const run = opened.run(0, batch);
    await expect(run).rejects.toThrow(UserError);
    await expect(run).rejects.toThrow(reason);
    await expect(opened.run(0, batch)).rejects.toThrow(/training stopped: a thread .* --resume/);
    await opened.dispose();
  });

  it('that does not come up is told when it is opened', async () => {
    await expect(lane("throw new Error('cannot start')")).rejects.toThrow(/cannot start/);
  });

  it('leaves the caller its batch', async () => {
    const answer = "parentPort.postMessage({ kind: 'done', result: { loss: 1, lossPerStack: [1] } })";
    const opened = await lane(`${ready} parentPort.on('message', () => ${answer});`);
    const batch = batchOf(light, 1);
    expect(await opened.run(0, batch)).toEqual({ loss: 1, lossPerStack: [1] });
    expect(batch.images.data).toHaveLength(side * side);
    await opened.dispose();
  });
});
