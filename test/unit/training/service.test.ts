import { UserError } from '@disc-labeling/models/errors';
import type { TrainingNotifications } from '@disc-labeling/server/protocol';
import { TrainingService } from '@disc-labeling/server/training/service';
import { RunFolder } from '@disc-labeling/server/training/run-folder';
import { StepLosses } from '@disc-labeling/server/training/step-losses';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { getPriority, hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { tinyConfig } from './fakes.js';

let root: string;
let config: string;
const services: TrainingService[] = [];
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'training-service-'));
  config = join(root, 'config.json');
  await writeFile(config, JSON.stringify(tinyConfig()));
});
afterEach(async () => {
  await Promise.all(services.splice(0).map((service) => service.dispose()));
  await rm(root, { recursive: true });
});

type Told = {
  readonly [M in keyof TrainingNotifications]: [M, TrainingNotifications[M]];
}[keyof TrainingNotifications];

/** A service whose training process runs `body` for every message it gets. */
async function serviceWith(body: string): Promise<{ service: TrainingService; told: Told[] }> {
  const program = join(root, 'program.mjs');
  await writeFile(program, `process.on('message', (message) => { ${body} });`);
  const told: Told[] = [];
  const service = new TrainingService({
    program,
    followEvery: 20,
    notify: (method, params) => void told.push([method, params] as Told),
  });
  services.push(service);
  return { service, told };
}

const started = `process.send({ kind: 'started', run: message.output, engine: 'fake', parameters: 7, step: 0, steps: 12, epochs: 3 });`;
const step = (number: number): string =>
  `process.send({ kind: 'step', step: ${number}, steps: 12, epoch: 0, loss: ${number}, learningRate: 1, gradientNorm: 1, stepsPerSecond: 1, secondsLeft: 1, waiting: 0 });`;
/** Begins to train and goes on until it is told to stop. */
const trains = `if (message.kind === 'start') { ${started} ${step(1)} ${step(2)} ${step(3)} }
  else process.send({ kind: 'cancelled', step: 3 }, () => process.exit());`;

const events = (told: Told[]): string[] =>
  told.flatMap(([method, params]) => (method === 'discLabeling/training' ? [params.event.kind] : []));
const endings = (told: Told[]) =>
  told.flatMap(([method, params]) => (method === 'discLabeling/trainingEnded' ? [params] : []));

