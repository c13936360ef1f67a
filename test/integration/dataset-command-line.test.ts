/** `dataset create`, `dataset prepare` and `skeleton` as other programs call them, threads included. Needs a build. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readNpy } from '@disc-labeling/models/npy';
import { prepareDataset } from '@disc-labeling/server/dataset/prepare/prepare';
import { parseSkeleton } from '@disc-labeling/server/labeling/skeleton';
import { repositoryDir } from '../support/shared.js';
import { writeSpineGeneric } from '../support/spine-generic.js';

const cli = join(repositoryDir, 'dist', 'cli.mjs');
const folder = mkdtempSync(join(tmpdir(), 'dataset-command-line-'));

function run(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...args], {
    encoding: 'utf8',
    cwd: folder,
  });
  return { status, stdout, stderr };
}

beforeAll(async () => {
  if (!existsSync(cli)) throw new Error('there is no build to test: run npm run build');
  await writeSpineGeneric(join(folder, 'bids'));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the dataset commands', () => {
  it('gather: a table of all subjects, and how to get what is missing', () => {
    const { status, stdout, stderr } = run('dataset', 'create', 'bids', 'set', '--exclude');
    expect(status).toBe(0);
    for (const words of [
      'sub-amu01',
      'sub-zurich10',
      'no disc labels',
      'not downloaded yet (image)',
      'Motion artifact',
    ])
      expect(stdout).toContain(words);
    expect(stderr).toContain('note: 3 files (8.0 MB) are not downloaded yet; to get them: cd ');
    const again = run('dataset', 'create', 'bids', 'set', '--exclude', '--json');
    expect((JSON.parse(again.stdout) as { files: object }).files).toMatchObject({ brought: 0, kept: 26 });
  });

  it('prepare in threads what one thread prepares', async () => {
    const { status, stdout } = run(
      ...['dataset', 'prepare', 'set', 'samples', '--split', 'all', '--threads', '3', '--pictures', '--json'],
    );
    expect(status).toBe(0);
    const summary = JSON.parse(stdout) as {
      samples: number;
      pictures: string[];
      splits: Record<string, number>;
    };
    expect(summary.pictures).toHaveLength(Math.ceil(summary.samples / 12));
    expect(Object.values(summary.splits).reduce((sum, count) => sum + count, 0)).toBe(summary.samples);
    const { set } = await prepareDataset(join(folder, 'set'), join(folder, 'alone'), {
      split: 'all',
      threads: 1,
    });
    expect(set.samples).toHaveLength(summary.samples);
    const names = readdirSync(join(folder, 'alone', 'samples'));
    expect(readdirSync(join(folder, 'samples', 'samples'))).toEqual(names);
    for (const name of names)
      expect(
        readFileSync(join(folder, 'samples', 'samples', name)).equals(
          readFileSync(join(folder, 'alone', 'samples', name)),
        ),
        name,
      ).toBe(true);
    const index = (name: string) => readFileSync(join(folder, name, 'samples.json'), 'utf8');
    expect(index('samples')).toBe(index('alone'));
  });

  it('write the mean skeleton for people and for the reference', () => {
    expect(run('skeleton', 'samples', 'skeleton.json', '--npy').status).toBe(0);
    expect(run('skeleton', 'samples', 'other.npy').status).toBe(0);
    const skeleton = parseSkeleton(readFileSync(join(folder, 'skeleton.json'), 'utf8'));
    const { shape, data } = readNpy(readFileSync(join(folder, 'mean_skeleton.npy')));
    expect(shape).toEqual([11, 2]);
    expect(Array.from(data.subarray(0, 10))).toEqual(skeleton.slice(0, 5).flat());
    expect(readFileSync(join(folder, 'other.npy'))).toEqual(readFileSync(join(folder, 'mean_skeleton.npy')));
  });

  it('fail in one line', () => {
    for (const args of [
      ['dataset', 'create', 'nowhere', 'new'],
      ['dataset', 'create', 'bids', 'samples'],
      ['dataset', 'prepare', 'set', 'bids'],
      ['skeleton', 'set', 'skeleton.json'],
    ]) {
      const { status, stderr, stdout } = run(...args);
      expect(status, args.join(' ')).toBe(1);
      expect(stdout).toBe('');
      expect(stderr).toMatch(/^error: [^\n]+\n$/);
    }
    expect(run('dataset', 'prepare', 'set', 'new', '--split', 'half').status).toBe(2);
  });
});
