import { basename, dirname, isAbsolute, join } from 'node:path';
import * as vscode from 'vscode';
import { askText } from '../questions.js';

/** A button that shows where something lies. */
export interface PlaceButton {
  readonly title: string;
  readonly show: () => Thenable<unknown>;
}

/** Whether the editor runs where the files are, with a file manager and a trash; servers and browsers have none. */
export const onDesktop = (): boolean =>
  vscode.env.uiKind === vscode.UIKind.Desktop && vscode.env.remoteName === undefined;

/** Shows a file or folder: in the explorer if it is in the workspace, or where else it can be seen from here. */
export function placeButton(path: string, isFolder: boolean): PlaceButton {
  const uri = vscode.Uri.file(path);
  const run =
    (command: string, ...args: unknown[]) =>
    (): Thenable<unknown> =>
      vscode.commands.executeCommand(command, ...args);
  if (vscode.workspace.getWorkspaceFolder(uri))
    return { title: vscode.l10n.t('Show in Explorer'), show: run('revealInExplorer', uri) };
  if (onDesktop()) return { title: vscode.l10n.t('Show in File Manager'), show: run('revealFileInOS', uri) };
  const folder = isFolder ? uri : vscode.Uri.file(dirname(path));
  return {
    title: vscode.l10n.t('Open Folder'),
    show: run('vscode.openFolder', folder, { forceNewWindow: true }),
  };
}

/** A folder the user picks; undefined when dismissed. @param start where the dialog opens */
export async function pickFolder(
  title: string,
  openLabel?: string,
  start: vscode.Uri | undefined = vscode.workspace.workspaceFolders?.[0]?.uri,
): Promise<vscode.Uri | undefined> {
  const picked = await vscode.window.showOpenDialog({
    title,
    openLabel,
    canSelectFiles: false,
    canSelectFolders: true,
    defaultUri: start,
  });
  return picked?.[0];
}

/** Asks for the folder to write to, with a proposal that Enter accepts. */
export function askFolder(title: string, proposal: string): Thenable<string | undefined> {
  const name = basename(proposal);
  const start = proposal.length - name.length;
  return askText({
    title,
    prompt: vscode.l10n.t('Folder to write to; a new one, or one an earlier call has written'),
    value: proposal,
    valueSelection: [start, proposal.length],
    validateInput: (text) =>
      isAbsolute(text.trim()) ? null : vscode.l10n.t('Give the whole path of a folder.'),
  });
}

/** Beside a folder, under its name with something added. */
export const beside = (folder: string, ending: string): string =>
  join(dirname(folder), `${basename(folder)}-${ending}`);

/** In the workspace, or, without one, in the home folder of whoever asks. */
export const inWorkspace = (name: string, home: string): string =>
  join(vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? home, name);
