/** Evaluation as the command line offers it, on a tiny synthetic set and the shipped model. Needs a build. */
import type { ModelDescription } from '@disc-labeling/models/model';
import type { Calibration } from '@disc-labeling/server/evaluation/calibrate';
import type { DiscSummary } from '@disc-labeling/server/evaluation/metrics';
import { parseReport } from '@disc-labeling/server/evaluation/report-schema';
import type { ReportComparison, SetEvaluation, TestReport } from '@disc-labeling/server/protocol';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { repositoryDir } from '../support/shared.js';

const cli = join(repositoryDir, 'dist', 'cli.mjs');
let root: string;

/** @param stopAt Ctrl-C once this is so */
function run(args: readonly string[], stopAt?: () => Promise<boolean>) {
  return new Promise<{ status: number | null; out: string; err: string }>((settle, fail) => {
    const child = spawn(process.execPath, [cli, ...args, '--threads', '1'], { cwd: root });
    let [out, err, stopped] = ['', '', false];
    child.stdout.on('data', (data) => (out += data));
    child.stderr.on('data', (data) => (err += data));
    const watch = setInterval(() => {
      void stopAt?.().then((stop) => {
        // Once: a second one would end it on the spot.
        if (stop && !stopped) stopped = child.kill('SIGINT');
      });
    }, 20);
    child.on('error', fail);
    child.on('close', (status) => {
      clearInterval(watch);
      settle({ status, out, err });
    });
  });
}

const isPng = async (file: string): Promise<boolean> =>
  (await readFile(file)).subarray(1, 4).toString() === 'PNG';

beforeAll(async () => {
  if (!existsSync(cli)) throw new Error('there is no build to test: run npm run build');
  root = await mkdtemp(join(tmpdir(), 'evaluation-'));
  for (const args of [
    ['dataset', 'synthesize', 'bids', '--subjects', '4', '--seed', '3', '--contrast', 'T2w'],
    ['dataset', 'create', 'bids', 'raw', '--contrast', 'T2w'],
    ['dataset', 'prepare', 'raw', 'set', '--contrast', 'T2w', '--split', 'all', '--test-share', '0.5'],
  ]) {
    const { status, err } = await run(args);
    if (status !== 0) throw new Error(`${args.join(' ')}: ${err}`);
  }
});
afterAll(() => rm(root, { recursive: true, force: true }));

