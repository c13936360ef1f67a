import { readConfiguration } from '@disc-labeling/server/configuration/read';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

let folder: string;
beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'configuration-'))));
afterEach(() => rm(folder, { recursive: true, force: true }));

const minimal = { formatVersion: 1, name: 'm' };

async function read(value: unknown, name = 'disc-labeling.json') {
  const file = join(folder, name);
  await writeFile(file, typeof value === 'string' ? value : JSON.stringify(value));
  return readConfiguration(file);
}

describe('readConfiguration', () => {
  it('trains on the prepared set of its dataset, and looks for everything beside the file', async () => {
    const { training, dataset, output } = await read({
      ...minimal,
      contrast: 'T2w',
      dataset: { source: 'bids' },
    });
    expect(dataset).toEqual({
      source: join(folder, 'bids'),
      prepared: join(folder, 'prepared'),
      test: join(folder, 'prepared-test'),
      preparation: 'own',
      contrast: 'T2w',
      seed: 1,
    });
    expect(training.data).toMatchObject({ source: 'prepared', path: join(folder, 'prepared'), window: 256 });
    expect(output).toBe(join(folder, 'runs', 'm'));
  });

  it('prepares where it is trained, and both contrasts for a model of any', async () => {
    const { training, dataset } = await read({
      ...minimal,
      dataset: { source: '../bids' },
      data: { source: 'prepared', path: 'samples', window: 192 },
    });
    expect(dataset).toMatchObject({
      prepared: join(folder, 'samples'),
      contrast: 'both',
      source: join(folder, '..', 'bids'),
    });
    expect(training.data).toMatchObject({ path: join(folder, 'samples'), window: 192 });
    const { training: beside } = await read({
      ...minimal,
      dataset: { prepared: 'there' },
      data: { source: 'prepared', workers: 2 },
    });
    expect(beside.data).toMatchObject({ path: join(folder, 'there'), workers: 2 });
  });

  it('draws phantoms where there is no dataset, or where it is told to', async () => {
    expect((await read(minimal)).training.data.source).toBe('phantom');
    const both = await read({ ...minimal, dataset: { source: 'bids' }, data: { source: 'phantom' } });
    expect(both.training.data.source).toBe('phantom');
    expect(both.dataset?.prepared).toBe(join(folder, 'prepared'));
  });

  it('knows where the run goes: by its word, or by its name', async () => {
    expect(await read(minimal, 'other.json')).toMatchObject({ hasOutput: false });
    expect(await read({ ...minimal, output: 'here' }, 'other.json')).toMatchObject({
      hasOutput: true,
      output: join(folder, 'here'),
    });
    expect(await read(minimal, 'a.disc-labeling.json')).toMatchObject({ hasOutput: true });
  });

  it('takes comments and trailing commas', async () => {
    const text = '// ours\n{\n  "formatVersion": 1, /* so far */\n  "name": "m",\n}\n';
    expect((await read(text)).training.name).toBe('m');
  });

  it('looks for an initial model beside the file, and leaves the name of an installed one', async () => {
    await mkdir(join(folder, 'first'));
    const initialOf = async (initial: string) => (await read({ ...minimal, initial })).training.initial;
    expect(await initialOf('first')).toBe(join(folder, 'first'));
    expect(await initialOf('spine-whole')).toBe('spine-whole');
  });

  it.each([
    [{ ...minimal, dataset: { sourec: 'x' } }, /unknown key `dataset\.sourec`; did you mean `source`\?/],
    [{ ...minimal, data: { source: 'prepared' } }, /`data\.path`: name the folder .* or give a `dataset`/],
    [{ ...minimal, dataset: { contrast: 'T1w, T2w' } }, /`dataset\.contrast`: give T1w, T2w, both/],
    [{ ...minimal, outptu: 'x' }, /unknown key `outptu`; did you mean `output`\?/],
    ['{"formatVersion": 1,\n "name": }', /it is not JSON: value expected in line 2, column 10/],
  ])('refuses %j', async (value, message) => {
    await expect(read(value)).rejects.toThrow(message);
  });

  it('tells a missing file and a folder apart', async () => {
    await expect(readConfiguration(join(folder, 'none.json'))).rejects.toThrow(/no such file/);
    await expect(readConfiguration(folder)).rejects.toThrow(/is a folder/);
  });
});
