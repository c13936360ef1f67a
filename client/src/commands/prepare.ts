import { requests, type DatasetOutcome, type PrepareParams } from '@disc-labeling/server/protocol';
import { basename } from 'node:path';
import * as vscode from 'vscode';
import { BackendError, type Backend, type RequestOptions } from '../backend.js';
import { findConfigurations, saveConfiguration } from '../configuration.js';
import { pickOne } from '../questions.js';
import type { Extension } from './command.js';
import { openExample, tellOutcome } from './outcome.js';
import { pathGiven } from './path-given.js';
import { askFolder, beside, pickFolder } from './places.js';
import { withProgress } from './with-progress.js';

/** What to prepare, and into which folders. */
interface Plan extends Pick<PrepareParams, 'dataset' | 'contrast' | 'preparation' | 'seed'> {
  /** Training and validation. */
  readonly output: string;
  /** Null: none is made. */
  readonly test: string | null;
}

/**
 * Makes the samples for training and for testing: as the configuration says whose URI or path is given (CodeLens,
 * explorer), of the dataset folder given, or of what the user picks.
 */
export async function prepare({ backend }: Extension, given: unknown): Promise<void> {
  const path = pathGiven(given) ?? (await pick());
  if (path === undefined) return;
  const uri = vscode.Uri.file(path);
  const { type } = await vscode.workspace.fs.stat(uri);
  const plan =
    type & vscode.FileType.Directory ? await planFolder(path) : await planConfiguration(backend, uri);
  if (!plan) return;
  const outcomes = await withProgress(vscode.l10n.t('Preparing {0}', basename(plan.dataset)), (options) =>
    prepareAll(backend, plan, options),
  );
  const [{ folder, taken }, test] = outcomes;
  const sentence =
    test && test.taken > 0
      ? vscode.l10n.t(
          '{0} samples in {1}, {2} for testing in {3}.',
          taken,
          basename(folder),
          test.taken,
          basename(test.folder),
        )
      : vscode.l10n.t('{0} samples in {1}, none for testing.', taken, basename(folder));
  await tellOutcome(sentence, outcomes, openExample(vscode.l10n.t('Open Samples'), outcomes[0]));
}

/** Both sets under one progress: the first takes the larger part. */
async function prepareAll(
  backend: Backend,
  { dataset, output, test, ...how }: Plan,
  { token, progress }: Required<RequestOptions>,
): Promise<DatasetOutcome[]> {
  const share = test === null ? 1 : 0.85;
  const part =
    (from: number, to: number): RequestOptions['progress'] =>
    (message, fraction) =>
      progress(message, fraction === null ? null : from + (to - from) * fraction);
  const train = await backend.request(
    requests.prepare,
    { dataset, output, split: 'train', pictures: true, ...how },
    { token, progress: part(0, share) },
  );
  if (test === null) return [train];
  try {
    const tests = await backend.request(
      requests.prepare,
      { dataset, output: test, split: 'test', pictures: true, ...how },
      { token, progress: part(share, 1) },
    );
    return [train, tests];
  } catch (error) {
    // Of one or two subjects none is for testing; that must not hide the samples there are.
    if (!(error instanceof BackendError)) throw error;
    return [train, { folder: test, taken: 0, leftOut: [], notices: [error.message], example: null }];
  }
}

/** As a configuration says. @throws Error where it names no dataset to prepare, or no place for the samples */
async function planConfiguration(backend: Backend, uri: vscode.Uri): Promise<Plan> {
  await saveConfiguration(uri);
  const { dataset, path } = await backend.request(requests.configuration, { uri: uri.toString() });
  const { source, prepared, test, preparation, contrast, seed } = dataset;
  if (source === null) throw new Error(vscode.l10n.t('{0} names no dataset to prepare.', basename(path)));
  if (prepared === null)
    throw new Error(vscode.l10n.t('{0} names no folder for the prepared samples.', basename(path)));
  return { dataset: source, output: prepared, test, contrast, preparation, seed: seed ?? undefined };
}

async function planFolder(dataset: string): Promise<Plan | undefined> {
  const title = vscode.l10n.t('Prepare {0}', basename(dataset));
  const contrast = await pickOne(
    [
      { label: 'T1w + T2w', detail: vscode.l10n.t('For a model that reads both'), value: 'both' },
      { label: 'T1w', value: 'T1w' },
      { label: 'T2w', value: 'T2w' },
    ],
    { title, placeHolder: vscode.l10n.t('Contrast') },
  );
  if (!contrast) return undefined;
  const answer = await askFolder(title, beside(dataset, 'prepared'));
  if (answer === undefined) return undefined;
  const output = answer.trim();
  return {
    dataset,
    output,
    test: beside(output, 'test'),
    contrast: contrast.value,
    preparation: 'own',
  };
}

/** A configuration of the workspace, or a folder. */
async function pick(): Promise<string | undefined> {
  const title = vscode.l10n.t('Dataset to prepare');
  const folder = async (): Promise<string | undefined> =>
    (await pickFolder(title, vscode.l10n.t('Prepare')))?.fsPath;
  const files = await findConfigurations();
  if (files.length === 0) return folder();
  const choice = await pickOne(
    [
      ...files.map((uri) => ({
        label: `$(json) ${vscode.workspace.asRelativePath(uri)}`,
        detail: vscode.l10n.t('What this configuration names'),
        path: uri.fsPath,
      })),
      { label: `$(folder-opened) ${vscode.l10n.t('Choose a dataset folder\u2026')}`, path: undefined },
    ],
    { title },
  );
  return choice && (choice.path ?? folder());
}
