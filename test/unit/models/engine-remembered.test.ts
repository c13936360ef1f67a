import { recallChoice, rememberChoice } from '@disc-labeling/models/engines/remembered-choice';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'choice-'));
  file = join(folder, 'cache', 'engine.json');
});
afterEach(() => rm(folder, { recursive: true }));

const choice = { engine: 'onnxruntime-coreml', reason: '2 ms against 9 ms' } as const;

async function altered(change: Record<string, unknown>): Promise<void> {
  await writeFile(file, JSON.stringify({ ...JSON.parse(await readFile(file, 'utf8')), ...change }));
}

describe('a measured choice of engine', () => {
  it('is known to the next process', async () => {
    expect(await recallChoice(file)).toBeNull();
    await rememberChoice(choice, file);
    expect(await recallChoice(file)).toEqual(choice);
    expect(await readdir(join(folder, 'cache'))).toEqual(['engine.json']);
  });

  it.each([
    ['is of another machine', { machine: 'another' }],
    ['is a week old', { measured: new Date(Date.now() - 7.1 * 86_400_000).toISOString() }],
    ['is of the future', { measured: new Date(Date.now() + 86_400_000).toISOString() }],
    ['has no date', { measured: 'yesterday' }],
    ['names no engine', { engine: 'abacus' }],
    ['is of another version', { formatVersion: 2 }],
  ])('is measured again when it %s', async (_, change) => {
    await rememberChoice(choice, file);
    await altered(change);
    expect(await recallChoice(file)).toBeNull();
  });

  it('is simply not kept where nothing can be written', async () => {
    await writeFile(join(folder, 'cache'), 'a file where a folder should be');
    await expect(rememberChoice(choice, file)).resolves.toBeUndefined();
    expect(await recallChoice(file)).toBeNull();
  });
});
