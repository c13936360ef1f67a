import { CancelledError, UserError } from '@disc-labeling/models/errors';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ResponseError } from 'vscode-languageserver/node';
import { Activity } from '../../../server/src/backend/activity.js';
import { toResponseError } from '../../../server/src/backend/errors.js';
import { createHandlers } from '../../../server/src/backend/handlers/index.js';
import { pathOf, type HandlerDependencies } from '../../../server/src/backend/handlers/types.js';
import { OverlayStore } from '../../../server/src/backend/overlays.js';
import type { Labeling, Services } from '../../../server/src/backend/services.js';
import type { BackendStatus, LabelResult } from '../../../server/src/protocol/index.js';

let folder: string;
beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'backend-'))));
afterEach(() => rm(folder, { recursive: true, force: true }));

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

describe('overlay files', () => {
  const names = (store: OverlayStore): Promise<string[]> => readdir(store.folder);

  test('a second labelling replaces the files of the first under new names', async () => {
    const store = new OverlayStore(folder);
    const first = await store.put('/a.nii', { attention: bytes(1), heatmap: bytes(2) });
    const other = await store.put('/b.nii', { attention: null, heatmap: bytes(3) });
    const second = await store.put('/a.nii', { attention: null, heatmap: bytes(4) });
    expect(second!.heatmap).not.toBe(first!.heatmap);
    expect(await readFile(second!.heatmap)).toEqual(Buffer.from([4]));
    expect((await names(store)).sort()).toEqual(
      [other!.heatmap, second!.heatmap].map((path) => path.slice(store.folder.length + 1)).sort(),
    );
  });

  test('gzip bytes get a name that says so', async () => {
    const saved = await new OverlayStore(folder).put('/a.nii', {
      attention: null,
      heatmap: bytes(0x1f, 0x8b),
    });
    expect(saved!.heatmap).toMatch(/\.nii\.gz$/);
  });

  test('folders of dead backends are swept, of living ones and of others not', async () => {
    const store = new OverlayStore(folder);
    await store.put('/a.nii', { attention: null, heatmap: bytes(1) });
    const dead = new OverlayStore(folder);
    Object.assign(dead, { folder: join(folder, 'overlays-999999999') });
    await dead.put('/a.nii', { attention: null, heatmap: bytes(1) });
    await writeFile(join(folder, 'notes.txt'), '');
    await store.sweep();
    expect((await readdir(folder)).sort()).toEqual(['notes.txt', `overlays-${process.pid}`]);
    store.dispose();
    expect(await readdir(folder)).toEqual(['notes.txt']);
  });
});

describe('errors on their way to the editor', () => {
  test('a UserError keeps its parts', () => {
    const error = toResponseError(
      new UserError('cannot read volume', 'it is empty', '/a.nii'),
    ) as ResponseError<unknown>;
    expect(error).toBeInstanceOf(ResponseError);
    expect(error.code).toBe(1);
    expect(error.data).toEqual({ what: 'cannot read volume', why: 'it is empty', file: '/a.nii' });
  });

  test('a cancelled request ends as the protocol says', () => {
    expect(toResponseError(new CancelledError())).toMatchObject({ code: -32800 });
  });

  test('a fault of ours stays one', () => {
    const fault = new TypeError('x is undefined');
    expect(toResponseError(fault)).toBe(fault);
  });
});

