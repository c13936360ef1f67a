/** Configurations as an editor speaks of them with the backend process. */
import { build } from 'esbuild';
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  createMessageConnection,
  StreamMessageReader,
  StreamMessageWriter,
  type MessageConnection,
} from 'vscode-jsonrpc/node';
import type { CodeAction, CodeLens, PublishDiagnosticsParams } from 'vscode-languageserver/node';
import { backend } from '../../scripts/bundles.mjs';
import { requests } from '../../server/src/protocol/index.js';
import { writePreparedSet } from '../support/prepared-set.js';
import { repositoryDir } from '../support/shared.js';

let folder: string;
let programs: string;
let child: ChildProcess;
let connection: MessageConnection;
let uri: string;
const published: PublishDiagnosticsParams[] = [];
let refreshes = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'configuration-'));
  const cache = join(repositoryDir, 'node_modules', '.cache');
  await mkdir(cache, { recursive: true });
  programs = await mkdtemp(join(cache, 'configuration-'));
  await build({
    ...backend,
    bundle: true,
    entryPoints: { server: 'server/src/main.ts' },
    absWorkingDir: repositoryDir,
    outdir: programs,
    logLevel: 'error',
  });
  child = spawn(process.execPath, [join(programs, 'server.mjs'), '--stdio'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  connection = createMessageConnection(
    new StreamMessageReader(child.stdout!),
    new StreamMessageWriter(child.stdin!),
  );
  connection.onNotification('textDocument/publishDiagnostics', (params: PublishDiagnosticsParams) => {
    published.push(params);
  });
  connection.onRequest('workspace/codeLens/refresh', () => {
    refreshes++;
    return null;
  });
  connection.listen();
  const { capabilities } = await connection.sendRequest<{ capabilities: object }>('initialize', {
    processId: process.pid,
    rootUri: null,
    capabilities: { workspace: { codeLens: { refreshSupport: true } } },
    initializationOptions: { overlaysFolder: join(folder, 'overlays') },
  });
  expect(capabilities).toMatchObject({ codeLensProvider: {}, codeActionProvider: {} });
  await connection.sendNotification('initialized', {});
  uri = pathToFileURL(join(folder, 'disc-labeling.json')).href;
});
afterAll(async () => {
  child?.kill('SIGKILL');
  await rm(folder, { recursive: true, force: true });
  await rm(programs, { recursive: true, force: true });
});

/** Waits until a version's diagnostics have come. */
async function diagnosticsOf(version: number): Promise<PublishDiagnosticsParams['diagnostics']> {
  for (;;) {
    const found = published.findLast((params) => params.version === version);
    if (found) return found.diagnostics;
    await new Promise((done) => setTimeout(done, 20));
  }
}

const text = `{
  "formatVersion": 1,
  "name": "m",
  "network": "light",
  "dataset": { "prepared": "set", "contrast": "T1w" },
  "trainig": { "trainBatch": 9 }
}
`;

describe('a configuration in an editor', () => {
  it('is examined when it is opened, on exact ranges', async () => {
    await connection.sendNotification('textDocument/didOpen', {
      textDocument: { uri, languageId: 'jsonc', version: 1, text },
    });
    expect(await diagnosticsOf(1)).toMatchObject([
      {
        range: { start: { line: 5, character: 2 }, end: { line: 5, character: 11 } },
        code: 'unknown-key',
        source: 'Disc Labeling',
        message: 'Unknown key `trainig`; did you mean `training`?',
      },
    ]);
  });

  it('offers what helps, and examines the text again once it is changed', async () => {
    const range = { start: { line: 5, character: 4 }, end: { line: 5, character: 4 } };
    const actions = await connection.sendRequest<CodeAction[]>('textDocument/codeAction', {
      textDocument: { uri },
      range,
      context: { diagnostics: [] },
    });
    expect(actions.map(({ title }) => title)).toEqual(['Rename to "training"', 'Remove "trainig"']);
    const [edit] = actions[0]!.edit!.changes![uri]!;
    await connection.sendNotification('textDocument/didChange', {
      textDocument: { uri, version: 2 },
      contentChanges: [{ range: edit!.range, text: edit!.newText }],
    });
    // The prepared set is not there.
    expect(await diagnosticsOf(2)).toMatchObject([{ code: 'missing-path' }]);
  });

  it('is examined anew, lenses too, when the set comes to be', async () => {
    const lenses = () =>
      connection.sendRequest<CodeLens[]>('textDocument/codeLens', { textDocument: { uri } });
    expect((await lenses()).map(({ command }) => command!.title)).toContain('Train (prepare first)');
    const before = published.length;
    await writePreparedSet(join(folder, 'set'), [
      { discs: [{ value: 3, row: 1, column: 1 }] },
      { discs: [{ value: 3, row: 1, column: 1 }], split: 'validation' },
    ]);
    await expect.poll(() => refreshes, { timeout: 10_000 }).toBeGreaterThan(0);
    expect((await lenses()).map(({ command }) => command)).toContainEqual(
      expect.objectContaining({ title: 'Train', command: 'discLabeling.train', arguments: [uri] }),
    );
    await expect.poll(() => published.length, { timeout: 10_000 }).toBeGreaterThan(before);
    expect(published.at(-1)!.diagnostics).toMatchObject([
      { code: 'batch-too-large', range: { start: { line: 5, character: 30 } } },
    ]);
  });

  it('waits for a pause in typing, and tells of the last text alone', async () => {
    const before = published.length;
    for (let version = 3; version < 23; version++)
      await connection.sendNotification('textDocument/didChange', {
        textDocument: { uri, version },
        contentChanges: [{ text: text.replace('"m"', `"m${version}"`) }],
      });
    await diagnosticsOf(22);
    expect(published.slice(before).map(({ version }) => version)).toEqual([22]);
  });

  it('is summed up for the commands, from disk', async () => {
    const summary = () => connection.sendRequest(requests.configuration, { uri });
    await expect(summary()).rejects.toMatchObject({
      code: 1,
      data: { why: expect.stringMatching(/no such file/) },
    });
    await writeFile(join(folder, 'disc-labeling.json'), text.replace('trainig', 'training'));
    expect(await summary()).toMatchObject({ name: 'm', state: { prepared: true, trained: false } });
  });
});
