import { requests } from '@disc-labeling/server/protocol';
import { basename, dirname } from 'node:path';
import * as vscode from 'vscode';
import type { Backend } from '../backend.js';
import { pickOne } from '../questions.js';
import type { Extension } from './command.js';
import { withProgress } from './with-progress.js';

export interface AttentionTarget {
  /** A volume, or a prepared set (its folder or samples.json); the active viewer's volume when absent. */
  readonly uri?: vscode.Uri;
  /** Of a prepared set; asked for when absent. */
  readonly sample?: string;
}

/**
 * Shows input, labelled discs and attention side by side. The model is the one the viewer uses, or the default: it can
 * be changed afterwards.
 */
export async function showAttention(
  { backend, editors }: Extension,
  { uri, sample }: AttentionTarget,
): Promise<void> {
  const active = editors.active?.document;
  const input = uri ?? active?.uri ?? (await pickVolume());
  if (!input) return;
  const set = await preparedSet(input);
  const chosen = set === null ? undefined : (sample ?? (await pickSample(backend, set)));
  if (set !== null && chosen === undefined) return;
  const viewed = active && active.uri.toString() === input.toString() ? active.model : null;
  await draw(backend, { input: set ?? input.fsPath, sample: chosen, model: viewed ?? undefined });
}

interface Wish {
  readonly input: string;
  readonly sample: string | undefined;
  readonly model: string | undefined;
}

async function draw(backend: Backend, { input, sample, model }: Wish): Promise<void> {
  const name = (sample ?? basename(input)).replace(/\.nii(\.gz)?$/i, '');
  const folder = vscode.Uri.joinPath(backend.overlaysFolder, '..', 'pictures');
  const output = vscode.Uri.joinPath(folder, `${name}_attention.png`);
  const drawn = await withProgress(vscode.l10n.t('Drawing attention of {0}', name), (options) =>
    backend.request(requests.attention, { input, sample, model, output: output.fsPath }, options),
  );
  // A preview would take the place of the volume or page it is about.
  await vscode.commands.executeCommand('vscode.open', output, { preview: false });
  const [save, other] = [vscode.l10n.t('Save As\u2026'), vscode.l10n.t('Other Model\u2026')];
  const choice = await vscode.window.showInformationMessage(
    vscode.l10n.t('What {0} looks at in {1}', drawn.model, name),
    save,
    other,
  );
  if (choice === save) await saveAs(output, set(input));
  if (choice !== other) return;
  const picked = await pickModel(backend, drawn.model);
  if (picked !== undefined) await draw(backend, { input, sample, model: picked });
}

/** Where a copy would go: beside the volume, or into the set's folder. */
const set = (input: string): string => (/\.nii(\.gz)?$/i.test(input) ? dirname(input) : input);

async function saveAs(picture: vscode.Uri, folder: string): Promise<void> {
  const target = await vscode.window.showSaveDialog({
    title: vscode.l10n.t('Save Attention'),
    defaultUri: vscode.Uri.joinPath(vscode.Uri.file(folder), basename(picture.path)),
    filters: { [vscode.l10n.t('PNG pictures')]: ['png'] },
  });
  if (target) await vscode.workspace.fs.copy(picture, target, { overwrite: true });
}

/** The models with attention, the one used before first. */
async function pickModel(backend: Backend, before: string): Promise<string | undefined> {
  const models = (await backend.request(requests.models, null)).filter(({ attention }) => attention);
  const choice = await pickOne(
    models
      .sort((a, b) => Number(b.name === before) - Number(a.name === before))
      .map(({ name, title, path }) => ({ label: name, detail: title, path })),
    { title: vscode.l10n.t('Models with attention') },
  );
  return choice?.path;
}

/** The folder of a prepared set; null where the file is a volume. */
async function preparedSet(uri: vscode.Uri): Promise<string | null> {
  if (basename(uri.path) === 'samples.json') return dirname(uri.fsPath);
  const { type } = await vscode.workspace.fs.stat(uri);
  return type & vscode.FileType.Directory ? uri.fsPath : null;
}

async function pickSample(backend: Backend, folder: string): Promise<string | undefined> {
  const { items } = await backend.request(requests.gallery, { folder });
  const choice = await pickOne(
    items.map(({ name, split, discs }) => ({
      label: name,
      description: split ?? '',
      detail: discs?.map((disc) => disc.name).join(' '),
    })),
    { title: vscode.l10n.t('Sample of {0}', basename(folder)), matchOnDescription: true },
  );
  return choice?.label;
}

async function pickVolume(): Promise<vscode.Uri | undefined> {
  const picked = await vscode.window.showOpenDialog({
    title: vscode.l10n.t('Show Attention'),
    filters: { [vscode.l10n.t('NIfTI volumes')]: ['nii', 'nii.gz', 'gz'] },
  });
  return picked?.[0];
}
