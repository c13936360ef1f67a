import { readModelDescription } from '@disc-labeling/models/weights/folder';
import { RunFolder } from '@disc-labeling/server/training/run-folder';
import { readTrainingState } from '@disc-labeling/server/training/state';
import { build } from 'esbuild';
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { repositoryDir } from '../support/shared.js';

let root: string;
let configFile: string;

const config = {
  formatVersion: 1,
  name: 'tiny',
  network: {
    variant: 'light',
    inputChannels: 1,
    stacks: 1,
    blocks: 1,
    features: 4,
    joints: 4,
    attention: true,
  },
  data: { source: 'phantom', workers: 1, reuse: 1 },
  training: { epochs: 2, stepsPerEpoch: 2, trainBatch: 1, valBatch: 1, validationSize: 1 },
};

/** Bundles the command line and its processes as a build does, inside the repository so that packages are found. */
beforeAll(async () => {
  const cache = join(repositoryDir, 'node_modules', '.cache');
  await mkdir(cache, { recursive: true });
  root = await mkdtemp(join(cache, 'training-'));
  configFile = join(root, 'config.json');
  await writeFile(configFile, JSON.stringify(config));
  await build({
    entryPoints: {
      cli: 'server/src/cli.ts',
      'training-worker': 'server/src/training/worker.ts',
      'phantom-worker': 'server/src/dataset/phantom/worker.ts',
    },
    absWorkingDir: repositoryDir,
    outdir: root,
    bundle: true,
    platform: 'node',
    format: 'esm',
    external: ['onnxruntime-node', '@napi-rs/canvas', '@tensorflow/tfjs-node', '@tensorflow/tfjs-node-gpu'],
    outExtension: { '.js': '.mjs' },
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url); const __dirname = import.meta.dirname; const __filename = import.meta.filename;",
    },
    logLevel: 'error',
  });
});
afterAll(() => rm(root, { recursive: true, force: true }));

/** Runs the command line; interrupted once, when `interruptAt` is found in what it says on stderr. */
function commandLine(args: string[], interruptAt?: RegExp) {
  return new Promise<{ status: number | null; out: string; err: string }>((settle) => {
    const child = spawn(process.execPath, [join(root, 'cli.mjs'), ...args, '--threads', '1']);
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
