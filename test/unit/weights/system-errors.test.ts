import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { reasonOf } from '@disc-labeling/models/system-errors';

const failure = (work: Promise<unknown>) => work.then(() => null).catch((error: unknown) => error);

describe('a failed file operation', () => {
  it('is told in words, with what helps where that was asked for', async () => {
    const missing = await failure(readFile(join(tmpdir(), 'no-such-folder', 'x')));
    expect(reasonOf(missing)).toBe('there is no such file or folder');
    expect(reasonOf(missing, 'reading')).toBe('there is no such file or folder; check the path');
    const folder = await failure(writeFile(tmpdir(), 'x'));
    expect(reasonOf(folder, 'writing')).toBe('it is a folder; choose another name');
  });

  it('of an unknown kind keeps its message', () => {
    expect(reasonOf(new Error('odd'), 'reading')).toBe('odd');
    expect(reasonOf('odd')).toBe('odd');
    expect(reasonOf(null)).toBe('null');
  });
});
