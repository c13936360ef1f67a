import { bestEpoch, readMetrics, readRun, readRunSummary } from '@disc-labeling/server/training/run-reading';
import { logEnd } from '@disc-labeling/server/training/run-log';
import { RunList } from '@disc-labeling/server/training/run-list';
import { RunFolder, abortedLine, interruption, stateFile } from '@disc-labeling/server/training/run-folder';
import { searchWorkspace } from '@disc-labeling/server/training/workspace-search';
import type { EpochMetrics } from '@disc-labeling/server/training/events';
import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tinyConfig } from './fakes.js';

let root: string;
beforeEach(async () => (root = await mkdtemp(join(tmpdir(), 'run-reading-'))));
afterEach(() => rm(root, { recursive: true }));

const epoch = (number: number, more: Partial<EpochMetrics> = {}): EpochMetrics => ({
  epoch: number,
  step: 4 * (number + 1),
  learningRate: 1e-3,
  trainingLoss: 1 / (number + 1),
  validationLoss: 2 / (number + 1),
  accuracy: 0.5,
  falseRate: 0,
  medianDistance: 1,
  seconds: number,
  ...more,
});

interface Parts {
  readonly metrics?: readonly EpochMetrics[];
  readonly log?: readonly string[];
  readonly checkpoint?: boolean;
  readonly lock?: object;
}

/** A run as a training leaves it. */
async function makeRun(name: string, { metrics = [], log = [], checkpoint = true, lock }: Parts = {}) {
  const folder = new RunFolder(join(root, name));
  await folder.writeConfig(tinyConfig());
  await folder.writeMetrics(metrics);
  for (const line of log) await folder.log(line);
  if (checkpoint) {
    await mkdir(folder.last(), { recursive: true });
    await writeFile(join(folder.last(), stateFile), '');
  }
  if (lock) await writeFile(join(folder.path, '.lock'), JSON.stringify(lock));
  return folder.path;
}

const here = { process: process.pid, host: hostname() };
const killed = { process: 999_999_999, host: hostname() };

describe('the state of a run', () => {
  it.each<[string, Parts, object]>([
    ['a process trains there', { lock: here }, { state: 'training', interrupted: false }],
    [
      'its process was killed',
      { lock: killed, log: ['started at step 0 of 12 on onnxruntime-cpu'] },
      { state: 'stopped', interrupted: true, problem: 'its process was killed' },
    ],
    ['the user stopped it', { log: [abortedLine(5, new Error())] }, { state: 'stopped', interrupted: false }],
    [
      'its window was closed',
      { log: [abortedLine(5, interruption)] },
      { state: 'stopped', interrupted: true },
    ],
    [
      'it was resumed since',
      {
        log: [abortedLine(5, interruption), 'started at step 5 of 12 on cpu', 'cancelled at step 7'],
      },
      { state: 'stopped', interrupted: false },
    ],
    [
      'the loss was no number',
      { log: ['stopped: the loss is not a finite number at step 5, learning rate 1'] },
      { state: 'stopped', problem: 'the loss is not a finite number at step 5, learning rate 1' },
    ],
    ['it is done', { log: ['done {}'] }, { state: 'finished', problem: null }],
    ['there is no log, but all epochs', { metrics: [epoch(2)] }, { state: 'finished' }],
    [
      'it never came to a checkpoint',
      { checkpoint: false, log: ['started at step 0 of 12 on cpu'] },
      { state: 'broken', problem: expect.stringContaining('never came to a checkpoint') },
    ],
  ])('%s', async (_what, parts, expected) => {
    expect(await readRunSummary(await makeRun('run', parts))).toMatchObject(expected);
  });

  it('a configuration of another version is told as the reason', async () => {
    const path = await makeRun('run');
    await writeFile(join(path, 'config.json'), '{"formatVersion": 7}');
    const summary = await readRunSummary(path);
    expect(summary).toMatchObject({ state: 'broken', problem: expect.stringContaining('formatVersion') });
  });

  it('a damaged line of metrics is named', async () => {
    const path = await makeRun('run', { metrics: [epoch(0), epoch(1)] });
    const file = join(path, 'metrics.jsonl');
    await writeFile(file, `${JSON.stringify(epoch(0))}\n{"epoch": 1, "st`);
    await expect(readMetrics(file)).rejects.toThrow(/line 2 is damaged/);
    expect(await readRunSummary(path)).toMatchObject({ state: 'broken' });
  });

  it('the end of a log is found behind lines of other things, and a cut off first line is no matter', () => {
    expect(logEnd('ine of before\n2026 done {}\n2026 computing with cpu: it is fast\n').kind).toBe('done');
    expect(logEnd('').kind).toBe('none');
  });
});

describe('reading a run', () => {
  it('gives epochs, pictures and the best epoch by what the configuration looks at', async () => {
    const metrics = [epoch(0, { accuracy: 0.7 }), epoch(1, { accuracy: 0.9 }), epoch(2, { accuracy: 0.8 })];
    const path = await makeRun('run', { metrics, log: ['cancelled at step 12'] });
    const folder = new RunFolder(path);
    for (const number of [1, 0]) await folder.writePicture(number, Uint8Array.of(1));
    const run = await readRun(path);
    expect(run.metrics).toEqual(metrics);
    expect(run.pictures.map((picture) => picture.epoch)).toEqual([0, 1]);
    expect(run.stepsPerEpoch).toBe(4);
    expect(run.summary).toMatchObject({ model: 'tiny', epoch: 3, epochs: 3, best: { epoch: 1 } });
    expect(bestEpoch(tinyConfig({ monitor: 'loss' }), metrics)!.epoch).toBe(2);
  });

  it('a folder that is none is refused', async () => {
    await expect(readRun(root)).rejects.toThrow(/holds no training/);
  });
});

describe('runs of a workspace', () => {
  it('are found, newest first, and not in folders of packages, subjects or other runs', async () => {
    const [a, b] = [await makeRun('a'), await makeRun('deep/er/b')];
    await makeRun('node_modules/c');
    await makeRun('.git/d');
    await makeRun('sub-01/e');
    await makeRun('a/best/f');
    for (const name of ['config.json', 'metrics.jsonl']) await utimes(join(a, name), 1000, 1000);
    const list = await new RunList().below([root, join(root, 'deep')]);
    expect(list.map(({ path }) => path)).toEqual([b, a]);
  });

  it('are looked for down to a depth only', async () => {
    await makeRun('1/2/3/b');
    expect((await searchWorkspace([root], { depth: 3, folders: 100 })).runs).toEqual([]);
    expect((await searchWorkspace([root], { depth: 4, folders: 100 })).runs).toHaveLength(1);
  });

  it('are read again only when their files have changed', async () => {
    const path = await makeRun('a', { metrics: [epoch(0)] });
    const runs = new RunList();
    const first = await runs.summary(path);
    expect(await runs.summary(path)).toBe(first);
    await new RunFolder(path).writeMetrics([epoch(0), epoch(1)]);
    expect(await runs.summary(path)).toMatchObject({ epoch: 2 });
  });

  it('prepared sets are found beside them', async () => {
    await mkdir(join(root, 'sets', 'T1w'), { recursive: true });
    await writeFile(join(root, 'sets', 'T1w', 'samples.json'), '{}');
    expect((await searchWorkspace([root])).sets).toEqual([join(root, 'sets', 'T1w')]);
  });
});