describe('test', () => {
  it('prints the report it writes, with a picture of each image', async () => {
    const { status, out } = await run(['test', 'spine-whole', 'set', '--json', '--report', 'report']);
    expect(status).toBe(0);
    const report = parseReport(out, 'stdout');
    expect(JSON.parse(await readFile(join(root, 'report', 'report.json'), 'utf8'))).toEqual(JSON.parse(out));
    expect(report.set.split).toBe('test');
    expect(report.subjects).toHaveLength(2);
    expect(report.summary.total).toBe(report.subjects.reduce((sum, { counts }) => sum + counts.total, 0));
    // Phantoms are what it was trained on.
    expect(report.summary.identificationRate).toBeGreaterThan(0.9);
    expect(report.summary.distance.median).toBeLessThan(3);
    expect(report.referenceMeasure).toEqual({ decoding: 'own', unit: 'mm' });
    expect(report.reference!.total).toBe(report.summary.total);
    for (const { picture, image, discs } of report.subjects) {
      expect(await isPng(join(root, 'report', picture!))).toBe(true);
      expect(existsSync(image)).toBe(true);
      for (const { truth, predicted, outcome } of discs)
        if (outcome === 'identified')
          truth!.world.forEach((mm, axis) => expect(Math.abs(mm - predicted!.world[axis])).toBeLessThan(8));
    }
  });

  it("does not pass our own figures for the reference's", async () => {
    const { status, out, err } = await run([
      'test',
      'spine-whole',
      'set',
      '--metrics',
      'reference',
      '--quiet',
    ]);
    expect([status, out]).toEqual([1, '']);
    expect(err).toMatch(/^error: cannot compute the reference's metrics \(set\): .*--prepare reference/);
  });

  it('leaves out a sample that can not be read, and says so', async () => {
    const index = join(root, 'set', 'samples.json');
    const text = await readFile(index, 'utf8');
    const { samples } = JSON.parse(text) as { samples: { split: string; file: string }[] };
    const damaged = samples.find(({ split }) => split === 'test')!;
    const file = join(root, 'set', damaged.file);
    const bytes = await readFile(file);
    try {
      await writeFile(file, bytes.subarray(0, 500));
      const { status, out } = await run(['test', 'spine-whole', 'set', '--json', '--quiet']);
      expect(status).toBe(0);
      const report = JSON.parse(out) as TestReport;
      expect(report.subjects).toHaveLength(1);
      expect(report.notices.join(' ')).toMatch(/was left out: cannot read/);
    } finally {
      await writeFile(file, bytes);
    }
  });

  it('leaves nothing behind when it is cancelled', async () => {
    const before = (await readdir(root)).sort();
    const begun = async () =>
      (await readdir(root)).some(
        (name) => name.startsWith('.cancelled.new-') && existsSync(join(root, name, 'pictures')),
      );
    const { status, out, err } = await run(['test', 'spine-whole', 'set', '--report', 'cancelled'], begun);
    expect([status, out], err).toEqual([130, '']);
    expect((await readdir(root)).sort()).toEqual(before);
  });
});

describe('evaluate', () => {
  it('validates on the held-out samples, with pictures', async () => {
    const { status, out } = await run(['evaluate', 'spine-whole', 'set', '--json', '--pictures', 'pictures']);
    expect(status).toBe(0);
    const found = JSON.parse(out) as SetEvaluation;
    expect(found).toMatchObject({ model: 'spine-whole', set: 'set', split: 'validation' });
    expect(found.loss).toBeGreaterThan(0);
    expect(found.loss).toBeLessThan(0.01);
    expect(found.pck).toBeGreaterThan(0.8);
    expect(found.perJoint[0]).toEqual({ name: 'C2/C3', pck: 1 });
    expect(found.pictures).toHaveLength(1);
    expect(await isPng(found.pictures[0])).toBe(true);
  });

  it('counts phantoms apart by what there is to count from and to see', async () => {
    const args = [
      'evaluate',
      'spine-whole',
      '--phantoms',
      '16',
      '--extent',
      'spine',
      '--seed',
      '4',
      '--json',
    ];
    const { status, out } = await run([...args, '--quiet']);
    expect(status).toBe(0);
    type Group = { name: string } & DiscSummary;
    const { summary, groups } = JSON.parse(out) as { summary: DiscSummary; groups: Group[] };
    const total = (...names: string[]): number =>
      groups.reduce((sum, group) => sum + (names.includes(group.name) ? group.total : 0), 0);
    const places = ['C2/C3 in view', 'L5/S1 in view', 'neither in view'];
    const doubts = ['sure of the level', 'unsure of the level'];
    expect(total(...places)).toBe(summary.total);
    expect(total(...doubts)).toBe(summary.total);
    const seen = total('can be seen');
    expect(seen).toBeGreaterThan(0.7 * summary.total);
    expect(seen).toBeLessThan(summary.total);
    for (const names of [places, doubts]) expect(total(...names.map((n) => `can be seen, ${n}`))).toBe(seen);
    const rate = (name: string): number => groups.find((group) => group.name === name)!.identificationRate;
    expect(rate('can be seen')).toBeGreaterThan(summary.identificationRate);
    expect(rate('sure of the level')).toBeGreaterThan(rate('unsure of the level'));
  });
});

describe('compare', () => {
  it('sets two reports side by side', async () => {
    const { status } = await run([
      'test',
      'spine-whole',
      'set',
      '--tolerance',
      '1',
      '--report',
      'strict',
      '--quiet',
    ]);
    expect(status).toBe(0);
    const { out } = await run(['compare', 'report', 'strict', '--json']);
    const comparison = JSON.parse(out) as ReportComparison;
    expect(comparison.subjects).toHaveLength(2);
    expect(comparison.summary[1].identified).toBeLessThan(comparison.summary[0].identified);
    expect(comparison.verdict).toBeNull();
    expect(comparison.notices!.join()).toMatch(/within 5 mm in the first report, 1 mm in the second/);
  });
});

describe('calibrate', () => {
  it('fits scores to how often discs are right, and writes them into a model', async () => {
    const model = join(root, 'fitted');
    await cp(join(repositoryDir, 'models', 'weights', 'spine-whole'), model, { recursive: true });
    const read = async () =>
      JSON.parse(await readFile(join(model, 'model.json'), 'utf8')) as ModelDescription;
    const before = await read();
    const trial = await run(['calibrate', 'fitted', '--phantoms', '80', '--json', '--quiet']);
    expect([trial.status, trial.err]).toEqual([0, '']);
    const { confidence, ...others } = await read();
    const found = JSON.parse(trial.out) as Calibration;
    expect(confidence).toEqual(found.confidence);
    expect({ ...others, confidence: before.confidence }).toEqual(before);
    expect(confidence!.evidence).toBeGreaterThan(0);
    expect(confidence!.rival).toBeLessThan(0);
    // Those it is sure of are more often right than the others.
    const share = (from: number, to: number): number => {
      const bins = found.reliability.filter((bin) => bin.from >= from && bin.to <= to && bin.right !== null);
      const discs = bins.reduce((sum, bin) => sum + bin.discs, 0);
      return bins.reduce((sum, bin) => sum + bin.right! * bin.discs, 0) / discs;
    };
    expect(share(0.9, 1)).toBeGreaterThan(0.9);
    expect(share(0, 0.9)).toBeLessThan(share(0.9, 1));
  });
});
