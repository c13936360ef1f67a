import * as vscode from 'vscode';

/** The folders of the workspace that lie on disk. */
export const workspaceFolders = (): string[] =>
  (vscode.workspace.workspaceFolders ?? [])
    .filter(({ uri }) => uri.scheme === 'file')
    .map(({ uri }) => uri.fsPath);

/** A path as it is shown: from the workspace's folder. */
export const shown = (path: string): string => vscode.workspace.asRelativePath(path);

/**
 * The path a command was given: a URI (explorer), a URI string (CodeLens), a path, or an item of a tree that has one.
 * @returns null where it was given nothing, as from the palette
 */
export function pathOf(argument: unknown): string | null {
  if (argument instanceof vscode.Uri) return argument.fsPath;
  if (typeof argument === 'string')
    return /^[a-z][\w+.-]+:\/\//i.test(argument) ? vscode.Uri.parse(argument).fsPath : argument;
  const path = (argument as { path?: unknown } | null | undefined)?.path;
  return typeof path === 'string' ? path : null;
}
