import { readModel, readModelDescription } from '@disc-labeling/models/weights/folder';
import { RunFolder } from '@disc-labeling/server/training/run-folder';
import { readTrainingState } from '@disc-labeling/server/training/state';
import { spawn } from 'node:child_process';
import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleTraining, tinyTraining } from '../support/training-program.js';

let root: string;
let configFile: string;

const config = tinyTraining;

beforeAll(async () => {
  root = await bundleTraining();
  configFile = join(root, 'config.json');
  await writeFile(configFile, JSON.stringify(config));
});
afterAll(() => rm(root, { recursive: true, force: true }));

/** Runs the command line; interrupted once, when `interruptAt` is found in what it says on stderr. */
function commandLine(args: string[], interruptAt?: RegExp, threads = 1) {
  return new Promise<{ status: number | null; out: string; err: string }>((settle) => {
    const child = spawn(process.execPath, [join(root, 'cli.mjs'), ...args, '--threads', String(threads)]);
    let [out, err] = ['', ''];
    child.stdout.on('data', (data) => (out += data));
    let interrupted = false;
    child.stderr.on('data', (data) => {
      err += data;
      if (interrupted || !interruptAt?.test(err)) return;
      interrupted = child.kill('SIGINT');
    });
    child.on('close', (status) => settle({ status, out, err }));
  });
}

