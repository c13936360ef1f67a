/** What the evaluation's commands ask for. */
import { requests, type ModelSummary } from '@disc-labeling/server/protocol';
import { basename } from 'node:path';
import * as vscode from 'vscode';
import type { Backend } from '../backend.js';
import { pathGiven } from '../commands/path-given.js';
import { pickFolder } from '../commands/places.js';
import { saveConfiguration } from '../configuration.js';
import { pickAny, pickOne } from '../questions.js';
import { findRuns, findSets } from './find.js';

/** A model and a prepared set, as paths or names. */
export interface Subject {
  readonly model: string;
  /** For the names of files. */
  readonly name: string;
  readonly set: string;
}

/**
 * The model and set of a command: those of a configuration given by its URI, or a model or run given by its path;
 * what is not given is asked for.
 * @returns null when the user would rather not
 */
export async function chooseSubject(
  backend: Backend,
  given: unknown,
  split: 'validation' | 'test',
): Promise<Subject | null> {
  if (typeof given === 'string' && given.startsWith('file:')) return ofConfiguration(backend, given, split);
  const model = await modelOrRun(backend, given);
  if (model === null) return null;
  const set = await pickSet(split);
  return set === null ? null : { ...model, set };
}

async function ofConfiguration(
  backend: Backend,
  uri: string,
  split: 'validation' | 'test',
): Promise<Subject | null> {
  await saveConfiguration(vscode.Uri.parse(uri));
  const { name, output, dataset, state } = await backend.request(requests.configuration, { uri });
  if (!state.trained) {
    void vscode.window.showInformationMessage(
      vscode.l10n.t('{0} has no model yet. Train it first.', vscode.workspace.asRelativePath(output)),
    );
    return null;
  }
  const wanted = split === 'test' ? dataset.test : dataset.prepared;
  const there = split === 'test' ? state.test : state.prepared;
  const set = wanted !== null && there ? wanted : await pickSet(split);
  return set === null ? null : { model: output, name, set };
}

interface ModelItem extends vscode.QuickPickItem {
  readonly choice?: Omit<Subject, 'set'>;
}

/** Which installed models are meant. */
type Among = (model: ModelSummary) => boolean;

/** Installed models, then the workspace's runs. */
async function modelItems(backend: Backend, among: Among = () => true): Promise<ModelItem[]> {
  const [all, runs] = await Promise.all([backend.request(requests.models, null), findRuns()]);
  const models = all.filter(among);
  const heading = (label: string): ModelItem => ({ label, kind: vscode.QuickPickItemKind.Separator });
  return [
    ...(models.length > 0 ? [heading(vscode.l10n.t('Models'))] : []),
    ...models.map(({ name, title, contrast, path }): ModelItem => ({
      label: name,
      description: contrast === 'any' ? vscode.l10n.t('any contrast') : contrast,
      detail: title,
      choice: { model: path, name },
    })),
    ...(runs.length > 0 ? [heading(vscode.l10n.t('Runs'))] : []),
    ...runs.map((run): ModelItem => ({
      label: basename(run),
      description: vscode.workspace.asRelativePath(run),
      choice: { model: run, name: basename(run) },
    })),
  ];
}

/**
 * The model or run a command is about: the one given (an entry of a view, a path), or one the user picks.
 * @param among which installed models may be picked
 * @returns null when the user would rather not
 */
export async function modelOrRun(
  backend: Backend,
  given: unknown,
  among?: Among,
): Promise<Omit<Subject, 'set'> | null> {
  const path = pathGiven(given);
  return path === undefined ? pickModel(backend, among) : { model: path, name: basename(path) };
}

/** An installed model or a run of the workspace; null when the user would rather not. */
async function pickModel(backend: Backend, among?: Among): Promise<Omit<Subject, 'set'> | null> {
  const items = await modelItems(backend, among);
  if (items.length === 0)
    throw new Error(vscode.l10n.t('There is neither a model of your own nor a run in this workspace.'));
  const item = await pickOne(items, {
    title: vscode.l10n.t('Which model?'),
    matchOnDescription: true,
    matchOnDetail: true,
  });
  return item?.choice ?? null;
}

/** Any number of models and runs; null when the user would rather not. */
export async function pickModels(
  backend: Backend,
  options: { readonly title: string; readonly placeHolder: string },
): Promise<readonly Omit<Subject, 'set'>[] | null> {
  const items = await pickAny(modelItems(backend), options);
  return items?.flatMap(({ choice }) => choice ?? []) ?? null;
}

/**
 * Two models to compare; null when the user would rather not.
 * @param path folder of the first, a model or a run; asked for when absent
 */
export async function pickTwoModels(
  backend: Backend,
  path?: string,
): Promise<readonly [Omit<Subject, 'set'>, Omit<Subject, 'set'>] | null> {
  const items = await modelItems(backend);
  const first =
    path === undefined
      ? (
          await pickOne(items, {
            title: vscode.l10n.t('Which two models?'),
            placeHolder: vscode.l10n.t('First'),
          })
        )?.choice
      : { model: path, name: basename(path) };
  if (!first) return null;
  const others = items.filter(({ choice }) => choice?.model !== first.model);
  const second = await pickOne(others, {
    title: vscode.l10n.t('Compare {0} with which model?', first.name),
    placeHolder: vscode.l10n.t('Both are tested on the same set.'),
    matchOnDescription: true,
    matchOnDetail: true,
  });
  return second?.choice ? [first, second.choice] : null;
}

/** A prepared set of the workspace, or a folder from elsewhere. */
export async function pickSet(split: 'validation' | 'test'): Promise<string | null> {
  const sets = await findSets(split);
  const elsewhere = {
    label: vscode.l10n.t('$(folder-opened) Another folder…'),
    description: '',
    folder: null,
  };
  const items = sets.map(({ folder, preparation, contrast, counts }) => ({
    label: basename(folder),
    description: vscode.workspace.asRelativePath(folder),
    detail: [
      vscode.l10n.t(
        '{0} training, {1} validation, {2} test',
        counts.training,
        counts.validation,
        counts.test,
      ),
      contrast,
      ...(preparation === 'reference' ? [vscode.l10n.t("the reference's preparation")] : []),
    ].join(' \u00b7 '),
    folder,
  }));
  const item = await pickOne([...items, elsewhere], {
    title: split === 'test' ? vscode.l10n.t('Test on which set?') : vscode.l10n.t('Evaluate on which set?'),
    placeHolder: sets.length === 0 ? vscode.l10n.t('There is no prepared set in this workspace.') : undefined,
    matchOnDescription: true,
  });
  if (!item) return null;
  if (item.folder !== null) return item.folder;
  return (await pickFolder(vscode.l10n.t('Prepared Set')))?.fsPath ?? null;
}
