import * as vscode from 'vscode';
import type { Extension } from './command.js';
import { modelGiven } from './model-given.js';

/** Shows what a model's card says of it; its `model.json` where it has none. */
export async function revealModelCard({ backend }: Extension, given: unknown): Promise<void> {
  const model = await modelGiven(backend, given, vscode.l10n.t('Show the card of which model?'));
  if (!model) return;
  if (model.card !== null)
    await vscode.commands.executeCommand('markdown.showPreview', vscode.Uri.file(model.card));
  else await vscode.window.showTextDocument(vscode.Uri.joinPath(vscode.Uri.file(model.path), 'model.json'));
}