describe('train on the command line', () => {
  it('prints one JSON document and leaves a run folder', async () => {
    const run = join(root, 'whole');
    const { status, out, err } = await commandLine([
      'train',
      configFile,
      '--output',
      run,
      '--json',
      '--lr',
      '1e-3',
    ]);
    expect(err).toMatch(/epoch 1: loss/);
    expect(status).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ run, steps: 4, epochs: 2, engine: 'onnxruntime-cpu' });
    const { provenance } = await readModelDescription(join(run, 'last'));
    expect(provenance).toMatchObject({ learningRate: 1e-3, steps: 4 });
    expect(provenance['command']).toMatch(/^disc-labeling train .*--lr 1e-3/);
  });

  it('stops at Ctrl-C with status 130 and a whole checkpoint, and goes on with --resume', async () => {
    const run = join(root, 'stopped');
    const train = ['train', configFile, '--output', run, '--epochs', '200'];
    const stopped = await commandLine(train, /epoch 0:/);
    expect(stopped.status).toBe(130);
    const { counters } = await readTrainingState(new RunFolder(run).state());
    expect(counters.step).toBeGreaterThanOrEqual(2);
    expect((await readdir(run)).filter((name) => name.startsWith('.'))).toEqual([]);

    const epochs = String(counters.history.length + 1);
    const resumed = await commandLine([...train.slice(0, -1), epochs, '--resume', '--json']);
    expect(resumed.err).toContain(`steps ${counters.step} to`);
    expect(resumed.status).toBe(0);
    expect(JSON.parse(resumed.out)).toMatchObject({ epochs: Number(epochs) });
  });

  describe.each([
    { threads: 1, trainBatch: 1, parts: 1 },
    { threads: 2, trainBatch: 1, parts: 1 },
    { threads: 2, trainBatch: 2, parts: 2 },
  ])('with $threads threads and $parts parts', ({ threads, trainBatch, parts }) => {
    const lines = ['--verbose', '--optimizer', 'adam', '--ema', '0.9', '--clip', '5', '--epochs', '3'];
    const train = async (run: string, resume: string[], interruptAt?: RegExp) => {
      const file = join(root, 'often.json');
      // A checkpoint, and so a line on stderr, after every step.
      const often = { stepsPerEpoch: 3, checkpointMinutes: 1e-9, trainBatch, parts };
      const training = { ...config.training, ...often };
      await writeFile(file, JSON.stringify({ ...config, training }));
      return commandLine(['train', file, '--output', run, ...lines, ...resume], interruptAt, threads);
    };
    const checkpoint = (run: string) => readTrainingState(new RunFolder(run).state());
    let whole: Awaited<ReturnType<typeof checkpoint>>;

    beforeAll(async () => {
      const run = join(root, `whole-${threads}-${parts}`);
      expect((await train(run, [])).status).toBe(0);
      whole = await checkpoint(run);
    });

    it.each([
      ['in the middle of an epoch', /checkpoint at step 4\n/],
      ['at the end of an epoch', /epoch 0:/],
    ])('stopped %s and resumed, comes to the same weights bit by bit', async (when, interruptAt) => {
      const run = join(root, `${when}-${threads}-${parts}`);
      expect((await train(run, [], interruptAt)).status).toBe(130);
      expect((await checkpoint(run)).counters.step).toBeLessThan(9);
      expect((await train(run, ['--resume'])).status).toBe(0);
      const { counters, arrays } = await checkpoint(run);
      expect(arrays).toEqual(whole.arrays);
      const quality = (history: typeof counters.history) =>
        history.map((line) => ({ ...line, seconds: null, waiting: null, memory: null }));
      expect(quality(counters.history)).toEqual(quality(whole.counters.history));
    });
  });

  it('computes parts beside each other as one after the other, bit by bit', async () => {
    const parts = ['--train-batch', '3', '--parts', '2', '--lr', '1e-3'];
    const [beside, inTurn] = await Promise.all(
      [2, 1].map(async (threads) => {
        const run = join(root, `parts-${threads}`);
        const { status, err } = await commandLine(
          ['train', configFile, '--output', run, ...parts],
          undefined,
          threads,
        );
        expect(err).toMatch(/epoch 1: loss/);
        expect(status).toBe(0);
        return readTrainingState(new RunFolder(run).state());
      }),
    );
    expect(beside!.arrays).toEqual(inTurn!.arrays);
    const whole = await commandLine(
      ['train', configFile, '--output', join(root, 'parts-1'), '--train-batch', '3', '--resume'],
      undefined,
    );
    expect(whole.err).toMatch(/^error: cannot resume training .*parts \(2, now 1\)/m);
  });

  it('refuses more parts than images', async () => {
    const { status, err } = await commandLine(['train', configFile, '--output', root, '--parts', '2']);
    expect(status).toBe(1);
    expect(err).toMatch(/^error: .*`training.parts`: a batch of 1 has no 2 parts; give at most 1\n$/);
  });

  it('starts from the weights of another run, and says where they come from', async () => {
    const [first, second] = [join(root, 'whole'), join(root, 'second')];
    const train = ['train', configFile, '--epochs', '1', '--lr', '1e-12', '--initial', first];
    expect((await commandLine([...train, '--output', second])).status).toBe(0);
    const [from, to] = await Promise.all([readModel(join(first, 'best')), readModel(join(second, 'last'))]);
    expect(to.description.provenance['startedFrom']).toBe('whole');
    const name = 'conv1.weight';
    expect(to.weights.get(name)!.data[0]).toBeCloseTo(from.weights.get(name)!.data[0]!, 6);
    const other = await commandLine([...train, '--output', join(root, 'third'), '--stacks', '2']);
    expect(other.status).toBe(1);
    expect(other.err).toMatch(/^error: cannot start from this model \(.*stacks 1, here 2\).*\n$/);
  });

  it('explains what is wrong in one line', async () => {
    await writeFile(join(root, 'misspelt.json'), JSON.stringify({ ...config, trainig: {} }));
    const { status, out, err } = await commandLine(['train', join(root, 'misspelt.json'), '--output', root]);
    expect(status).toBe(1);
    expect(out).toBe('');
    expect(err).toMatch(/^error: invalid training configuration .*did you mean `training`\?\n$/);
  });

  it('refuses wrong usage', async () => {
    expect((await commandLine(['train', configFile])).status).toBe(2);
    expect((await commandLine(['train', configFile, '--output', root, '--epochs', 'many'])).status).toBe(2);
  });
});

describe('bench on the command line', () => {
  it.each(['network', 'step'])('times a %s', async (what) => {
    const { status, out } = await commandLine([
      'bench',
      what,
      '--network',
      'light',
      '--batch',
      '1',
      '--runs',
      '2',
      '--json',
    ]);
    expect(status).toBe(0);
    const result = JSON.parse(out);
    expect(result).toMatchObject({ engine: 'onnxruntime-cpu', threads: 1, batch: 1, runs: 2 });
    expect(result.seconds.min).toBeLessThanOrEqual(result.seconds.max);
    expect(result.peakMemory).toBeGreaterThan(0);
  });
});
