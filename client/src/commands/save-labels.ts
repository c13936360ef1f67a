import { requests, type SaveLabelsResponse } from '@disc-labeling/server/protocol';
import * as vscode from 'vscode';
import type { Backend } from '../backend.js';
import type { VolumeDocument } from '../editor/document.js';

/**
 * Writes the label volume beside the image; asks before it replaces one that was there before.
 * @throws CancellationError when the user wants to keep that; Error with a sentence where there are no labels
 */
export async function writeLabels(document: VolumeDocument, backend: Backend): Promise<SaveLabelsResponse> {
  if (!document.labels)
    throw new Error(vscode.l10n.t('There are no labels to save yet. Label the volume first.'));
  const { discs, model, levelShift } = document.labels.result;
  const { corrected, written } = document;
  const params = { uri: document.uri.toString(), discs, model, levelShift, corrected };
  let saved = await backend.request(requests.saveLabels, { ...params, overwrite: written });
  if (saved.kept) {
    const replace = vscode.l10n.t('Replace');
    const name = vscode.workspace.asRelativePath(saved.volume);
    const choice = await vscode.window.showWarningMessage(
      vscode.l10n.t('{0} is there already. Replace it?', name),
      {
        modal: true,
        detail: vscode.l10n.t('Labels corrected by hand would be lost; landmarks that are no discs stay.'),
      },
      replace,
    );
    if (choice !== replace) throw new vscode.CancellationError();
    saved = await backend.request(requests.saveLabels, { ...params, overwrite: true });
  }
  document.saved(discs);
  return saved;
}

/** Saves what the viewer shows, and says where. */
export async function saveLabels(document: VolumeDocument, backend: Backend): Promise<void> {
  // The editor saves its own changes, so that it knows.
  if (document.unsaved) return void (await vscode.commands.executeCommand('workbench.action.files.save'));
  try {
    await tellSaved(await writeLabels(document, backend));
  } catch (error) {
    if (!(error instanceof vscode.CancellationError)) throw error;
  }
}

/** Says where labels lie. */
export async function tellSaved(saved: SaveLabelsResponse): Promise<void> {
  const open = vscode.l10n.t('Open Sidecar');
  const choice = await vscode.window.showInformationMessage(
    vscode.l10n.t('Labels saved as {0}', vscode.workspace.asRelativePath(saved.volume)),
    open,
  );
  if (choice === open) await vscode.window.showTextDocument(vscode.Uri.file(saved.sidecar));
}