describe('handlers', () => {
  const result = { engine: 'onnxruntime-cpu', model: 'default', discs: [] } as unknown as LabelResult;
  const statuses: BackendStatus[] = [];
  let saved: unknown[];

  function handlers(service: Partial<Labeling>) {
    statuses.length = 0;
    saved = [];
    return createHandlers({
      services: {
        labeling: async () =>
          ({
            saveLabels: async (...args: unknown[]) => {
              saved.push(args);
              return { volume: 'v', sidecar: 's' };
            },
            ...service,
          }) as Labeling,
      } as HandlerDependencies['services'],
      overlays: new OverlayStore(folder),
      activity: new Activity((status) => statuses.push(status)),
    });
  }
  const context = { signal: new AbortController().signal, progress: () => {} };

  test('while labelling the backend is busy with that file, and knows the engine after it', async () => {
    const { 'discLabeling/label': label } = handlers({ label: async () => ({ result, overlays: null }) });
    await label({ uri: pathToFileURL('/data/sub-01_T1w.nii.gz').href }, context);
    expect(statuses).toEqual([
      { state: 'busy', activity: 'labelling sub-01_T1w.nii.gz', engine: null, model: null },
      { state: 'ready', activity: null, engine: 'onnxruntime-cpu', model: 'default' },
    ]);
  });

  test('a failure ends being busy, too', async () => {
    const { 'discLabeling/label': label } = handlers({
      label: async () => {
        throw new UserError('cannot label', 'no');
      },
    });
    await expect(label({ uri: 'file:///a.nii' }, context)).rejects.toThrow('cannot label');
    expect(statuses.at(-1)?.state).toBe('ready');
  });

  test('label files that are there are kept until replacing them is allowed', async () => {
    const image = join(folder, 'sub-01_T1w.nii.gz');
    const { 'discLabeling/saveLabels': save } = handlers({});
    const params = { uri: pathToFileURL(image).href, discs: [], model: 'default' };
    expect(await save(params, context)).not.toHaveProperty('kept');
    await writeFile(join(folder, 'sub-01_T1w_label-discs_dlabel.nii.gz'), '');
    expect(await save(params, context)).toMatchObject({ kept: true });
    expect(saved).toHaveLength(1);
    await save({ ...params, overwrite: true }, context);
    expect(saved).toHaveLength(2);
  });

  test('only files on disk are read', () => {
    expect(pathOf('file:///a%20b.nii')).toBe('/a b.nii');
    expect(() => pathOf('git:/a.nii')).toThrow(UserError);
  });
});

describe('handlers of models and datasets', () => {
  const statuses: BackendStatus[] = [];
  const calls: unknown[][] = [];
  const note =
    (answer: unknown) =>
    async (...args: unknown[]): Promise<never> => {
      calls.push(args);
      return answer as never;
    };
  const made = createHandlers({
    services: {
      models: async () =>
        ({ install: note('model'), delete: note(undefined) }) as unknown as Services['models'],
      datasets: async () =>
        ({
          prepare: note('outcome'),
          create: async () => {
            throw new UserError('cannot create dataset', 'it holds no subject folder');
          },
        }) as unknown as Services['datasets'],
    } as unknown as HandlerDependencies['services'],
    overlays: null as never,
    activity: new Activity((status) => statuses.push(status)),
  });
  const work = { signal: new AbortController().signal, progress: () => {} };
  beforeEach(() => {
    statuses.length = 0;
    calls.length = 0;
  });

  test('hand over what they are given, and say what is being done', async () => {
    const params = {
      dataset: '/data/set',
      output: '/data/out',
      contrast: 'both',
      split: 'train',
      preparation: 'own',
    } as const;
    expect(await made['discLabeling/prepare'](params, work)).toBe('outcome');
    expect(calls).toEqual([[params, work]]);
    expect(statuses.map(({ activity }) => activity)).toEqual(['preparing set', null]);
    expect(await made['discLabeling/installModel']({ source: '/runs/1', name: 'mine' }, work)).toBe('model');
    expect(calls[1]).toEqual(['/runs/1', 'mine']);
  });

  test('deleting answers nothing', async () => {
    expect(await made['discLabeling/deleteModel']({ path: '/models/mine' }, work)).toBeNull();
    expect(calls).toEqual([['/models/mine']]);
  });

  test('a failure ends being busy', async () => {
    await expect(made['discLabeling/createDataset']({ bids: '/data', output: '/out' }, work)).rejects.toThrow(
      'it holds no subject folder',
    );
    expect(statuses.at(-1)?.state).toBe('ready');
  });
});
