import { dirname } from 'node:path';
import * as vscode from 'vscode';
import { findFiles } from '../workspace.js';

/** Files by which the explorer's menu knows a folder, and the context key with the folders that hold one. */
const kinds = [
  { file: 'metrics.jsonl', key: 'discLabeling.runFolders' },
  { file: 'samples.json', key: 'discLabeling.preparedSets' },
] as const;

/** ms in which changes are taken together. */
const delay = 500;

/** Tells the explorer's menu which folders are runs and which prepared sets, and keeps that up to date. */
export function followFolders(): vscode.Disposable {
  return vscode.Disposable.from(...kinds.map(({ file, key }) => follow(file, key)));
}

function follow(file: string, key: string): vscode.Disposable {
  const pattern = `**/${file}`;
  let timer: NodeJS.Timeout | undefined;
  const update = async (): Promise<void> => {
    const found = await findFiles(pattern);
    const folders = found.map(({ fsPath }) => dirname(fsPath));
    await vscode.commands.executeCommand('setContext', key, folders);
  };
  const soon = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => void update(), delay);
  };
  const watcher = vscode.workspace.createFileSystemWatcher(pattern, false, true, false);
  watcher.onDidCreate(soon);
  watcher.onDidDelete(soon);
  void update();
  return vscode.Disposable.from(watcher, { dispose: () => clearTimeout(timer) });
}
