import { readModelDescription } from '@disc-labeling/models/weights/folder';
import type { TrainingReport } from '@disc-labeling/server/training/events';
import { RunFolder } from '@disc-labeling/server/training/run-folder';
import { readTrainingState } from '@disc-labeling/server/training/state';
import { spawn } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleTraining, Sitting } from '../support/training-program.js';

let root: string;
let programs: string;
const network = {
  variant: 'light',
  inputChannels: 1,
  stacks: 1,
  blocks: 1,
  features: 6,
  joints: 12,
  attention: true,
};
const training = {
  epochs: 2,
  trainBatch: 2,
  valBatch: 2,
  optimizer: 'adam',
  lr: 3e-3,
  ema: 0.5,
  loss: { kind: 'weighted' },
  targetSigma: 6,
};
const configOf = (changes: Record<string, unknown> = {}, data: Record<string, unknown> = {}) => ({
  formatVersion: 1,
  name: 'tiny',
  network,
  data: { source: 'prepared', path: 'own', window: 128, ...data },
  training,
  ...changes,
});

/** Runs the command line. */
function commandLine(...args: string[]) {
  return new Promise<{ status: number | null; out: string; err: string }>((settle) => {
    const child = spawn(process.execPath, [join(programs, 'cli.mjs'), ...args, '--threads', '1']);
    let [out, err] = ['', ''];
    child.stdout.on('data', (data) => (out += data));
    child.stderr.on('data', (data) => (err += data));
    child.on('close', (status) => settle({ status, out, err }));
  });
}

async function file(name: string, config: unknown): Promise<string> {
  const path = join(root, name);
  await writeFile(path, JSON.stringify(config));
  return path;
}

/** Follows a training process to its end; stopped after a step where asked to. */
async function sit(run: string, config: unknown, { resume = false, stopAt = 0 } = {}) {
  const sitting = new Sitting(
    join(programs, 'training-worker.mjs'),
    { config, output: join(root, run), resume },
    {
      onReport: (report: TrainingReport, own) => {
        if (report.kind === 'step' && report.step === stopAt) own.cancel();
      },
    },
  );
  await sitting.ended;
  return sitting;
}

const stateOf = (run: string) => readTrainingState(new RunFolder(join(root, run)).state());

/** With the set's place as an absolute path, as a process is given it. */
const absolute = (changes: Record<string, unknown> = {}, data: Record<string, unknown> = {}) =>
  configOf(changes, { path: join(root, 'own'), ...data });

beforeAll(async () => {
  programs = await bundleTraining();
  root = await mkdtemp(join(tmpdir(), 'prepared-'));
  const at = (name: string) => join(root, name);
  for (const args of [
    ['dataset', 'synthesize', at('bids'), '--subjects', '6', '--contrast', 'T1w'],
    ['dataset', 'create', at('bids'), at('raw'), '--contrast', 'T1w'],
    // Coarse pixels: small pictures for a small network.
    ['dataset', 'prepare', at('raw'), at('own'), '--contrast', 'T1w', '--spacing', '2'],
    ['dataset', 'prepare', at('raw'), at('reference'), '--contrast', 'T1w', '--prepare', 'reference'],
  ]) {
    const { status, err } = await commandLine(...args);
    if (status !== 0) throw new Error(`${args.join(' ')}: ${err}`);
  }
});
afterAll(async () => {
  await rm(root, { recursive: true, force: true });
  await rm(programs, { recursive: true, force: true });
});

