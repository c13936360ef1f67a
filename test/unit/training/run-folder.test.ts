import { replaceFolder } from '@disc-labeling/models/weights/files';
import { RunFolder } from '@disc-labeling/server/training/run-folder';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import type * as FileSystem from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

/** Stops file operations for good, as a kill would. */
const kill = vi.hoisted(() => ({ at: null as string | null, left: 0, reached: () => {} }));
vi.mock('node:fs/promises', async (original) => {
  const actual = await original<typeof FileSystem>();
  const stoppable =
    <A extends unknown[]>(name: string, work: (...args: A) => Promise<unknown>) =>
    async (...args: A) => {
      if (kill.at === name && --kill.left === 0) {
        kill.reached();
        await new Promise(() => {});
      }
      return work(...args);
    };
  return {
    ...actual,
    rename: stoppable('rename', actual.rename),
    rm: stoppable('rm', actual.rm),
    writeFile: stoppable('writeFile', actual.writeFile),
  };
});

let path: string;
let folder: RunFolder;
beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), 'run-folder-'));
  folder = new RunFolder(path);
});
afterEach(() => {
  kill.at = null;
  return rm(path, { recursive: true });
});

const checkpoint = (content: string) =>
  replaceFolder(folder.last(), new Map(['model.json', 'weights.bin'].map((name) => [name, content])));

/** Begins to write a checkpoint and stops before the nth operation of a kind. */
async function killedCheckpoint(content: string, at: string, nth: number): Promise<void> {
  const reached = new Promise<void>((settle) => (kill.reached = settle));
  Object.assign(kill, { at, left: nth });
  void checkpoint(content);
  await reached;
  kill.at = null;
}

describe('RunFolder after a kill', () => {
  it.each([
    ['writeFile', 2, 'old'],
    ['rename', 1, 'old'],
    ['rename', 2, 'old'],
    ['rm', 1, 'new'],
  ])('before %s %i holds one whole checkpoint and nothing else', async (at, nth, survivor) => {
    await checkpoint('old');
    await killedCheckpoint('new', at, nth);
    const close = await folder.open(true);
    await close();
    expect(await readdir(path)).toEqual(['last']);
    for (const name of ['model.json', 'weights.bin'])
      expect(await readFile(join(folder.last(), name), 'utf8')).toBe(survivor);
  });

  it('has no checkpoint where the first one was cut off', async () => {
    await killedCheckpoint('new', 'rename', 2);
    await (
      await folder.open(true)
    )();
    expect(await readdir(path)).toEqual([]);
  });

  it('holds no half-written files', async () => {
    await mkdir(join(path, 'pictures'));
    await writeFile(join(path, '.metrics.jsonl.0a.part'), '{');
    await writeFile(join(path, 'pictures', '.epoch_0001.png.0a.part'), '');
    await (
      await folder.open(true)
    )();
    expect(await readdir(path, { recursive: true })).toEqual(['pictures']);
  });
});

describe('RunFolder', () => {
  const lock = (content: unknown) => writeFile(join(path, '.lock'), JSON.stringify(content));

  it('is one training process at a time', async () => {
    await lock({ process: process.ppid, host: hostname() });
    await expect(folder.open(true)).rejects.toThrow(
      new RegExp(`process ${process.ppid} is training in this`),
    );
    await lock({ process: 1, host: 'elsewhere' });
    await expect(folder.open(true)).rejects.toThrow(/a process on elsewhere is training/);
  });

  it('takes over from a process that is gone', async () => {
    const gone = spawn(process.execPath, ['--version'], { stdio: 'ignore' });
    await once(gone, 'exit');
    await lock({ process: gone.pid, host: hostname() });
    const close = await folder.open(true);
    expect(JSON.parse(await readFile(join(path, '.lock'), 'utf8'))).toMatchObject({ process: process.pid });
    await close();
    await writeFile(join(path, '.lock'), '{"proc');
    await (
      await folder.open(true)
    )();
    expect(await readdir(path)).toEqual([]);
  });

  it('can log where nothing can be written', async () => {
    await mkdir(join(path, 'log.txt'));
    await expect(folder.log('a line')).resolves.toBeUndefined();
  });
});
