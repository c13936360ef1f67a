import { ConfigurationService } from '@disc-labeling/server/configuration/service';
import { parseConfiguration } from '@disc-labeling/server/configuration/read';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writePreparedSet } from '../../support/prepared-set.js';

let folder: string;
let service: ConfigurationService;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'configuration-'));
  service = new ConfigurationService({ weightsFolder: folder, userModelsFolder: folder });
});
afterEach(async () => {
  await service.dispose();
  await rm(folder, { recursive: true, force: true });
});

const minimal = { formatVersion: 1, name: 'm', network: 'light' };
const file = (): string => join(folder, 'disc-labeling.json');

/** Titles; those that can be clicked with their command after them. */
async function lenses(value: object): Promise<string[]> {
  const shown = await service.lenses(JSON.stringify(value), file());
  return shown.map(({ title, command }) => (command === null ? title : `${title} → ${command}`));
}

async function writeRun(value: object, epochs: number): Promise<string> {
  const run = join(folder, 'runs', 'm');
  await mkdir(join(run, 'last'), { recursive: true });
  await mkdir(join(run, 'best'), { recursive: true });
  await writeFile(join(run, 'config.json'), JSON.stringify(parseConfiguration(value, file()).training));
  await writeFile(join(run, 'last', 'training-state.safetensors'), '');
  await writeFile(join(run, 'best', 'model.json'), '{}');
  await writeFile(join(run, 'metrics.jsonl'), '{}\n'.repeat(epochs));
  return run;
}

describe('lenses', () => {
  it('of phantoms: training needs nothing, and there is nothing to prepare or to test on', async () => {
    expect(await lenses(minimal)).toEqual(['Train → discLabeling.train', 'Evaluate (train first)']);
  });

  it('of a dataset: what comes first is said', async () => {
    const value = { ...minimal, dataset: { source: 'bids' } };
    expect(await lenses(value)).toEqual([
      'Prepare (no dataset there)',
      'Train (prepare first)',
      'Evaluate (train first)',
      'Test (train first)',
    ]);
    await mkdir(join(folder, 'bids', 'sub-1'), { recursive: true });
    service = new ConfigurationService({ weightsFolder: folder, userModelsFolder: folder });
    expect((await lenses(value)).slice(0, 2)).toEqual([
      'Prepare → discLabeling.prepare',
      'Train (prepare first)',
    ]);
    await writePreparedSet(join(folder, 'prepared'), [{ discs: [] }]);
    expect((await lenses(value)).slice(0, 2)).toEqual([
      'Prepare → discLabeling.prepare',
      'Train → discLabeling.train',
    ]);
    await writePreparedSet(join(folder, 'prepared-test'), [{ discs: [] }], { split: 'test' });
    expect((await lenses(value))[0]).toBe('Prepare again → discLabeling.prepare');
  });

  it('of a run: going on, finished, changed, or training now', async () => {
    const value = { ...minimal, training: { epochs: 5 } };
    const run = await writeRun(value, 2);
    expect(await lenses(value)).toEqual([
      'Train (the run is there already)',
      'Resume → discLabeling.resume',
      'Evaluate → discLabeling.evaluate',
    ]);
    expect((await lenses({ ...value, training: { epochs: 2 } }))[1]).toBe('Resume (finished)');
    expect((await lenses({ ...value, training: { epochs: 5, seed: 1 } }))[1]).toBe(
      'Resume (settings changed)',
    );
    await writeFile(join(run, '.lock'), JSON.stringify({ process: process.ppid, host: hostname() }));
    expect(await lenses(value)).toEqual(['Train (training now)', 'Evaluate → discLabeling.evaluate']);
  });

  it('none above what is no configuration', async () => {
    expect(await lenses({ ...minimal, trainig: 1 })).toEqual([]);
    expect(await service.lenses('{ "formatVersion": 1,', file())).toEqual([]);
  });
});

describe('the summary', () => {
  it('says where everything lies and how far it is', async () => {
    const value = { ...minimal, contrast: 'T2w', dataset: { source: 'bids' }, training: { epochs: 3 } };
    await writeFile(file(), JSON.stringify(value));
    await writePreparedSet(join(folder, 'prepared'), [{ discs: [] }]);
    await writeRun(value, 1);
    expect(await service.summary(file())).toEqual({
      path: file(),
      name: 'm',
      contrast: 'T2w',
      output: join(folder, 'runs', 'm'),
      data: 'prepared',
      dataset: {
        source: join(folder, 'bids'),
        prepared: join(folder, 'prepared'),
        test: join(folder, 'prepared-test'),
        preparation: 'own',
        contrast: 'T2w',
        seed: 1,
      },
      state: { prepared: true, test: false, trained: true, resumable: true },
    });
  });

  it('fails with the first thing that is wrong', async () => {
    await writeFile(file(), JSON.stringify({ ...minimal, trainig: {} }));
    await expect(service.summary(file())).rejects.toThrow(/did you mean `training`/);
  });
});

it('is told when a place it speaks of comes to be', async () => {
  const text = JSON.stringify({ ...minimal, dataset: { source: 'bids' } });
  const told = new Promise<void>((done) => {
    const watcher = service.watch(done);
    watcher.follow(service.placesOf(text, file()));
  });
  // The first look has to have been without it.
  await new Promise((done) => setTimeout(done, 200));
  await writePreparedSet(join(folder, 'prepared'), [{ discs: [] }]);
  await told;
});
