import * as vscode from 'vscode';

/** Programs write large files in pieces: wait until nothing has happened for this long, ms. */
const quiet = 400;

/** Tells when a file's content has changed, appeared or gone. */
export class FileWatcher implements vscode.Disposable {
  readonly #watcher: vscode.FileSystemWatcher;
  readonly #changed: () => void;
  #timer: NodeJS.Timeout | undefined;

  constructor(uri: vscode.Uri, changed: () => void) {
    this.#changed = changed;
    const folder = vscode.Uri.joinPath(uri, '..');
    const name = uri.path.slice(uri.path.lastIndexOf('/') + 1);
    this.#watcher = vscode.workspace.createFileSystemWatcher(
      new vscode.RelativePattern(folder, escapeGlob(name)),
    );
    const soon = (): void => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(this.#changed, quiet);
    };
    this.#watcher.onDidChange(soon);
    this.#watcher.onDidCreate(soon);
    this.#watcher.onDidDelete(soon);
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#watcher.dispose();
  }
}

/** File names may contain what globs give a meaning. */
const escapeGlob = (name: string): string => name.replace(/[[\]{}*?]/g, '[$&]');
