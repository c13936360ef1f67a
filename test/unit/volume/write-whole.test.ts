import type * as Promises from 'node:fs/promises';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { writeWhole } from '@disc-labeling/server/volume/write-whole';

let full = false;
vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof Promises>();
  const writeFile: typeof real.writeFile = async (path, content, options) => {
    if (!full) return real.writeFile(path, content, options);
    await real.writeFile(path, 'hal', options);
    throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
  };
  return { ...real, writeFile };
});

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'whole-'));
});
afterAll(() => rm(folder, { recursive: true }));

it('keeps the old file and nothing else when the disk is full', async () => {
  const path = join(folder, 'a', 'file.txt');
  await writeWhole(path, 'old');
  full = true;
  await expect(writeWhole(path, 'half of it fits')).rejects.toThrow('no space is left on the disk');
  full = false;
  expect(await readFile(path, 'utf8')).toBe('old');
  expect(await readdir(join(folder, 'a'))).toEqual(['file.txt']);
  await writeWhole(path, 'new');
  expect(await readFile(path, 'utf8')).toBe('new');
});
