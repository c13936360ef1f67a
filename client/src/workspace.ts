/** What lies in the workspace, and how its places are named. */
import * as vscode from 'vscode';

/** What is not searched: packages, and folders that are hidden, as those are in which something is being written. */
const excluded = '**/{node_modules,.*}/**';

/** More of a kind than anybody picks from. */
const most = 500;

/** The folders of the workspace that lie on disk. */
export const workspaceFolders = (): string[] =>
  (vscode.workspace.workspaceFolders ?? [])
    .filter(({ uri }) => uri.scheme === 'file')
    .map(({ uri }) => uri.fsPath);

/** A path as it is shown: from the workspace's folder. */
export const shown = (path: string): string => vscode.workspace.asRelativePath(path);

/** The files of the workspace that a pattern fits. */
export const findFiles = (pattern: string): Thenable<vscode.Uri[]> =>
  vscode.workspace.findFiles(pattern, excluded, most);

/** Whether there is a file or folder. */
export const exists = (uri: vscode.Uri): Promise<boolean> =>
  Promise.resolve(vscode.workspace.fs.stat(uri)).then(
    () => true,
    () => false,
  );

/** Whether it is that folder or file, or lies in it. */
export const isWithin = (uri: vscode.Uri, folder: vscode.Uri): boolean =>
  uri.scheme === folder.scheme &&
  uri.authority === folder.authority &&
  `${uri.path}/`.startsWith(`${folder.path}/`);

/** The path, with the first number behind it for which nothing is there: `runs/spine`, `runs/spine-2`, … */
export async function freePath(path: string): Promise<string> {
  for (let number = 1; ; number++) {
    const candidate = number === 1 ? path : `${path}-${number}`;
    if (!(await exists(vscode.Uri.file(candidate)))) return candidate;
  }
}
