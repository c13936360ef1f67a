import * as vscode from 'vscode';
import type { Backend } from '../backend.js';
import { ModelsView } from './models-view.js';
import { RunsView } from './runs-view.js';

/** The views of the activity bar's container. */
export class Views implements vscode.Disposable {
  readonly models: ModelsView;
  readonly runs: RunsView;
  readonly #listener: vscode.Disposable;

  constructor(backend: Backend) {
    this.models = new ModelsView(backend);
    this.runs = new RunsView(backend);
    // The welcome of an empty view depends on it.
    const tell = (health: string): unknown =>
      vscode.commands.executeCommand('setContext', 'discLabeling.health', health);
    tell(backend.health);
    this.#listener = backend.onDidChangeHealth(tell);
  }

  refresh(): void {
    this.models.refresh();
    this.runs.refresh();
  }

  dispose(): void {
    this.#listener.dispose();
    this.models.dispose();
    this.runs.dispose();
  }
}