describe('training on a prepared set', () => {
  it('goes over every sample once in an epoch, and gets better', async () => {
    const config = await file('learn.json', configOf({ training: { ...training, epochs: 12 } }));
    const { status, out, err } = await commandLine(
      'train',
      config,
      '--output',
      join(root, 'learn'),
      '--json',
    );
    expect(err).toMatch(/epoch 11: loss/);
    expect(status).toBe(0);
    // Four training samples, two at a time.
    expect(JSON.parse(out)).toMatchObject({ epochs: 12, steps: 24 });
    const { history } = (await stateOf('learn')).counters;
    expect(history.at(-1)!.trainingLoss).toBeLessThan(0.7 * history[0]!.trainingLoss);
    expect(history.at(-1)!.validationLoss).toBeLessThan(history[0]!.validationLoss);
    const model = await readModelDescription(join(root, 'learn', 'last'));
    expect(model.input).toEqual({ frame: 'picture', spacing: 2, normalization: 'percentile' });
    expect(model.channels.values.slice(0, 2)).toEqual([3, 4]);
    expect(model.provenance).toMatchObject({ dataset: 'own', trainingSamples: 4, validationSamples: 1 });
    expect(await readFile(join(root, 'learn', 'last', 'README.md'), 'utf8')).toContain(
      'the 1 validation samples of own',
    );
  });

  it('is the same with one and two threads that read, and after an interruption', async () => {
    const weights = async (run: string) => (await stateOf(run)).arrays;
    const four = { training: { ...training, epochs: 4 } };
    expect((await sit('one', absolute(four, { workers: 1 }))).told('done')).toHaveLength(1);
    expect((await sit('two', absolute(four, { workers: 2 }))).told('done')).toHaveLength(1);
    expect(await weights('two')).toEqual(await weights('one'));
    const stopped = await sit('stopped', absolute(four, { workers: 2 }), { stopAt: 5 });
    expect(stopped.told('cancelled')).toHaveLength(1);
    expect((await stateOf('stopped')).counters.step).toBeLessThan(8);
    // The set may lie elsewhere by then.
    await cp(join(root, 'own'), join(root, 'moved'), { recursive: true });
    const resumed = await sit('stopped', absolute(four, { path: join(root, 'moved') }), { resume: true });
    expect(resumed.told('done')).toHaveLength(1);
    expect(await weights('stopped')).toEqual(await weights('one'));
    const other = await sit('one', absolute(four, { augment: false }), { resume: true });
    expect(other.told('error')[0]!.why).toMatch(/data\.augment \(true, now false\)/);
  });

  it('trains the reference network on a set of its own preparation', async () => {
    const small = { variant: 'reference', inputChannels: 3, stacks: 1, blocks: 1, features: 4, joints: 11 };
    const config = {
      ...configOf({}, { path: join(root, 'reference'), window: 256 }),
      network: { ...small, attention: true },
      training: { epochs: 2, trainBatch: 2, valBatch: 2, monitor: 'pck' },
    };
    const sitting = await sit('original', config);
    expect(sitting.told('error')).toEqual([]);
    expect(sitting.told('epoch')).toHaveLength(2);
    expect(sitting.told('epoch')[1]!.metrics.trainingLoss).toBeGreaterThan(0);
    const model = await readModelDescription(join(root, 'original', 'last'));
    expect(model.input).toEqual({ frame: 'reference', spacing: null, normalization: 'minmax' });
  });

  it('takes a folder instead of a configuration', async () => {
    const run = join(root, 'folder');
    const sizes = ['--features', '4', '--stacks', '1', '--epochs', '1', '--train-batch', '2'];
    const { status, err } = await commandLine('train', join(root, 'own'), '--output', run, ...sizes);
    expect(err).toMatch(/epoch 0: loss/);
    expect(status).toBe(0);
    const { network: made, contrast } = await readModelDescription(join(run, 'last'));
    expect(made).toMatchObject({ variant: 'light', features: 4 });
    expect(contrast).toBe('T1w');
  });
});

describe('a set that can not be trained on', () => {
  const complaint = async (run: string, config: unknown) => {
    const sitting = await sit(run, config);
    const { what, why, file: about } = sitting.told('error')[0]!;
    expect(sitting.told('error')[0]!.stack).toBeUndefined();
    return `${what}: ${why} (${about})`;
  };

  it.each([
    ['none at all', {}, { path: 'nowhere' }, /it is no prepared set.*dataset prepare \(nowhere\)/],
    [
      'more maps than channels',
      { network: { ...network, joints: 15 } },
      {},
      /the network has 14 maps for levels, the set has 11 channels \(C2\/C3 to T5\/T6\); set network\.joints .* to 12 or fewer/,
    ],
  ])('is refused in one sentence: %s', async (_, changes, data, message) => {
    expect(await complaint('refused', absolute(changes, data))).toMatch(message);
  });

  it("refuses the light network and other numbers of maps for the reference's sets", async () => {
    const path = join(root, 'reference');
    expect(await complaint('light', absolute({}, { path }))).toMatch(/is for the reference network/);
    const nine = { ...network, variant: 'reference', inputChannels: 3, joints: 9 };
    expect(await complaint('nine', absolute({ network: nine }, { path }))).toMatch(
      /the set has 11 channels and the network 9 maps; set network\.joints \(--joints\) to 11/,
    );
  });

  it('names a sample that changes while training, and leaves a checkpoint', async () => {
    const set = join(root, 'changing');
    await cp(join(root, 'own'), set, { recursive: true });
    const index = JSON.parse(await readFile(join(set, 'samples.json'), 'utf8')) as {
      samples: { file: string; split: string }[];
    };
    const files = index.samples.filter(({ split }) => split === 'training').map((one) => join(set, one.file));
    const long = { training: { ...training, epochs: 500, stepsPerEpoch: 100, checkpointMinutes: 1e-9 } };
    const sitting = new Sitting(
      join(programs, 'training-worker.mjs'),
      { config: absolute(long, { path: set }), output: join(root, 'changed') },
      {
        onReport: (report) => {
          if (report.kind === 'step' && report.step === 3)
            void Promise.all(files.map((one) => utimes(one, 1, 1)));
        },
      },
    );
    await sitting.ended;
    expect(sitting.told('error')[0]).toMatchObject({
      what: 'cannot read sample',
      why: expect.stringMatching(/changed while training/) as string,
      file: expect.stringMatching(/changing.samples.sub-\d+_T1w\.npy$/) as string,
    });
    expect((await stateOf('changed')).counters.step).toBeGreaterThanOrEqual(3);
  });
});
