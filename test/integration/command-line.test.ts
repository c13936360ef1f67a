/** The command line as other programs call it: what it prints where, what it writes, how it ends. Needs a build. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LabelResult } from '@disc-labeling/server/protocol';
import { repositoryDir } from '../support/shared.js';

const cli = join(repositoryDir, 'dist', 'cli.mjs');
const folder = mkdtempSync(join(tmpdir(), 'command-line-'));
const volume = join(folder, 'demo', 'sub-001', 'anat', 'sub-001_T2w.nii.gz');

function run(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...args], {
    encoding: 'utf8',
    cwd: folder,
  });
  return { status, stdout, stderr };
}

beforeAll(() => {
  if (!existsSync(cli)) throw new Error('there is no build to test: run npm run build');
  const { status, stderr } = run(
    'dataset',
    'synthesize',
    'demo',
    '--subjects',
    '1',
    '--seed',
    '5',
    '--contrast',
    'T2w',
  );
  expect(stderr).not.toContain('error');
  expect(status).toBe(0);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('label', () => {
  it('prints exactly one JSON document, and writes volume, sidecar and picture', () => {
    const { status, stdout } = run('label', volume, '--json', '--picture', '--output', 'out');
    expect(status).toBe(0);
    const [result] = JSON.parse(stdout) as Record<string, unknown>[];
    expect(Object.keys(result)).toEqual(
      expect.arrayContaining(['input', 'model', 'engine', 'contrast', 'slice', 'discs', 'seconds']),
    );
    expect(Object.keys(result['seconds'] as object).sort()).toEqual(
      ['decode', 'network', 'prepare', 'read', 'total'].sort(),
    );
    const [disc] = result['discs'] as Record<string, unknown>[];
    expect(Object.keys(disc).sort()).toEqual(['name', 'score', 'value', 'voxel', 'world']);
    expect(readdirSync(join(folder, 'out')).sort()).toEqual([
      'sub-001_T2w_discs.png',
      'sub-001_T2w_label-discs_dlabel.json',
      'sub-001_T2w_label-discs_dlabel.nii.gz',
    ]);
    expect(
      readFileSync(join(folder, 'out', 'sub-001_T2w_discs.png'))
        .subarray(1, 4)
        .toString(),
    ).toBe('PNG');
  });

  it('names the discs as a reader says who knows one', () => {
    const named = (...args: string[]) => {
      const { status, stdout } = run('label', volume, '--json', ...args);
      expect(status).toBe(0);
      return (JSON.parse(stdout) as LabelResult[])[0];
    };
    const own = named();
    const moved = named('--level', 'C3/C4=T1/T2', '--output', 'moved');
    expect(moved.levelShift).toBe(5);
    expect(moved.discs.map(({ value }) => value)).toEqual(own.discs.map(({ value }) => value + 5));
    expect(moved.discs.map(({ world }) => world)).toEqual(own.discs.map(({ world }) => world));
    expect(moved.notices).toContain('Names moved 5 levels down by hand.');
    const sidecar = JSON.parse(
      readFileSync(join(folder, 'moved', 'sub-001_T2w_label-discs_dlabel.json'), 'utf8'),
    ) as { GeneratedBy: { LevelShift: number }[]; Discs: { value: number }[] };
    expect(sidecar.GeneratedBy[0].LevelShift).toBe(5);
    expect(sidecar.Discs.map(({ value }) => value)).toEqual(moved.discs.map(({ value }) => value));
    const up = named('--level', 'C4/C5=C3/C4');
    expect(up.discs).toHaveLength(own.discs.length - 1);
    expect(up.notices.join()).toContain('one disc is left out');
  });

  it('ends with 1 and one line for a file that is no volume', () => {
    writeFileSync(join(folder, 'notes.nii.gz'), 'not a volume\n'.repeat(100));
    const { status, stdout, stderr } = run('label', 'notes.nii.gz', '--quiet');
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(stderr).toMatch(/^error: cannot read volume \(notes\.nii\.gz\): not a NIfTI file/);
  });

  it('labels the others when one of several files is bad', () => {
    const { status, stdout, stderr } = run('label', 'missing.nii.gz', volume, '--json');
    expect(status).toBe(1);
    expect(JSON.parse(stdout)).toHaveLength(1);
    expect(stderr).toContain('missing.nii.gz');
  });

  it('names the models there are when asked for another', () => {
    const { status, stderr } = run('label', volume, '--model', 'nonsense');
    expect(status).toBe(1);
    expect(stderr).toMatch(/error: cannot find model \(nonsense\): .*spine-whole/);
  });
});

describe('the program', () => {
  it('ends with 2 for wrong usage', () => {
    for (const args of [
      ['nonsense'],
      ['label'],
      ['label', volume, '--engine', 'steam'],
      ['label', volume, '--level', 'C2/C3'],
      ['label', volume, '--level', 'C2/C3=lumbar'],
      ['models', '--nonsense'],
      [],
    ])
      expect(run(...args).status, args.join(' ')).toBe(2);
  });

  it('lists models and engines as tables and as JSON', () => {
    expect(run('models').stdout).toContain('spine-whole (default)');
    const models = JSON.parse(run('models', '--json').stdout) as { name: string; isDefault: boolean }[];
    expect(models.find(({ isDefault }) => isDefault)?.name).toBe('spine-whole');
    const engines = JSON.parse(run('engines', '--json').stdout) as { id: string; available: boolean }[];
    expect(engines.find(({ id }) => id === 'onnxruntime-cpu')?.available).toBe(true);
  });

  it('ends with 130 on Ctrl-C and leaves only whole files', async () => {
    const args = [cli, 'dataset', 'synthesize', 'cancelled', '--subjects', '200', '--seed', '1'];
    const child = spawn(process.execPath, args, { cwd: folder, stdio: 'ignore' });
    const ended = new Promise((resolve) => child.once('exit', resolve));
    const started = join(folder, 'cancelled');
    while (!existsSync(started) && child.exitCode === null)
      await new Promise((resolve) => setTimeout(resolve, 50));
    child.kill('SIGINT');
    expect(await ended).toBe(130);
    const left = readdirSync(started, { recursive: true }).map(String);
    expect(left.filter((name) => name.endsWith('.part'))).toEqual([]);
  });
});
