import { requests, type ModelSummary } from '@disc-labeling/server/protocol';
import * as vscode from 'vscode';
import { changeSetting, settings } from '../settings.js';
import type { Extension } from './command.js';
import { modelGiven } from './model-given.js';
import { onDesktop } from './places.js';

/** Deletes one of the user's own models, into the trash where there is one. */
export async function deleteModel({ backend, views }: Extension, given: unknown): Promise<void> {
  const title = vscode.l10n.t('Delete which model?');
  const model = await modelGiven(backend, given, title, ({ origin }) => origin === 'user');
  if (!model) return;
  if (model.origin !== 'user')
    return void vscode.window.showInformationMessage(
      vscode.l10n.t('{0} ships with the extension and cannot be deleted.', model.name),
    );
  const remove = onDesktop() ? intoTrash : forGood;
  if (!(await remove(model, (path) => backend.request(requests.deleteModel, { path })))) return;
  // The setting would name a model there is none of.
  if ([model.name, model.path].includes(settings().defaultModel)) await changeSetting('defaultModel', '');
  views.models.refresh();
}

type Remove = (path: string) => Promise<unknown>;

async function intoTrash(model: ModelSummary, remove: Remove): Promise<boolean> {
  const move = vscode.l10n.t('Move to Trash');
  const question = vscode.l10n.t('Delete the model {0}?', model.name);
  const detail = vscode.l10n.t('It can be brought back from the trash.');
  if ((await vscode.window.showWarningMessage(question, { modal: true, detail }, move)) !== move)
    return false;
  try {
    await vscode.workspace.fs.delete(vscode.Uri.file(model.path), { recursive: true, useTrash: true });
    return true;
  } catch {
    return forGood(model, remove, vscode.l10n.t('It could not be moved to the trash.'));
  }
}

async function forGood(model: ModelSummary, remove: Remove, reason = ''): Promise<boolean> {
  const removeForGood = vscode.l10n.t('Delete Permanently');
  const question = vscode.l10n.t('Delete the model {0} permanently?', model.name);
  const detail = `${reason} ${vscode.l10n.t('There is no way back: {0}', model.path)}`.trim();
  const choice = await vscode.window.showWarningMessage(question, { modal: true, detail }, removeForGood);
  if (choice !== removeForGood) return false;
  await remove(model.path);
  return true;
}
