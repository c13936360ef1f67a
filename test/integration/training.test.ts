import { initialWeights } from '@disc-labeling/models/layers-listing';
import { CancelledError } from '@disc-labeling/models/errors';
import { readModel } from '@disc-labeling/models/weights/folder';
import { assembleTraining } from '@disc-labeling/server/training/assemble';
import { benchmarkStep } from '@disc-labeling/server/training/bench';
import { parseTrainingConfig, type TrainingConfig } from '@disc-labeling/server/training/config';
import type { TrainingEvent } from '@disc-labeling/server/training/events';
import { RunFolder } from '@disc-labeling/server/training/run-folder';
import { readTrainingState } from '@disc-labeling/server/training/state';
import { train } from '@disc-labeling/server/training/trainer';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const network = {
  variant: 'light',
  inputChannels: 1,
  stacks: 1,
  blocks: 1,
  features: 4,
  joints: 4,
  attention: true,
} as const;

const config = parseTrainingConfig({
  formatVersion: 1,
  name: 'tiny',
  network,
  data: { source: 'phantom', workers: 1, reuse: 1 },
  training: {
    epochs: 2,
    stepsPerEpoch: 3,
    trainBatch: 2,
    valBatch: 2,
    validationSize: 3,
    optimizer: 'adam',
    lr: 1e-3,
    ema: 0.9,
    clip: 5,
    loss: { kind: 'weighted' },
  },
});

let root: string;
beforeAll(async () => (root = await mkdtemp(join(tmpdir(), 'training-'))));
afterAll(() => rm(root, { recursive: true }));

interface Run {
  readonly resume: boolean;
  readonly stopAfter: number;
  readonly of: TrainingConfig;
  readonly threads: number;
}

/** Trains with the real step, feed and engine; stops after `stopAfter` steps where given. */
async function run(
  name: string,
  { resume = false, stopAfter = Infinity, of = config, threads = 1 }: Partial<Run> = {},
) {
  const abort = new AbortController();
  const losses: number[] = [];
  const parts = await assembleTraining(of, { threads });
  try {
    await train(of, new RunFolder(join(root, name)), parts, {
      resume,
      signal: abort.signal,
      onEvent: (event: TrainingEvent) => {
        if (event.kind !== 'step') return;
        losses.push(event.loss);
        if (losses.length === stopAfter) abort.abort();
      },
    });
  } catch (error) {
    if (!(error instanceof CancelledError)) throw error;
  } finally {
    await parts.dispose();
  }
  return losses;
}

/** A few steps of the network that ships, with all that a step can have. */
const light = parseTrainingConfig({
  formatVersion: 1,
  name: 'light',
  network: 'light',
  data: { source: 'phantom', workers: 1, reuse: 2 },
  training: {
    ...config.training,
    stepsPerEpoch: 2,
    validationSize: 2,
    warmup: 3,
    schedule: { kind: 'cosine' },
  },
});

const state = (name: string) => readTrainingState(new RunFolder(join(root, name)).state());

describe('training on phantoms', () => {
  it('gives the same losses and weights resumed as uninterrupted', async () => {
    const whole = await run('whole');
    expect(whole).toHaveLength(6);
    const first = await run('parts', { stopAfter: 2 });
    expect((await state('parts')).counters.step).toBe(2);
    const second = await run('parts', { resume: true });
    expect([...first, ...second]).toEqual(whole);
    const [a, b] = await Promise.all([state('parts'), state('whole')]);
    expect(a.arrays).toEqual(b.arrays);
    expect(a.counters.history.map((line) => line.validationLoss)).toEqual(
      b.counters.history.map((line) => line.validationLoss),
    );
  });

  describe.each([1, 2])('of the light network, with %i threads', (threads) => {
    let whole: number[];
    beforeAll(async () => {
      whole = await run(`light-${threads}`, { of: light, threads });
      expect(whole).toHaveLength(4);
    });

    it.each([
      ['in the middle of an epoch', 1],
      ['at the end of an epoch', 2],
    ])('stopped %s, comes to the same losses and weights bit by bit', async (_, stopAfter) => {
      const name = `light-${threads}-${stopAfter}`;
      const first = await run(name, { of: light, threads, stopAfter });
      const second = await run(name, { of: light, threads, resume: true });
      expect(first).toHaveLength(stopAfter);
      expect([...first, ...second]).toEqual(whole);
      expect((await state(name)).arrays).toEqual((await state(`light-${threads}`)).arrays);
    });
  });

  it('pictures the held-out samples after every epoch', async () => {
    const pictures = await readdir(join(root, 'whole', 'pictures'));
    expect(pictures).toEqual(['epoch_0001.png', 'epoch_0002.png']);
  });

  it('leaves models that can be read, with where they come from', async () => {
    for (const kind of ['best', 'last']) {
      const { description, weights } = await readModel(join(root, 'whole', kind));
      expect(description.network).toEqual(network);
      expect(description.channels).toEqual({ values: [3, 4, 5, null], anyDisc: 3 });
      expect(description.provenance).toMatchObject({ data: 'phantom', engine: 'onnxruntime-cpu', seed: 42 });
      expect(description.metrics).toHaveProperty('accuracy');
      expect([...weights.values()].every(({ data }) => data.every(Number.isFinite))).toBe(true);
    }
    expect((await readdir(join(root, 'whole'))).filter((name) => name.startsWith('.'))).toEqual([]);
  });
});

describe('benchmarkStep', () => {
  it('times runs', async () => {
    const done: number[] = [];
    const onRun = (n: number) => done.push(n);
    const result = await benchmarkStep(network, initialWeights(network, 0), {
      batch: 1,
      runs: 3,
      threads: 1,
      onRun,
    });
    expect(result).toMatchObject({ engine: 'onnxruntime-cpu', threads: 1, batch: 1, runs: 3 });
    expect(done).toEqual([1, 2, 3]);
    expect(result.seconds.min).toBeGreaterThan(0);
    expect(result.seconds.median).toBeGreaterThanOrEqual(result.seconds.min);
    expect(result.seconds.max).toBeGreaterThanOrEqual(result.seconds.median);
    expect(result.peakMemory).toBeGreaterThan(10e6);
  });

  it('refuses engines that cannot train', async () => {
    const bench = benchmarkStep(network, initialWeights(network, 0), { engine: 'wasm' });
    await expect(bench).rejects.toThrow(/wasm has no derivatives of convolutions/);
  });
});
