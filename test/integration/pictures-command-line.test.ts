/** `attention` and `animate` as other programs call them. Needs a build. */
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCanvas } from '@napi-rs/canvas';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lightNetwork } from '@disc-labeling/models/config';
import { initialWeights } from '@disc-labeling/models/layers-listing';
import { writeModel } from '@disc-labeling/models/weights/folder';
import { parseGif } from '../support/gif.js';
import { pixelsOf } from '../support/pixels.js';
import { writePreparedSet } from '../support/prepared-set.js';
import { repositoryDir } from '../support/shared.js';

const cli = join(repositoryDir, 'dist', 'cli.mjs');
const folder = mkdtempSync(join(tmpdir(), 'pictures-command-line-'));

function run(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [cli, '--engine', 'onnxruntime-cpu', ...args],
    {
      encoding: 'utf8',
      cwd: folder,
    },
  );
  return { status, stdout, stderr };
}

beforeAll(async () => {
  if (!existsSync(cli)) throw new Error('there is no build to test: run npm run build');
  await writePreparedSet(join(folder, 'set'), [
    { discs: [{ value: 3, row: 30, column: 40 }] },
    { discs: [{ value: 4, row: 60, column: 44 }] },
  ]);
  for (const attention of [true, false]) {
    const network = lightNetwork({ features: 4, stacks: 1, joints: 3, attention });
    await writeModel(
      join(folder, attention ? 'with' : 'without'),
      {
        description: {
          formatVersion: 1,
          name: attention ? 'with' : 'without',
          title: 'A tiny model',
          contrast: 'any',
          network,
          input: { frame: 'picture', spacing: 1, normalization: 'percentile' },
          channels: { values: [3, 4, null], anyDisc: 2 },
          skeleton: null,
          provenance: {},
          metrics: {},
        },
        weights: initialWeights(network, 1),
      },
      { card: '' },
    );
  }
  mkdirSync(join(folder, 'run', 'pictures'), { recursive: true });
  for (const epoch of [1, 2, 3]) {
    const png = createCanvas(100, 50).toBuffer('image/png');
    writeFileSync(join(folder, 'run', 'pictures', `epoch_000${epoch}.png`), png);
  }
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('attention', () => {
  it('draws a sample with its targets, and says what it did', async () => {
    const { status, stdout } = run('attention', 'with', 'set', 'out.png', '--sample', '2', '--json');
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ picture: 'out.png', sample: 'sub-002_T1w', model: 'with' });
    const { width, height } = await pixelsOf(readFileSync(join(folder, 'out.png')));
    // 128 x 100 mm at 5 pixels a mm, four panels, two of them with names.
    expect([width, height]).toEqual([36 + 4 * (500 + 22) + 2 * 92 + 96, 84 + 640 + 64]);
    expect(run('attention', 'with', 'set', 'other.png', '--style', 'reference').status).toBe(0);
    expect(readFileSync(join(folder, 'other.png')).equals(readFileSync(join(folder, 'out.png')))).toBe(false);
  });

  it.each([
    [['without', 'set', 'no.png'], 1, 'the model without has no attention map'],
    [['with', 'set', 'no.png', '--sample', '9'], 1, 'give a number from 1 to 2'],
    [['with', 'none.nii.gz', 'no.png'], 1, 'none.nii.gz'],
    [['with', 'run', 'no.png'], 1, 'it is no prepared set'],
    [['with', 'set', 'no.png', '--threshold', '2'], 2, 'a value from 0 to 1'],
    [['with', 'set', 'no.png', '--style', 'fancy'], 2, 'own, reference'],
  ])('%j ends with %i and says %s', (args, status, words) => {
    const ended = run('attention', ...args);
    expect(ended.status).toBe(status);
    expect(ended.stderr).toContain(words);
    expect(ended.stderr).not.toContain('    at ');
    if (status === 1) expect(ended.stderr.trim().split('\n')).toHaveLength(1);
    expect(readdirSync(folder).filter((name) => name.includes('no.png'))).toEqual([]);
  });
});

describe('animate', () => {
  it('writes the epochs of a run as a GIF', () => {
    const { status, stdout } = run('animate', 'run', 'out.gif', '--fps', '10', '--json');
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ animation: 'out.gif', frames: 3, width: 100 });
    expect(parseGif(readFileSync(join(folder, 'out.gif'))).delays).toEqual([10, 10, 250]);
  });

  it('says in a sentence what is missing', () => {
    const { status, stderr } = run('animate', 'set', 'no.gif');
    expect(status).toBe(1);
    expect(stderr.trim()).toMatch(/^error: cannot animate \(set\): it is no run folder/);
    expect(run('animate', 'run', 'no.gif', '--fps', '0').status).toBe(2);
  });
});
