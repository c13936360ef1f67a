import { networkTensors } from '@disc-labeling/models/layers-listing';
import { readModel } from '@disc-labeling/models/weights/folder';
import { Random } from '@disc-labeling/server/dataset/phantom/random';
import { RunFolder, stateFile } from '@disc-labeling/server/training/run-folder';
import { readTrainingState } from '@disc-labeling/server/training/state';
import { existsSync } from 'node:fs';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bundleTraining, Sitting, tinyTraining } from '../support/training-program.js';

const preload = fileURLToPath(new URL('../support/failing-files.mjs', import.meta.url));
const kills = 50;

/** A checkpoint after every step, so that most of the time is spent writing; it would never end. */
const config = (epochs = 1_000_000) => ({
  ...tinyTraining,
  training: {
    ...tinyTraining.training,
    epochs,
    stepsPerEpoch: 3,
    schedule: { kind: 'steps', milestones: [] },
    optimizer: 'adam',
    ema: 0.9,
    checkpointMinutes: 1e-9,
  },
});

let program: string;
let root: string;
beforeAll(async () => {
  root = await bundleTraining();
  program = join(root, 'training-worker.mjs');
});
afterAll(() => rm(root, { recursive: true, force: true }));

/** One sitting that is killed: at a file operation, some time after its first step, or some time after its start. */
async function killedSitting(output: string, resume: boolean, random: Random): Promise<Sitting> {
  const way = random.uniform();
  const atWrite = way < 0.6 ? random.integer(1, 90) : null;
  const delay = random.uniform(0, way < 0.9 ? 150 : 600);
  const sitting = new Sitting(
    program,
    { config: config(), output, resume },
    {
      ...(atWrite === null ? {} : { preload, environment: { KILL_AT_WRITE: String(atWrite) } }),
      onReport: ({ kind }, { process }) => {
        if (atWrite === null && way < 0.9 && kind === 'step')
          setTimeout(() => process.kill('SIGKILL'), delay);
      },
    },
  );
  if (way >= 0.9) setTimeout(() => sitting.process.kill('SIGKILL'), delay);
  const { signal } = await sitting.ended;
  expect(sitting.told('error')).toEqual([]);
  expect(signal, sitting.complaints).toBe('SIGKILL');
  return sitting;
}

/** Where a folder is that a kill may have caught between two renames. */
async function placeOf(run: string, name: 'best' | 'last'): Promise<string | null> {
  if (!existsSync(run)) return null;
  if (existsSync(join(run, name))) return join(run, name);
  const aside = (await readdir(run)).find((other) => other.startsWith(`.${name}.old-`));
  return aside === undefined ? null : join(run, aside);
}

/** Asserts that a run's checkpoints are whole and of one step. @returns that step, null without a checkpoint */
async function checkedStep(run: string): Promise<number | null> {
  const [last, best] = [await placeOf(run, 'last'), await placeOf(run, 'best')];
  if (best !== null) await readModel(best);
  if (last === null) return null;
  const { description, weights } = await readModel(last);
  const { counters, arrays } = await readTrainingState(join(last, stateFile));
  expect(description.provenance['steps']).toBe(counters.step);
  for (const kind of ['parameter', 'statistic'] as const) {
    const names = networkTensors(description.network).filter((tensor) => tensor.kind === kind);
    const flat = names.flatMap(({ name }) => [...weights.get(name)!.data]);
    expect(Float32Array.from(flat)).toEqual(arrays.get(`average.${kind}s`));
  }
  if (counters.best !== null)
    expect((await readModel(best!)).description.metrics['step']).toBeGreaterThanOrEqual(counters.best.step);
  if (existsSync(join(run, 'metrics.jsonl')))
    for (const line of (await readFile(join(run, 'metrics.jsonl'), 'utf8'))
      .trim()
      .split('\n')
      .filter(Boolean))
      JSON.parse(line);
  return counters.step;
}

it(`survives ${kills} kills, and ends as if there had been none`, { timeout: 600_000 }, async () => {
  const random = new Random('kill');
  const run = join(root, 'killed');
  const losses = new Map<number, number>();
  let step: number | null = null;
  for (let kill = 0; kill < kills; kill++) {
    const sitting = await killedSitting(run, step !== null, random);
    for (const started of sitting.told('started')) expect(started.step).toBe(step ?? 0);
    for (const { step: at, loss } of sitting.told('step')) {
      // A step that is done again comes to the same.
      expect(losses.get(at) ?? loss).toBe(loss);
      losses.set(at, loss);
    }
    const reached = await checkedStep(run);
    const announced = Math.max(step ?? 0, ...sitting.told('checkpoint').map((report) => report.step));
    expect(reached ?? 0).toBeGreaterThanOrEqual(announced);
    step = reached;
  }
  expect(step).toBeGreaterThan(kills);

  const epochs = Math.floor(step! / 3) + 1;
  const resumed = new Sitting(program, { config: config(epochs), output: run, resume: true });
  const whole = new Sitting(program, { config: config(epochs), output: join(root, 'whole') });
  await Promise.all([resumed.ended, whole.ended]);
  expect(resumed.told('done')).toHaveLength(1);
  for (const { step: at, loss } of [...whole.told('step')]) expect(losses.get(at) ?? loss).toBe(loss);
  const [a, b] = await Promise.all(
    [run, join(root, 'whole')].map((path) => readTrainingState(new RunFolder(path).state())),
  );
  expect(a!.counters.step).toBe(3 * epochs);
  expect(a!.arrays).toEqual(b!.arrays);
  expect((await readdir(run)).filter((name) => name.startsWith('.'))).toEqual([]);
});
