import { build } from 'esbuild';
import { fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import {
  CancellationTokenSource,
  createMessageConnection,
  ProgressType,
  StreamMessageReader,
  StreamMessageWriter,
  type MessageConnection,
} from 'vscode-jsonrpc/node';
import { volumeBytes } from '../../../server/src/volume/nifti-writer.js';
import {
  notifications,
  requests,
  type BackendStatus,
  type LabelResponse,
} from '../../../server/src/protocol/index.js';
import { repositoryDir } from '../../support/shared.js';

let folder: string;
let backend: string;
let volume: string;
const children: ChildProcess[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backend-process-'));
  backend = join(folder, 'server.mjs');
  await build({
    absWorkingDir: repositoryDir,
    entryPoints: ['test/support/double/backend.ts'],
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile: backend,
    logLevel: 'error',
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
  });
  volume = join(folder, 'a_T1w.nii');
  await writeFile(
    volume,
    volumeBytes({
      shape: [3, 8, 8],
      data: new Float32Array(3 * 8 * 8),
      affine: [
        [1, 0, 0, 0],
        [0, 1, 0, 0],
        [0, 0, 1, 0],
        [0, 0, 0, 1],
      ],
      affineSource: 'sform',
    }),
  );
  await writeFile(
    join(folder, 'a_T1w.json'),
    JSON.stringify({ discs: [{ name: 'C2/C3', voxel: [1, 4, 4], world: [1, 4, 4] }] }),
  );
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Starts the backend over stdio and shakes hands. */
async function start(
  options: object = {},
): Promise<{ child: ChildProcess; connection: MessageConnection; statuses: BackendStatus[] }> {
  const child = spawn(process.execPath, [backend, '--stdio'], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, DISC_DOUBLE: JSON.stringify(options) },
  });
  children.push(child);
  const connection = createMessageConnection(
    new StreamMessageReader(child.stdout!),
    new StreamMessageWriter(child.stdin!),
  );
  const statuses: BackendStatus[] = [];
  connection.onNotification(notifications.status, (status: BackendStatus) => void statuses.push(status));
  connection.listen();
  await connection.sendRequest('initialize', {
    processId: process.pid,
    rootUri: null,
    capabilities: {},
    initializationOptions: { overlaysFolder: join(folder, 'overlays') },
  });
  await connection.sendNotification('initialized', {});
  return { child, connection, statuses };
}

const exit = async (child: ChildProcess): Promise<unknown> =>
  child.exitCode ?? (await once(child, 'exit', { signal: AbortSignal.timeout(10_000) }))[0];

describe('the backend as a process', () => {
  test('labels, reports progress and leaves overlays that end with it', async () => {
    const { child, connection, statuses } = await start({ duration: 40 });
    const reports: { kind: string; percentage?: number }[] = [];
    connection.onProgress(
      new ProgressType<{ kind: string }>(),
      'token',
      (report) => void reports.push(report),
    );
    const { result, overlays } = await connection.sendRequest<LabelResponse>(requests.label, {
      uri: pathToFileURL(volume).href,
      overlays: true,
      workDoneToken: 'token',
    });
    expect(result.discs.map(({ name, value }) => [name, value])).toEqual([['C2/C3', 3]]);
    expect(reports.map(({ kind }) => kind)).toEqual(['begin', 'report', 'report', 'report', 'end']);
    expect(reports.slice(0, 4).map(({ percentage }) => percentage)).toEqual([0, 25, 50, 75]);
    expect((await readFile(overlays!.heatmap)).byteLength).toBeGreaterThan(352);
    expect(statuses.map(({ state }) => state)).toEqual(['ready', 'busy', 'ready']);
    await connection.sendRequest('shutdown');
    await connection.sendNotification('exit');
    expect(await exit(child)).toBe(0);
    expect(await readdir(join(folder, 'overlays'))).toEqual([]);
  });

  test('a request can be cancelled', async () => {
    const { connection } = await start({ duration: 60_000 });
    const source = new CancellationTokenSource();
    const labelling = connection.sendRequest(
      requests.label,
      { uri: pathToFileURL(volume).href },
      source.token,
    );
    setTimeout(() => source.cancel(), 100);
    await expect(labelling).rejects.toMatchObject({ code: -32800 });
  });

  test('a file that cannot be read is refused with its parts', async () => {
    const { connection } = await start();
    const bad = join(folder, 'bad.nii');
    await copyFile(backend, bad);
    await expect(
      connection.sendRequest(requests.describe, { uri: pathToFileURL(bad).href }),
    ).rejects.toMatchObject({
      code: 1,
      data: { what: expect.any(String), why: expect.any(String), file: bad },
    });
  });

  test('ends when its client closes the pipe', async () => {
    const { child } = await start();
    child.stdin!.end();
    await exit(child);
    expect(child.exitCode).not.toBeNull();
  });

  test('ends when its client disconnects from the IPC channel', async () => {
    const child = fork(backend, ['--node-ipc'], { stdio: 'inherit' });
    children.push(child);
    const answered = once(child, 'message');
    child.send({
      jsonrpc: '2.0',
      id: 1,
      method: 'initialize',
      params: {
        processId: process.pid,
        rootUri: null,
        capabilities: {},
        initializationOptions: { overlaysFolder: join(folder, 'overlays') },
      },
    });
    await answered;
    child.disconnect();
    await exit(child);
    expect(child.exitCode).not.toBeNull();
  });
});
