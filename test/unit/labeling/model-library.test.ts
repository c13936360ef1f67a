import { UserError } from '@disc-labeling/models/errors';
import { readModel } from '@disc-labeling/models/weights/folder';
import { createHash } from 'node:crypto';
import { cp, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ModelLibrary } from '../../../server/src/labeling/model-library.js';
import { availableModels, type ModelPlaces } from '../../../server/src/labeling/models.js';
import { repositoryDir } from '../../support/shared.js';

const shipped = join(repositoryDir, 'models', 'weights');
let folder: string;
let where: ModelPlaces;
let library: ModelLibrary;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'models-'));
  where = { weightsFolder: shipped, userModelsFolder: join(folder, 'own') };
  library = new ModelLibrary(where);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Names and numbers of all weights. */
async function digest(model: string): Promise<string> {
  const hash = createHash('sha256');
  const { weights } = await readModel(model);
  for (const name of [...weights.keys()].sort()) hash.update(name).update(weights.get(name)!.data);
  return hash.digest('hex');
}

test("a run's best becomes a model of one's own", async () => {
  const run = join(folder, 'run');
  await cp(join(shipped, 'neck-t1w'), join(run, 'best'), { recursive: true });
  const model = await library.install(run, 'mine');
  expect(model).toMatchObject({ name: 'mine', origin: 'user', made: 'trained', isDefault: false });
  expect(model.card).toBe(join(model.path, 'README.md'));
  expect(model.metrics['identified']).toBeGreaterThan(0);
  expect(await digest(model.path)).toBe(await digest(join(run, 'best')));
});

test('exported and imported again it is the same model, said to be imported', async () => {
  const file = join(folder, 'weights.safetensors');
  const { bytes, format } = await library.exportModel('spine-whole', file);
  expect(format).toBe('safetensors');
  expect((await stat(file)).size).toBe(bytes);
  const model = await library.importWeights(file, 'again');
  expect(model).toMatchObject({ name: 'again', origin: 'user', made: 'imported' });
  expect(await digest(model.path)).toBe(await digest(join(shipped, 'spine-whole')));
});

test.each([
  ['spine-whole', 'there is a model of this name'],
  ['../out', 'may hold only letters'],
  ['.hidden', 'may hold only letters'],
  ['', 'may hold only letters'],
])('a model may not be called "%s"', async (name, reason) => {
  await expect(library.install('spine-whole', name)).rejects.toThrow(reason);
  expect(await readdir(folder)).toEqual([]);
});

test('only models of one\u2019s own are deleted, whole', async () => {
  const { path } = await library.install('spine-whole', 'mine');
  await expect(library.delete(join(shipped, 'spine-whole'))).rejects.toThrow(UserError);
  await expect(library.delete(folder)).rejects.toThrow('only your own models');
  await library.delete(path);
  expect(await readdir(where.userModelsFolder)).toEqual([]);
  expect((await availableModels(where)).map(({ name }) => name)).toEqual((await readdir(shipped)).sort());
});

test('the average of models is half way between them, without what was measured on either', async () => {
  const [first, second] = [join(shipped, 'neck-t1w'), join(shipped, 'neck-t2w')];
  const { path } = await library.average([first, second], { name: 'between' });
  const [a, b, mean] = await Promise.all([first, second, path].map((model) => readModel(model)));
  for (const [name, { data }] of mean.weights) {
    const [left, right] = [a, b].map(({ weights }) => weights.get(name)!.data);
    expect(data.every((value, i) => Math.abs(value - (left[i] + right[i]) / 2) < 1e-6)).toBe(true);
  }
  const { network } = a.description;
  expect(mean.description).toMatchObject({ name: 'between', network, metrics: {} });
  expect(mean.description).toMatchObject({ title: 'Mean of neck-t1w, neck-t2w', contrast: 'any' });
  expect(mean.description.confidence).toBeUndefined();
  expect(mean.description.provenance['averageOf']).toMatch(/^neck-t1w \(\d+ steps\), neck-t2w/);
  const listed = (await availableModels(where)).find(({ name }) => name === 'between');
  expect(listed).toMatchObject({ origin: 'user', made: 'trained' });
});

test('the average of models of one contrast is for that, and any average for what it is told', async () => {
  const contrastOf = async ({ path }: { path: string }) => (await readModel(path)).description.contrast;
  const { path: mine } = await library.install('neck-t1w', 'mine');
  expect(await contrastOf(await library.average([mine, 'neck-t1w'], { name: 'one' }))).toBe('T1w');
  const told = await library.average(['neck-t2w', 'spine-whole'], { name: 'told', contrast: 'T2w' });
  expect(await contrastOf(told)).toBe('T2w');
});

test.each([
  [['neck-t1w', 'neck-t1w-plain'], 'it differs from neck-t1w in network'],
  [['neck-t1w'], 'name two or more'],
  [['neck-t1w', 'nowhere'], 'neither a model folder'],
])('%j have no average', async (models, reason) => {
  await expect(library.average(models, { name: 'between' })).rejects.toThrow(UserError);
  await expect(library.average(models, { name: 'between' })).rejects.toThrow(reason);
  expect(await readdir(folder)).toEqual([]);
});
