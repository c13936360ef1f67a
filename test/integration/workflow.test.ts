/**
 * The whole workflow of the original's scripts on synthetic data, as a user types it: gather, prepare, train, resume,
 * evaluate, test, attention, animation, export. Needs a build.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadImage } from '@napi-rs/canvas';
import type { SetEvaluation, TestReport } from '@disc-labeling/server/protocol';
import { repositoryDir } from '../support/shared.js';

const cli = join(repositoryDir, 'dist', 'cli.mjs');
const folder = mkdtempSync(join(tmpdir(), 'workflow-'));
const path = (...names: string[]): string => join(folder, ...names);

/** Runs one command line, which has to succeed; parses its JSON. */
function run<T = unknown>(...args: string[]): T {
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...args, '--json'], {
    encoding: 'utf8',
    cwd: folder,
    maxBuffer: 1 << 26,
  });
  expect(status, `${args.join(' ')}: ${stderr}`).toBe(0);
  return JSON.parse(stdout) as T;
}

const configuration = {
  formatVersion: 1,
  name: 'first',
  contrast: 'T1w',
  network: 'light',
  dataset: { source: 'set', prepared: 'samples', test: 'unseen' },
  output: 'runs/first',
  training: {
    epochs: 2,
    stepsPerEpoch: 2,
    trainBatch: 2,
    valBatch: 2,
    optimizer: 'adam',
    lr: 1e-4,
    loss: { kind: 'weighted' },
  },
};

beforeAll(() => {
  if (!existsSync(cli)) throw new Error('there is no build to test: run npm run build');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('from a dataset to a tested model', () => {
  it('gathers and prepares', () => {
    run('dataset', 'synthesize', 'bids', '--subjects', '10', '--seed', '4', '--contrast', 'T1w');
    run('dataset', 'create', 'bids', 'set');
    const train = run<{ samples: number }>(
      ...['dataset', 'prepare', 'set', 'samples', '--contrast', 'T1w', '--split', 'train'],
    );
    const test = run<{ samples: number }>(
      ...['dataset', 'prepare', 'set', 'unseen', '--contrast', 'T1w', '--split', 'test'],
    );
    expect(train.samples).toBeGreaterThan(2);
    expect(test.samples).toBeGreaterThan(0);
    expect(train.samples + test.samples).toBe(10);
  });

  it('trains from a configuration, and goes on from where it ended', () => {
    writeFileSync(path('disc-labeling.json'), JSON.stringify(configuration));
    const first = run<{ steps: number; epochs: number }>('train', 'disc-labeling.json');
    expect(first).toMatchObject({ steps: 4, epochs: 2 });
    const second = run<{ steps: number; epochs: number }>(
      ...['train', 'disc-labeling.json', '--epochs', '3', '--resume'],
    );
    expect(second).toMatchObject({ steps: 6, epochs: 3 });
    const lines = readFileSync(path('runs', 'first', 'metrics.jsonl'), 'utf8')
      .trim()
      .split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { epoch: number }).epoch)).toEqual([0, 1, 2]);
    expect(readdirSync(path('runs', 'first', 'pictures'))).toHaveLength(3);
  });

  it('evaluates', () => {
    const found = run<SetEvaluation>('evaluate', 'runs/first', 'samples', '--pictures', 'looks');
    expect(found.samples).toBeGreaterThan(0);
    expect(found.loss).toBeGreaterThan(0);
    expect(found.pck).toBeGreaterThanOrEqual(0);
    expect(readdirSync(path('looks')).length).toBeGreaterThan(0);
  });

  it('tests the shipped model on the unseen subjects, with a report', () => {
    const report = run<TestReport>('test', 'spine-whole', 'unseen', '--report', 'report');
    expect(report.subjects.length).toBeGreaterThan(0);
    expect(report.summary.identificationRate).toBeGreaterThan(0.5);
    expect(readdirSync(path('report')).sort()).toEqual(['index.html', 'pictures', 'report.json']);
    const page = readFileSync(path('report', 'index.html'), 'utf8');
    expect(page).toContain("default-src 'none'");
    expect(page).not.toMatch(/(?:src|href)="https?:/);
    expect(JSON.parse(readFileSync(path('report', 'report.json'), 'utf8'))).toEqual(report);
  });

  it('prepares, trains and tests in the reference’s way, too', () => {
    run(
      ...['dataset', 'prepare', 'set', 'reference-samples', '--contrast', 'T1w', '--split', 'train'],
      ...['--prepare', 'reference'],
    );
    run(
      ...['train', 'reference-samples', '--output', 'runs/reference', '--stacks', '1', '--features', '8'],
      ...['--epochs', '1', '--steps-per-epoch', '1', '--train-batch', '1', '--val-batch', '1'],
    );
    // The reference's split of ten subjects leaves none for testing: those held out for validation do.
    const report = run<TestReport>(
      ...['test', 'runs/reference', 'reference-samples', '--metrics', 'reference'],
    );
    expect(report.set.split).toBe('validation');
    expect(report.referenceMeasure).toMatchObject({ decoding: 'reference', unit: 'pixel' });
    expect(report.reference!.total).toBeGreaterThan(0);
    expect(report.subjects.length).toBeGreaterThan(0);
  });

  it('shows attention, animates and exports', async () => {
    run('attention', 'runs/first', 'unseen', 'attention.png');
    const picture = await loadImage(path('attention.png'));
    expect(picture.width).toBeGreaterThan(picture.height);
    run('animate', 'runs/first', 'run.gif');
    expect(readFileSync(path('run.gif')).subarray(0, 6).toString()).toBe('GIF89a');
    run('weights', 'export', 'runs/first', 'first.onnx');
    expect(readFileSync(path('first.onnx')).length).toBeGreaterThan(1e6);
  });
});