describe('the training service', () => {
  it('starts in a new folder of its own and says when the process trains', async () => {
    const { service } = await serviceWith(trains);
    const { run } = await service.start({ config });
    expect(run).toBe(join(root, 'runs', 'tiny'));
    await new RunFolder(run!).writeConfig(tinyConfig());
    expect(await service.read(run!)).toMatchObject({
      summary: { state: 'training', model: 'tiny' },
      elsewhere: false,
      engine: 'fake',
      parameters: 7,
    });
    await service.stop(run!);
    expect((await service.start({ config })).run).toBe(join(root, 'runs', 'tiny-2'));
  });

  it('tells the latest step only, and ends with how it ended', async () => {
    const { service, told } = await serviceWith(trains);
    const { run } = await service.start({ config });
    await vi.waitFor(() => expect(events(told)).toContain('step'));
    await service.stop(run!);
    expect(events(told)).toEqual(['started', 'step']);
    expect(told[1]![1]).toMatchObject({ event: { step: 3 } });
    expect(endings(told)).toEqual([{ run, ending: 'stopped', problem: null }]);
  });

  it('refuses a second training in the folder, and asks before a second one beside', async () => {
    const { service } = await serviceWith(trains);
    const { run } = await service.start({ config });
    await expect(service.start({ config, output: run! })).rejects.toThrow(/running in this folder/);
    expect(await service.start({ config })).toEqual({ run: null, busy: ['tiny'] });
    const { run: other } = await service.start({ config, output: join(root, 'other'), beside: true });
    expect(other).toBe(join(root, 'other'));
  });

  it('a training of another program is refused, and not stopped', async () => {
    const { service } = await serviceWith(trains);
    const folder = new RunFolder(join(root, 'elsewhere'));
    await folder.writeConfig(tinyConfig());
    await writeFile(join(folder.path, '.lock'), JSON.stringify({ process: process.pid, host: hostname() }));
    await expect(service.start({ output: folder.path, resume: true })).rejects.toThrow(/process \d+/);
    await expect(service.stop(folder.path)).rejects.toThrow(/stop it there/);
    expect(await service.read(folder.path)).toMatchObject({ elsewhere: true, live: null });
  });

  it('a training that cannot begin fails with its reason, and is gone', async () => {
    const { service, told } = await serviceWith(
      `process.send({ kind: 'error', what: 'cannot train', why: 'the set is empty', file: 'x' }, () => process.exit());`,
    );
    const start = service.start({ config });
    await expect(start).rejects.toThrow(UserError);
    await expect(start).rejects.toThrow(/the set is empty/);
    expect(endings(told)).toMatchObject([
      { ending: 'failed', problem: { what: 'cannot train', why: 'the set is empty', file: 'x' } },
    ]);
    expect(await service.list([root])).toEqual([]);
  });

  it('a start that is cancelled ends the process', async () => {
    const { service } = await serviceWith(
      `if (message.kind === 'cancel') process.send({ kind: 'cancelled', step: 0 }, () => process.exit());`,
    );
    const abort = new AbortController();
    const start = service.start({ config }, { signal: abort.signal });
    setTimeout(() => abort.abort(), 200);
    await expect(start).rejects.toThrow(/stopped at step 0/);
  });

  it('resumes with the settings of the run, or of a configuration', async () => {
    const echo = `process.send({ kind: 'notice', engine: 'x', message: JSON.stringify(message) }); ${started}`;
    const { service, told } = await serviceWith(
      `if (message.kind === 'start') { ${echo} } else process.exit();`,
    );
    const folder = new RunFolder(join(root, 'run'));
    await folder.writeConfig(tinyConfig({ epochs: 5 }));
    const asked = () =>
      told.flatMap(([method, params]) =>
        method === 'discLabeling/training' && params.event.kind === 'notice'
          ? [
              JSON.parse(params.event.message) as {
                resume: boolean;
                config: { training: { epochs: number } };
              },
            ]
          : [],
      );
    await service.start({ output: folder.path, resume: true });
    await service.stop(folder.path);
    await service.start({ config, output: folder.path, resume: true, settings: { epochs: 9 } });
    await service.stop(folder.path);
    expect(asked().map(({ resume, config: { training } }) => [resume, training.epochs])).toEqual([
      [true, 5],
      [true, 9],
    ]);
  });

  it('a training comes after everything else that wants the processor', async () => {
    const { service, told } = await serviceWith(`if (message.kind === 'start') {
      const priority = process.getBuiltinModule('os').getPriority();
      process.send({ kind: 'notice', engine: 'x', message: String(priority) }); ${started} } else process.exit();`);
    await service.start({ config });
    expect(told[0]![1]).toMatchObject({ event: { kind: 'notice', message: '19' } });
    expect(getPriority()).toBeLessThan(19);
  });

  it('tells that a followed run has changed, until it is left', async () => {
    const { service, told } = await serviceWith(trains);
    const folder = new RunFolder(join(root, 'run'));
    await folder.writeConfig(tinyConfig());
    const changes = () => told.filter(([method]) => method === 'discLabeling/runChanged').length;
    service.follow(folder.path, true);
    await new Promise((settle) => setTimeout(settle, 60));
    expect(changes()).toBe(0);
    await folder.log('epoch 0 {}');
    await vi.waitFor(() => expect(changes()).toBe(1));
    service.follow(folder.path, false);
    await folder.log('epoch 1 {}');
    await new Promise((settle) => setTimeout(settle, 80));
    expect(changes()).toBe(1);
  });

  it('trains on synthetic spines without any file', async () => {
    const { service } = await serviceWith(trains);
    const { run } = await service.start({
      phantom: true,
      output: join(root, 'my spine'),
      settings: { timeBudget: 5 },
    });
    expect(run).toBe(join(root, 'my spine'));
    await expect(readFile(join(run!, 'config.json'))).rejects.toThrow(/ENOENT/);
    await expect(service.start({ beside: true })).rejects.toThrow(/nothing to train on/);
  });
});

describe('losses of steps', () => {
  it('are thinned out to means of equally many steps', () => {
    const losses = new StepLosses();
    for (let number = 1; number <= 50_000; number++) losses.add(number, number);
    const { points } = losses;
    expect(points.length).toBeGreaterThan(900);
    expect(points.length).toBeLessThanOrEqual(2000);
    const span = points[1]!.step - points[0]!.step;
    for (const [i, { step: at, loss }] of points.entries()) {
      if (i > 0) expect(at - points[i - 1]!.step).toBe(span);
      expect(loss).toBeCloseTo(at - (span - 1) / 2, 6);
    }
  });
});
