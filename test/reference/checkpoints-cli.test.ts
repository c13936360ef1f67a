import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { readFloatNpy, writeNpy } from '@disc-labeling/models/npy';
import { runCommandLine } from '@disc-labeling/server/cli/program';
import { referenceDir } from '../support/shared.js';

const reference = referenceDir();
const home = mkdtempSync(join(tmpdir(), 'disc-cli-'));
afterAll(() => rmSync(home, { recursive: true }));
afterEach(() => vi.restoreAllMocks());

/** Runs a command line; gives its exit status and what it printed on stdout. */
async function run(...args: string[]): Promise<{ status: number; stdout: string }> {
  let stdout = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => ((stdout += String(text)), true));
  vi.spyOn(process.stderr, 'write').mockImplementation(() => true);
  const status = await runCommandLine([...args, '--engine', 'onnxruntime-cpu', '--quiet']);
  vi.restoreAllMocks();
  return { status, stdout };
}

const read = (...path: string[]) => readFloatNpy(readFileSync(join(...path)), 4);

const names = reference
  ? readdirSync(join(reference, 'checkpoints'))
      .filter(
        (file) =>
          file.endsWith('.pt') && existsSync(join(reference, 'forward', file.slice(0, -3), 'stack0.npy')),
      )
      .map((file) => file.slice(0, -3))
  : [];

describe.skipIf(!reference)('the command line', () => {
  it.each(names)('imports %s and predicts what the reference predicts', async (name) => {
    const [model, out] = [join(home, name), join(home, `${name}-out`)];
    const imported = await run(
      'weights',
      'import',
      join(reference!, 'checkpoints', `${name}.pt`),
      model,
      '--json',
    );
    expect(imported.status).toBe(0);
    expect(JSON.parse(imported.stdout)).toMatchObject({ model, name });

    const forward = join(reference!, 'forward', name);
    expect((await run('predict', model, join(forward, 'input.npy'), out)).status).toBe(0);
    const compare = (ours: string, theirs: string): void => {
      const [found, expected] = [read(out, ours), read(forward, theirs)];
      expect(found.shape).toEqual(expected.shape);
      const scale = Math.sqrt(
        expected.data.reduce((sum, value) => sum + value * value, 0) / expected.data.length,
      );
      const worst = found.data.reduce(
        (most, value, i) => Math.max(most, Math.abs(value - expected.data[i])),
        0,
      );
      expect(worst / scale, ours).toBeLessThan(1e-4);
    };
    compare('heatmaps_1.npy', 'stack0.npy');
    if (existsSync(join(forward, 'attention.npy'))) compare('attention.npy', 'attention.npy');
  });

  it('decodes the images of a file one by one', async () => {
    const data = new Float32Array(2 * 5 * 64 * 64);
    for (let image = 0; image < 2; image++)
      for (let map = 0; map < 5; map++)
        data[((image * 5 + map) * 64 + 30) * 64 + (60 - 10 * map - image)] = 1;
    writeFileSync(join(home, 'maps.npy'), writeNpy({ shape: [2, 5, 64, 64], data }));
    writeFileSync(join(home, 's.json'), '[[0,0],[0.25,0],[0.5,0],[0.75,0],[1,0]]');
    const args = ['decode', join(home, 'maps.npy'), '--skeleton', join(home, 's.json')];
    const { status, stdout } = await run(...args, '--json');
    expect(status).toBe(0);
    const place = (image: number) => (_: unknown, channel: number) => ({
      channel,
      row: 30,
      column: 60 - 10 * channel - image,
      score: 1,
      area: 1,
    });
    expect(JSON.parse(stdout)).toEqual(
      [0, 1].map((image) => ({ image, loss: 0, discs: Array.from({ length: 5 }, place(image)) })),
    );
    expect((await run(...args)).stdout.split('\n').filter((line) => line.includes('30.00'))).toHaveLength(10);
    expect((await run('decode', join(home, 'absent.npy'), '--skeleton', join(home, 's.json'))).status).toBe(
      1,
    );
    expect((await run('decode', join(home, 'maps.npy'))).status).toBe(2);
  });
});
