/** Trainings through the backend's process, as the editor has them: its own bundle, and a real training process. */
import {
  notifications,
  requests,
  type Notifications,
  type RequestMethod,
  type Requests,
} from '@disc-labeling/server/protocol';
import { spawn, type ChildProcess } from 'node:child_process';
import { build } from 'esbuild';
import { once } from 'node:events';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import {
  createMessageConnection,
  StreamMessageReader,
  StreamMessageWriter,
  type MessageConnection,
} from 'vscode-jsonrpc/node';
import { backend } from '../../scripts/bundles.mjs';
import { repositoryDir } from '../support/shared.js';
import { bundleTraining, tinyTraining } from '../support/training-program.js';

let root: string;
let config: string;
const children: ChildProcess[] = [];

beforeAll(async () => {
  root = await bundleTraining();
  await build({
    ...backend,
    bundle: true,
    entryPoints: { server: 'server/src/main.ts' },
    absWorkingDir: repositoryDir,
    outdir: root,
    logLevel: 'error',
  });
  config = join(root, 'config.json');
  const training = { ...tinyTraining.training, epochs: 500, stepsPerEpoch: 3 };
  await writeFile(config, JSON.stringify({ ...tinyTraining, training }));
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});
afterAll(() => rm(root, { recursive: true, force: true }));

interface Window {
  readonly child: ChildProcess;
  readonly connection: MessageConnection;
  readonly told: Notifications['discLabeling/training'][];
  readonly ended: Notifications['discLabeling/trainingEnded'][];
  readonly changed: string[];
  ask<M extends RequestMethod>(method: M, params: Requests[M]['params']): Promise<Requests[M]['result']>;
}

/** A window is opened: its backend is started. */
async function open(): Promise<Window> {
  const child = spawn(process.execPath, [join(root, 'server.mjs'), '--stdio'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  children.push(child);
  const connection = createMessageConnection(
    new StreamMessageReader(child.stdout!),
    new StreamMessageWriter(child.stdin!),
  );
  const window: Window = {
    child,
    connection,
    told: [],
    ended: [],
    changed: [],
    ask: (method, params) => connection.sendRequest(method, params),
  };
  connection.onNotification(notifications.training, (told) => void window.told.push(told));
  connection.onNotification(notifications.trainingEnded, (ended) => void window.ended.push(ended));
  connection.onNotification(notifications.runChanged, ({ run }) => void window.changed.push(run));
  connection.listen();
  await connection.sendRequest('initialize', {
    processId: process.pid,
    rootUri: null,
    capabilities: {},
    initializationOptions: {
      overlaysFolder: join(root, 'overlays'),
      engine: 'onnxruntime-cpu',
      threads: 1,
    },
  });
  await connection.sendNotification('initialized', {});
  return window;
}

const patience = { timeout: 90_000, interval: 100 };

/** Waits until a training has told of so many epochs. */
const epochs = (window: Window, count: number): Promise<void> =>
  vi.waitFor(
    () =>
      expect(window.told.filter(({ event }) => event.kind === 'epoch').length).toBeGreaterThanOrEqual(count),
    patience,
  );

/** Waits until nobody trains in a run any more, and gives what is known of it then. */
const settled = (window: Window, path: string) =>
  vi.waitFor(async () => {
    const details = await window.ask(requests.run, { path });
    expect(details.summary.state).not.toBe('training');
    return details;
  }, patience);

it('trains, tells how it goes, stops at a checkpoint when asked, and resumes', async () => {
  const window = await open();
  const { run } = await window.ask(requests.startTraining, { config });
  await epochs(window, 2);
  expect(await window.ask(requests.run, { path: run! })).toMatchObject({
    summary: { state: 'training', model: 'tiny' },
    elsewhere: false,
    engine: 'onnxruntime-cpu',
  });
  await window.ask(requests.stopTraining, { run: run! });
  const stopped = await window.ask(requests.run, { path: run! });
  expect(stopped.summary).toMatchObject({ state: 'stopped', interrupted: false });
  expect(stopped.pictures.length).toBe(stopped.metrics.length);
  expect(stopped.parameters).toBeGreaterThan(0);
  expect(window.ended).toEqual([{ run, ending: 'stopped', problem: null }]);
  window.told.length = 0;
  await window.ask(requests.startTraining, {
    output: run!,
    resume: true,
    settings: { epochs: stopped.summary.epoch + 1 },
  });
  await vi.waitFor(() => expect(window.ended.at(-1)).toMatchObject({ ending: 'done' }), patience);
  expect(await window.ask(requests.runs, { folders: [root] })).toMatchObject([
    { path: run, state: 'finished', epoch: stopped.summary.epoch + 1 },
  ]);
});

it.each(['shutdown', 'disconnect', 'kill'] as const)(
  'a window that is closed (%s) leaves a whole checkpoint, and the next one resumes it',
  async (way) => {
    const window = await open();
    const { run } = await window.ask(requests.startTraining, { config, output: join(root, way) });
    await epochs(window, 1);
    const gone = once(window.child, 'exit');
    if (way === 'shutdown') {
      await window.connection.sendRequest('shutdown');
      await window.connection.sendNotification('exit');
    } else if (way === 'disconnect') window.child.stdin!.end();
    else window.child.kill('SIGKILL');
    await gone;

    const next = await open();
    const interrupted = await settled(next, run!);
    expect(interrupted.summary).toMatchObject({ state: 'stopped', interrupted: true });
    expect(await readFile(join(run!, 'log.txt'), 'utf8')).toMatch(/interrupted at step \d+: the window/);
    const { step } = interrupted.metrics.at(-1)!;
    await next.ask(requests.startTraining, { output: run!, resume: true });
    const started = next.told.find(({ event }) => event.kind === 'started')!.event;
    expect((started as { step: number }).step).toBeGreaterThanOrEqual(step);
    await epochs(next, 1);
    await next.ask(requests.stopTraining, { run: run! });
    expect((await settled(next, run!)).summary).toMatchObject({ state: 'stopped', interrupted: false });
  },
);

it('a training on the command line is seen, and followed', async () => {
  const window = await open();
  const run = join(root, 'elsewhere');
  const commandLine = spawn(
    process.execPath,
    [
      join(root, 'cli.mjs'),
      'train',
      config,
      '--output',
      run,
      '--engine',
      'onnxruntime-cpu',
      '--threads',
      '1',
    ],
    { stdio: 'ignore' },
  );
  children.push(commandLine);
  await vi.waitFor(async () => {
    const [summary] = (await window.ask(requests.runs, { folders: [root] })).filter(
      ({ path }) => path === run,
    );
    expect(summary?.state).toBe('training');
  }, patience);
  await window.ask(requests.followRun, { path: run, follow: true });
  await vi.waitFor(() => expect(window.changed.length).toBeGreaterThan(1), patience);
  const details = await vi.waitFor(async () => {
    const found = await window.ask(requests.run, { path: run });
    expect(found.metrics.length).toBeGreaterThan(0);
    return found;
  }, patience);
  expect(details).toMatchObject({ elsewhere: true, live: null });
  await expect(window.ask(requests.stopTraining, { run })).rejects.toMatchObject({
    data: { why: expect.stringContaining('stop it there') },
  });
  commandLine.kill('SIGINT');
  await once(commandLine, 'exit');
  expect((await settled(window, run)).summary).toMatchObject({ state: 'stopped', interrupted: false });
});
