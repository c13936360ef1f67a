import * as vscode from 'vscode';

/** The folders of the workspace that lie on disk. */
export const workspaceFolders = (): string[] =>
  (vscode.workspace.workspaceFolders ?? [])
    .filter(({ uri }) => uri.scheme === 'file')
    .map(({ uri }) => uri.fsPath);

/** A path as it is shown: from the workspace's folder. */
export const shown = (path: string): string => vscode.workspace.asRelativePath(path);
