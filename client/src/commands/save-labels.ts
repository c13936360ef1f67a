import { requests } from '@disc-labeling/server/protocol';
import * as vscode from 'vscode';
import type { Backend } from '../backend.js';
import type { VolumeDocument } from '../editor/document.js';

/** Writes the label volume beside the image; asks before it replaces one. */
export async function saveLabels(document: VolumeDocument, backend: Backend): Promise<void> {
  const { result } = document.labels!;
  const { discs, model, levelShift } = result;
  const params = { uri: document.uri.toString(), discs, model, levelShift };
  let saved = await backend.request(requests.saveLabels, params);
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
    if (choice !== replace) return;
    saved = await backend.request(requests.saveLabels, { ...params, overwrite: true });
  }
  const open = vscode.l10n.t('Open Sidecar');
  const choice = await vscode.window.showInformationMessage(
    vscode.l10n.t('Labels saved as {0}', vscode.workspace.asRelativePath(saved.volume)),
    open,
  );
  if (choice === open) await vscode.window.showTextDocument(vscode.Uri.file(saved.sidecar));
}
