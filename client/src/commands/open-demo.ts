import { requests } from '@disc-labeling/server/protocol';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { viewType } from './ids.js';
import type { Extension } from './command.js';
import { pathGiven } from './path-given.js';
import { pickFolder } from './places.js';
import { withProgress } from './with-progress.js';

/** What `npm start` draws, too. */
const demo = { folder: 'disc-labeling-demo', subjects: 2, seed: 1 };

/** Draws two subjects into a folder the user picks and opens a volume of the first, which is labelled at once. */
export async function openDemo({ backend }: Extension, given: unknown): Promise<void> {
  const parent =
    pathGiven(given) ??
    (await pickFolder(vscode.l10n.t('Folder for the demo'), vscode.l10n.t('Write Demo Here')))?.fsPath;
  if (parent === undefined) return;
  const { folder: name, subjects, seed } = demo;
  const { folder, example } = await withProgress(vscode.l10n.t('Drawing two synthetic subjects'), (options) =>
    backend.request(requests.synthesize, { output: join(parent, name), subjects, seed }, options),
  );
  await vscode.commands.executeCommand('vscode.openWith', vscode.Uri.file(example!), viewType);
  if (vscode.workspace.getWorkspaceFolder(vscode.Uri.file(folder))) return;
  // Runs and configurations are looked for in the workspace.
  const open = vscode.l10n.t('Open Folder');
  const choice = await vscode.window.showInformationMessage(
    vscode.l10n.t('The demo is in {0}. Open the folder to train on it, too.', folder),
    open,
  );
  if (choice === open) await vscode.commands.executeCommand('vscode.openFolder', vscode.Uri.file(folder));
}
