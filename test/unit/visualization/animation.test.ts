import { createCanvas } from '@napi-rs/canvas';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CancelledError } from '@disc-labeling/models/errors';
import { animateRun } from '@disc-labeling/server/visualization/animation';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { parseGif } from '../../support/gif.js';
import { pixelsOf } from '../../support/pixels.js';

let run: string;
beforeEach(async () => (run = await mkdtemp(join(tmpdir(), 'animation-'))));
afterEach(() => rm(run, { recursive: true, force: true }));

/** Pictures of one colour, 120 x 60. */
async function pictures(count: number): Promise<void> {
  await mkdir(join(run, 'pictures'));
  for (let epoch = 1; epoch <= count; epoch++) {
    const canvas = createCanvas(120, 60);
    const context = canvas.getContext('2d');
    context.fillStyle = epoch % 2 === 1 ? '#c02020' : '#2020c0';
    context.fillRect(0, 0, 120, 60);
    const name = `epoch_${String(epoch).padStart(4, '0')}.png`;
    await writeFile(join(run, 'pictures', name), await canvas.encode('png'));
  }
  const lines = Array.from({ length: count }, (_, epoch) => JSON.stringify({ epoch, pck: 0.5 }));
  await writeFile(join(run, 'metrics.jsonl'), `${lines.join('\n')}\n{"epo`);
}

it('shows every epoch for a fifth of a second, the last one longer', async () => {
  await pictures(12);
  const file = join(run, 'out.gif');
  const done: number[] = [];
  const result = await animateRun(run, file, { progress: (n) => done.push(n) });
  const bytes = await readFile(file);
  const { width, height, delays, repeats } = parseGif(bytes);
  expect([width, height]).toEqual([120, 60 + 46]);
  expect(delays).toEqual([...new Array<number>(11).fill(20), 250]);
  expect(repeats).toBe(0);
  expect(done).toEqual(Array.from({ length: 12 }, (_, n) => n + 1));
  expect(result).toMatchObject({ frames: 12, bytes: bytes.length, seconds: 4.7 });
  const first = await pixelsOf(bytes);
  const [r, g, b] = first.at(60, 90);
  expect(r! - Math.max(g!, b!)).toBeGreaterThan(120);
});

it('goes at another pace and width, and never enlarges', async () => {
  await pictures(3);
  const file = join(run, 'out.gif');
  await animateRun(run, file, { fps: 10, width: 80 });
  expect(parseGif(await readFile(file))).toMatchObject({ width: 80, height: 40 + 46, delays: [10, 10, 250] });
  await animateRun(run, file, { width: 4000 });
  expect(parseGif(await readFile(file)).width).toBe(120);
});

it('leaves nothing behind when it is cancelled', async () => {
  await pictures(5);
  const abort = new AbortController();
  const animated = animateRun(run, join(run, 'out.gif'), {
    signal: abort.signal,
    progress: () => abort.abort(),
  });
  await expect(animated).rejects.toThrow(CancelledError);
  expect((await readdir(run)).sort()).toEqual(['metrics.jsonl', 'pictures']);
});

it('says what is missing or damaged', async () => {
  const out = join(run, 'out.gif');
  await expect(animateRun(join(run, 'none'), out)).rejects.toThrow('there is no such run folder');
  await expect(animateRun(run, out)).rejects.toThrow('it is no run folder');
  await writeFile(join(run, 'config.json'), '{}');
  await expect(animateRun(run, out)).rejects.toThrow('no validation pictures yet');
  await pictures(2);
  await writeFile(join(run, 'pictures', 'epoch_0002.png'), 'no picture');
  await expect(animateRun(run, out)).rejects.toThrow('a picture is damaged');
  await expect(animateRun(run, join(run, 'config.json', 'out.gif'))).rejects.toThrow('damaged');
});
