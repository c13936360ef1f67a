import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readLabelVolume } from '@disc-labeling/server/volume/labels';
import { backend } from '../../scripts/bundles.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const run = promisify(execFile);
let folder: string;
let cli: string;

/** The command line with its drawing threads beside it, as the product has them. */
beforeAll(async () => {
  folder = await mkdtemp(join(root, 'test-results', 'synthesize-')).catch(async () => {
    await mkdir(join(root, 'test-results'), { recursive: true });
    return mkdtemp(join(root, 'test-results', 'synthesize-'));
  });
  cli = join(folder, 'bundle', 'cli.mjs');
  await build({
    ...backend,
    absWorkingDir: root,
    bundle: true,
    logLevel: 'warning',
    entryPoints: {
      cli: 'server/src/cli.ts',
      'synthesize-worker': 'server/src/dataset/synthesize/worker.ts',
    },
    outdir: join(folder, 'bundle'),
  } as Parameters<typeof build>[0]);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const coarse = ['--spacing', '2', '--thickness', '4'];
const synthesize = async (name: string, ...args: string[]): Promise<{ kept: number; images: string[] }> => {
  const { stdout } = await run(process.execPath, [
    cli,
    'dataset',
    'synthesize',
    join(folder, name),
    ...args,
    ...coarse,
    '--json',
    '--quiet',
  ]);
  return JSON.parse(stdout);
};

const failure = (name: string, ...args: string[]): Promise<{ code: number; stderr: string }> =>
  synthesize(name, ...args).then(
    () => ({ code: 0, stderr: '' }),
    (error: { code: number; stderr: string }) => error,
  );

/** Path → digest of every file. */
async function digests(name: string): Promise<Map<string, string>> {
  const base = join(folder, name);
  const entries = await readdir(base, { recursive: true, withFileTypes: true });
  const files = entries.filter((e) => e.isFile()).map((e) => join(e.parentPath, e.name));
  return new Map(
    await Promise.all(
      files.sort().map(
        async (file) =>
          [
            file.slice(base.length + 1),
            createHash('sha256')
              .update(await readFile(file))
              .digest('hex'),
          ] as const,
      ),
    ),
  );
}

interface Findings {
  readonly issues: {
    readonly errors: readonly { readonly key: string }[];
    readonly warnings: readonly { readonly key: string }[];
  };
  readonly summary: { readonly subjects: readonly string[]; readonly dataTypes: readonly string[] };
}

/** The official validator's findings. It reads the files itself; nothing is fetched. */
async function validate(path: string): Promise<Findings> {
  const validator = join(
    createRequire(import.meta.url).resolve('bids-validator/package.json'),
    '../bin/bids-validator',
  );
  const { stdout } = await run(process.execPath, [validator, path, '--json']).catch(
    (error: { stdout: string }) => error,
  );
  return JSON.parse(stdout) as Findings;
}

describe('dataset synthesize', () => {
  it('writes what the BIDS validator accepts without an error', async () => {
    await synthesize('valid', '--subjects', '2', '--seed', '4', '--pathology', 'mixed');
    const { issues, summary } = await validate(join(folder, 'valid'));
    expect(issues.errors.map(({ key }) => key)).toEqual([]);
    // Drawn by a program, the dataset has no authors to list.
    expect(issues.warnings.map(({ key }) => key)).toEqual(['NO_AUTHORS']);
    expect(summary.subjects).toEqual(['001', '002']);
    expect(summary.dataTypes).toEqual(['T1w', 'T2w']);
  });

  it('draws further contrasts, which the validator accepts and which leave T1w and T2w as they are', async () => {
    await synthesize(
      'five',
      '--subjects',
      '1',
      '--seed',
      '4',
      '--contrast',
      'acq-stir_T2w',
      'PDw',
      'T2starw',
      'both',
    );
    const { issues } = await validate(join(folder, 'five'));
    expect(issues.errors.map(({ key }) => key)).toEqual([]);
    await synthesize('both', '--subjects', '1', '--seed', '4', '--contrast', 'T2w', 'T1w');
    const [five, both] = await Promise.all(['five', 'both'].map(digests));
    const images = [...five].filter(([path]) => /^sub-.*\.nii\.gz$/.test(path));
    expect(images.map(([path]) => path.split('sub-001_').at(-1)?.replace('.nii.gz', ''))).toEqual([
      'PDw',
      'T1w',
      'T2starw',
      'T2w',
      'acq-stir_T2w',
    ]);
    expect(new Set(images.map(([, digest]) => digest)).size).toBe(5);
    for (const [path, digest] of both) if (path.includes('sub-')) expect(five.get(path), path).toBe(digest);
    expect((await failure('x', '--contrast', 'T9w')).code).toBe(2);
  });

  it('is checked by a validator that does find what is wrong', async () => {
    await mkdir(join(folder, 'wrong', 'sub-001', 'anat'), { recursive: true });
    await writeFile(join(folder, 'wrong', 'sub-001', 'anat', 'sub-001_T9w.nii.gz'), '');
    const { issues } = await validate(join(folder, 'wrong'));
    expect(issues.errors.length).toBeGreaterThan(0);
  });

  it('gives the same bytes with one thread and with two, and for a subject however many there are', async () => {
    await synthesize('one', '--subjects', '2', '--seed', '5', '--threads', '1');
    await synthesize('two', '--subjects', '2', '--seed', '5', '--threads', '2');
    await synthesize('three', '--subjects', '3', '--seed', '5', '--threads', '2');
    const [one, two, three] = await Promise.all(['one', 'two', 'three'].map(digests));
    expect(two).toEqual(one);
    for (const [path, digest] of one) if (path.includes('sub-')) expect(three.get(path), path).toBe(digest);
    const packed = await readFile(join(folder, 'one', 'sub-001', 'anat', 'sub-001_T1w.nii.gz'));
    // gzip's header holds neither a date nor a name.
    expect([...packed.subarray(3, 8)]).toEqual([0, 0, 0, 0, 0]);
  });

  it('continues where an earlier call ended, and adds subjects', async () => {
    await synthesize('more', '--subjects', '1', '--seed', '6', '--contrast', 'T2w');
    const before = await digests('more');
    const label = 'derivatives/labels/sub-001/anat/sub-001_T2w_label-discs_dlabel.nii.gz';
    await rm(join(folder, 'more', label));
    const again = await synthesize('more', '--subjects', '1', '--seed', '6', '--contrast', 'T2w');
    expect(again.kept).toBe(0);
    expect(await digests('more')).toEqual(before);
    const added = await synthesize('more', '--subjects', '2', '--seed', '6', '--contrast', 'T2w');
    expect(added).toMatchObject({ kept: 1, subjects: ['sub-001', 'sub-002'] });
    // Fewer than there are leaves the others, listed.
    await synthesize('more', '--subjects', '1', '--seed', '6', '--contrast', 'T2w');
    expect(await readFile(join(folder, 'more', 'participants.tsv'), 'utf8')).toContain('\nsub-002\t');
  });

  it('does not mix datasets drawn with other options, unless it is told to replace them', async () => {
    await synthesize('kept', '--subjects', '2', '--seed', '7', '--contrast', 'T1w');
    const before = await digests('kept');
    const refused = await failure('kept', '--subjects', '1', '--seed', '8', '--contrast', 'T1w');
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/^error: cannot write the synthetic dataset .*--seed 7.*--force/);
    expect(await digests('kept')).toEqual(before);
    await synthesize('kept', '--subjects', '1', '--seed', '8', '--contrast', 'T1w', '--force');
    expect((await readdir(join(folder, 'kept'))).filter((name) => name.startsWith('sub-'))).toEqual([
      'sub-001',
    ]);
  });

  it('ends with one line where a file cannot be written, and with 2 for wrong usage', async () => {
    await mkdir(join(folder, 'blocked'), { recursive: true });
    await synthesize('blocked', '--subjects', '1', '--seed', '1', '--contrast', 'T1w');
    await writeFile(join(folder, 'blocked', 'sub-002'), 'in the way');
    const stopped = await failure(
      'blocked',
      '--subjects',
      '2',
      '--seed',
      '1',
      '--contrast',
      'T1w',
      '--threads',
      '2',
    );
    expect(stopped.code).toBe(1);
    expect(stopped.stderr.trim().split('\n')).toHaveLength(1);
    expect(stopped.stderr).toContain('a part of its path is no folder');
    expect((await failure('x', '--field', 'knee')).code).toBe(2);
    expect((await failure('x', '--pathology', 'gout')).code).toBe(2);
    expect((await failure('x', '--width', '4000')).stderr).toMatch(/width has to lie between 16 and 120 mm/);
  });

  it('labels every disc that is visible, also where the spine is curved and bridged', async () => {
    await synthesize(
      'ill',
      '--subjects',
      '1',
      '--seed',
      '9',
      '--pathology',
      'fusion',
      'scoliosis',
      '--width',
      '72',
    );
    const labels = join(folder, 'ill', 'derivatives', 'labels', 'sub-001', 'anat');
    const { points } = await readLabelVolume(join(labels, 'sub-001_T1w_label-discs_dlabel.nii.gz'));
    expect(points.length).toBeGreaterThanOrEqual(5);
    expect(points.map(({ value }) => value)).toEqual(points.map((_, n) => n + 3));
    const participants = await readFile(join(folder, 'ill', 'participants.tsv'), 'utf8');
    expect(participants).toMatch(/\tpathology\nsub-001\t.*\tfusion C\d.*; scoliosis \d+ mm\n$/);
  });
});
