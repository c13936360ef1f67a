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
