import { CancelledError, UserError } from '@disc-labeling/models/errors';
import type { TrainingEvent } from '@disc-labeling/server/training/events';
import { RunFolder } from '@disc-labeling/server/training/run-folder';
import { readTrainingState } from '@disc-labeling/server/training/state';
import { train } from '@disc-labeling/server/training/trainer';
import { mkdtemp, readdir, readFile, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fakeParts, found, NumberedBatches, tinyConfig } from './fakes.js';

let root: string;
beforeEach(async () => (root = await mkdtemp(join(tmpdir(), 'trainer-'))));
afterEach(() => rm(root, { recursive: true }));

const folder = (name: string) => new RunFolder(join(root, name));
const lossesOf = (events: TrainingEvent[]) =>
  events.flatMap((event) => (event.kind === 'step' ? [event.loss] : []));

async function metricsOf(name: string) {
  const text = await readFile(join(root, name, 'metrics.jsonl'), 'utf8');
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

/** Trains until `stopAfter` steps are done, then aborts. */
async function trainAndStop(name: string, stopAfter: number) {
  const abort = new AbortController();
  const events: TrainingEvent[] = [];
  const run = train(tinyConfig(), folder(name), fakeParts(), {
    signal: abort.signal,
    onEvent: (event) => {
      events.push(event);
      if (event.kind === 'step' && event.step === stopAfter) abort.abort();
    },
  });
  await expect(run).rejects.toThrow(CancelledError);
  return events;
}

describe('train', () => {
  it('writes the run folder', async () => {
    const parts = fakeParts();
    const summary = await train(tinyConfig(), folder('run'), parts);
    expect(summary).toMatchObject({ epochs: 3, steps: 12, engine: 'fake', parameters: 4 });
    expect((await readdir(join(root, 'run'))).sort()).toEqual([
      'config.json',
      'last',
      'log.txt',
      'metrics.jsonl',
      'pictures',
    ]);
    expect(await readdir(join(root, 'run', 'pictures'))).toEqual([
      'epoch_0001.png',
      'epoch_0002.png',
      'epoch_0003.png',
    ]);
    expect(parts.saved.at(-1)).toBe(join(root, 'run', 'last'));
    expect(parts.saved).toContain(join(root, 'run', 'best'));
    const metrics = await metricsOf('run');
    expect(metrics.map((line) => line.epoch)).toEqual([0, 1, 2]);
    expect(metrics[0].formatVersion).toBe(1);
  });

  it('tells the loss of each stack, at every step and of every epoch, and the memory it took', async () => {
    const perStack: (readonly number[])[] = [];
    await train(tinyConfig(), folder('run'), fakeParts(), {
      onEvent: (event) => event.kind === 'step' && perStack.push(event.lossPerStack),
    });
    const metrics = await metricsOf('run');
    expect(metrics).toHaveLength(3);
    for (const { epoch, trainingLoss, trainingLossPerStack, memory } of metrics) {
      const steps = perStack.slice(4 * epoch, 4 * epoch + 4);
      [0, 1].forEach((stack) => {
        const sum = steps.reduce((total, losses) => total + losses[stack]!, 0);
        expect(trainingLossPerStack[stack]).toBeCloseTo(sum / 4, 12);
      });
      expect(trainingLossPerStack[0] + trainingLossPerStack[1]).toBeCloseTo(trainingLoss, 12);
      expect(memory).toBe(1e9);
    }
  });

  it('closes its batches, also after a failure', async () => {
    const opened: NumberedBatches[] = [];
    const parts = fakeParts({
      openBatches: (step) => {
        opened.push(new NumberedBatches(step));
        return opened.at(-1)!;
      },
      validate: async () => Promise.reject(new Error('no memory')),
    });
    await expect(train(tinyConfig(), folder('run'), parts)).rejects.toThrow('no memory');
    expect(opened.map((batches) => batches.closed)).toEqual([true]);
  });

  it.each([1, 4, 6, 11])('resumes after %i steps as if it had never stopped', async (stop) => {
    const whole: TrainingEvent[] = [];
    const parts = fakeParts();
    await train(tinyConfig(), folder('whole'), parts, { onEvent: (event) => whole.push(event) });

    const first = await trainAndStop('parts', stop);
    const second: TrainingEvent[] = [];
    const resumed = fakeParts();
    await train(tinyConfig(), folder('parts'), resumed, {
      resume: true,
      onEvent: (event) => second.push(event),
    });
    expect([...lossesOf(first), ...lossesOf(second)]).toEqual(lossesOf(whole));
    expect(resumed.step.parameters).toEqual(parts.step.parameters);
    expect(await metricsOf('parts')).toEqual(await metricsOf('whole'));
    const [a, b] = await Promise.all([
      readTrainingState(folder('parts').state()),
      readTrainingState(folder('whole').state()),
    ]);
    expect(a.arrays).toEqual(b.arrays);
    expect(a.counters).toEqual(b.counters);
  });

  it('saves checkpoints inside an epoch as time passes', async () => {
    let minutes = 0;
    const parts = fakeParts({ now: () => minutes++ * 60_000 });
    const checkpoints: number[] = [];
    await train(tinyConfig({ epochs: 1, stepsPerEpoch: 50, checkpointMinutes: 20 }), folder('run'), parts, {
      onEvent: (event) => event.kind === 'checkpoint' && checkpoints.push(event.step),
    });
    expect(checkpoints.length).toBeGreaterThan(2);
    expect(checkpoints.at(-1)).toBe(50);
  });

  it('judges an epoch whose validation was cancelled when it is resumed', async () => {
    const whole = fakeParts();
    await train(tinyConfig(), folder('whole'), whole);
    const abort = new AbortController();
    const cancelled = fakeParts({
      validate: async (_model, { signal }) => {
        abort.abort();
        expect(signal?.aborted).toBe(true);
        throw new CancelledError();
      },
    });
    const run = train(tinyConfig(), folder('parts'), cancelled, { signal: abort.signal });
    await expect(run).rejects.toThrow(/stopped at step 4/);
    expect((await readTrainingState(folder('parts').state())).counters).toMatchObject({
      step: 4,
      lossCount: 4,
    });
    await train(tinyConfig(), folder('parts'), fakeParts(), { resume: true });
    expect(await metricsOf('parts')).toEqual(await metricsOf('whole'));
    const [a, b] = await Promise.all(
      ['parts', 'whole'].map((name) => readTrainingState(folder(name).state())),
    );
    expect(a).toEqual(b);
  });

  it('does not wait for data when cancelled', async () => {
    const abort = new AbortController();
    const parts = fakeParts({
      openBatches: () => ({ next: () => new Promise(() => {}), close: async () => {} }),
    });
    setTimeout(() => abort.abort(), 10);
    const run = train(tinyConfig(), folder('run'), parts, { signal: abort.signal });
    await expect(run).rejects.toThrow(/stopped at step 0/);
  });

  it('ends when there was no better epoch for long, also when resumed', async () => {
    const losses = [5, 4, 6, 7, 3, 8, 9, 10, 11];
    const config = tinyConfig({ epochs: 9, monitor: 'loss', patience: 2 });
    const parts = () =>
      fakeParts({
        validate: async ({ description }) => {
          const epoch = Number(description.provenance['steps']) / 4 - 1;
          return { result: { ...found, loss: losses[epoch]! }, picture: null };
        },
      });
    const summary = await train(config, folder('run'), parts());
    expect(summary).toMatchObject({ ending: 'patience', epochs: 4, best: { epoch: 1 } });
    const resumed = await train(config, folder('run'), parts(), { resume: true });
    expect(resumed).toMatchObject({ ending: 'patience', epochs: 4 });
    const longer = { ...config, training: { ...config.training, patience: 3 } };
    const more = await train(longer, folder('run'), parts(), { resume: true });
    expect(more).toMatchObject({ ending: 'patience', epochs: 8, best: { epoch: 4 } });
  });

  it('begins at a later epoch with the rates of that epoch and an optimiser that has seen nothing', async () => {
    const updates: number[] = [];
    const rates: number[] = [];
    const parts = fakeParts();
    parts.optimizer.update = (_parameters, _gradients, rate, before) => {
      updates.push(before);
      rates.push(rate);
    };
    const schedule = { kind: 'steps' as const, milestones: [1], gamma: 0.5 };
    const config = tinyConfig({ startEpoch: 2, epochs: 3, lr: 1, schedule });
    const summary = await train(config, folder('run'), parts);
    expect(summary).toMatchObject({ steps: 12, epochs: 1, best: { epoch: 2 } });
    expect(updates).toEqual([0, 1, 2, 3]);
    expect(rates).toEqual([0.5, 0.5, 0.5, 0.5]);
  });

  it('narrows its targets from epoch to epoch, and those of validation alike', async () => {
    const sums: number[] = [];
    const sigmas: number[] = [];
    const parts = fakeParts({
      validate: async (_model, { sigma }) => {
        sigmas.push(sigma);
        return { result: found, picture: null };
      },
    });
    const { run } = parts.step;
    parts.step.run = (batch) => {
      sums.push(batch.targets.data.reduce((a, b) => a + b));
      return run.call(parts.step, batch);
    };
    await train(
      tinyConfig({ epochs: 2, stepsPerEpoch: 1, targetSigma: 6, sigmaDecay: 0.5 }),
      folder('run'),
      parts,
    );
    expect(sigmas).toEqual([6, 3]);
    expect(sums[1]).toBeLessThan(0.5 * sums[0]!);
  });

  it('tells how long it waited for data', async () => {
    let time = 0;
    const shares: number[] = [];
    const parts = fakeParts({
      now: () => time,
      openBatches: (step) => {
        const batches = new NumberedBatches(step);
        return {
          next: async () => {
            const batch = await batches.next();
            // Later, so that the batch ahead does not take its time during the step before.
            await new Promise(setImmediate);
            time += 10;
            return batch;
          },
          close: () => batches.close(),
        };
      },
    });
    parts.step.before = () => (time += 30);
    await train(tinyConfig({ epochs: 1 }), folder('run'), parts, {
      onEvent: (event) => event.kind === 'step' && shares.push(event.waiting),
    });
    expect(shares[0]).toBeCloseTo(0.25);
    const [metrics] = await metricsOf('run');
    expect(metrics.waiting).toBeCloseTo(shares.at(-1)!);
  });

  it('stops at a full disk with the last good checkpoint, and goes on from there', async () => {
    const whole = fakeParts();
    await train(tinyConfig(), folder('whole'), whole);
    const full = fakeParts();
    const { saveModel } = full;
    let saves = 0;
    const failing: typeof saveModel = async (path, ...rest) => {
      if (path.endsWith('last') && ++saves === 2) {
        const cause = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
        throw new UserError('cannot write folder', 'the disk is full', path, { cause });
      }
      return saveModel(path, ...rest);
    };
    const run = train(tinyConfig(), folder('run'), { ...full, saveModel: failing });
    await expect(run).rejects.toThrow(UserError);
    await expect(run).rejects.toThrow(
      /training stopped \(.*last\): no space is left on the disk; the last checkpoint, of step 4, is whole.*--resume/,
    );
    const resumed = fakeParts();
    await train(tinyConfig(), folder('run'), resumed, { resume: true });
    expect(resumed.step.parameters).toEqual(whole.step.parameters);
    expect(await metricsOf('run')).toEqual(await metricsOf('whole'));
  });

  it('leaves the configuration alone when the checkpoint is of another training', async () => {
    await train(tinyConfig(), folder('run'), fakeParts());
    const before = await readFile(join(root, 'run', 'config.json'), 'utf8');
    const other = tinyConfig({ trainBatch: 3 });
    const run = train(other, folder('run'), fakeParts(), { resume: true });
    await expect(run).rejects.toThrow(/trainBatch \(2, now 3\)/);
    expect(await readFile(join(root, 'run', 'config.json'), 'utf8')).toBe(before);
    expect(await readdir(join(root, 'run'))).not.toContain('.lock');
  });

  it('saves and validates no network that holds numbers which are none', async () => {
    const parts = fakeParts();
    parts.optimizer.update = (parameters, _gradients, _rate, before) => {
      if (before === 3) parameters[2] = Infinity;
    };
    const run = train(tinyConfig({ checkpointMinutes: 1e-9 }), folder('run'), {
      ...parts,
      now: () => performance.now(),
    });
    await expect(run).rejects.toThrow(/one of the parameters is not a finite number at step 4.*of step 3/);
    const { counters, arrays } = await readTrainingState(folder('run').state());
    expect(counters.step).toBe(3);
    expect([...arrays.values()].every((values) => values.every(Number.isFinite))).toBe(true);
    expect(parts.saved).not.toContain(folder('run').best());
  });

  it('says what to do when the first steps already fail', async () => {
    const parts = fakeParts();
    parts.step.lossFactor = NaN;
    await expect(train(tinyConfig(), folder('run'), parts)).rejects.toThrow(
      /step 1, learning rate 0.05; there is no checkpoint yet; start again with a lower --lr or --clip 5/,
    );
  });

  it('stops at a loss that is no number, with the last good checkpoint left alone', async () => {
    const parts = fakeParts();
    parts.step.before = (runs) => {
      if (runs === 6) parts.step.lossFactor = NaN;
    };
    const run = train(tinyConfig(), folder('run'), parts);
    await expect(run).rejects.toThrow(UserError);
    await expect(run).rejects.toThrow(/loss is not a finite number at step 7.*checkpoint is of step 4/);
    const state = await readTrainingState(folder('run').state());
    expect(state.counters.step).toBe(4);
    expect([...state.arrays.get('parameters')!].every(Number.isFinite)).toBe(true);
  });

  it('ends within its time budget', async () => {
    let minutes = 0;
    const parts = fakeParts({ now: () => minutes * 60_000 });
    parts.step.before = () => (minutes += 1);
    const rates: number[] = [];
    const config = tinyConfig({
      epochs: 1000,
      timeBudgetMinutes: 20,
      schedule: { kind: 'cosine', start: 0.5 },
    });
    const summary = await train(config, folder('run'), parts, {
      onEvent: (event) => event.kind === 'step' && rates.push(event.learningRate),
    });
    expect(summary.steps).toBe(20);
    expect(rates[0]).toBeCloseTo(0.05);
    expect(rates.at(-1)).toBeLessThan(0.001);
  });

  it('does not overwrite a training', async () => {
    await train(tinyConfig(), folder('run'), fakeParts());
    await expect(train(tinyConfig(), folder('run'), fakeParts())).rejects.toThrow(/--resume/);
  });

  it('does not resume from nothing, from another training or from a damaged file', async () => {
    const resume = { resume: true };
    await expect(train(tinyConfig(), folder('none'), fakeParts(), resume)).rejects.toThrow(/no checkpoint/);
    await train(tinyConfig(), folder('run'), fakeParts());
    const other = tinyConfig({ trainBatch: 3 });
    await expect(train(other, folder('run'), fakeParts(), resume)).rejects.toThrow(/another network/);
    await truncate(folder('run').state(), 600);
    await expect(train(tinyConfig(), folder('run'), fakeParts(), resume)).rejects.toThrow(/damaged/);
  });

  it('remembers the commands of all its sittings', async () => {
    const commands: unknown[] = [];
    const parts = () =>
      fakeParts({
        validate: async ({ description }) => {
          commands.push(description.provenance['command']);
          return { result: found, picture: null };
        },
      });
    const sitting = (epochs: number, command: string, resume: boolean) =>
      train(tinyConfig({ epochs }), folder('run'), parts(), { resume, provenance: { command } });
    await sitting(1, 'train a', false);
    await sitting(2, 'train a', true);
    await sitting(3, 'train b', true);
    expect(commands).toEqual(['train a', 'train a', 'train a; then train b']);
  });

  it('keeps a finished training as it is when resumed', async () => {
    await train(tinyConfig(), folder('run'), fakeParts());
    const parts = fakeParts();
    const summary = await train(tinyConfig(), folder('run'), parts, { resume: true });
    expect(parts.step.runs).toBe(0);
    expect(summary).toMatchObject({ steps: 12, epochs: 3 });
  });
});
