import { requests, type ModelSummary } from '@disc-labeling/server/protocol';
import * as vscode from 'vscode';
import type { Backend } from '../backend.js';
import { commandIds } from '../commands/ids.js';
import { treeItem } from './item.js';
import { tellListed } from './listed.js';
import { inOrder, modelParts } from './model-parts.js';

/** The view *Models*: what ships, what was imported and trained, the default marked. */
export class ModelsView implements vscode.TreeDataProvider<ModelSummary>, vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChangeTreeData = this.#changed.event;
  readonly #view = vscode.window.createTreeView('discLabeling.models', { treeDataProvider: this });
  readonly #backend: Backend;
  readonly #listener: vscode.Disposable;

  constructor(backend: Backend) {
    this.#backend = backend;
    // Another default model comes with a new backend.
    this.#listener = backend.onDidChangeHealth((health) => {
      if (health !== 'starting') this.refresh();
    });
  }

  refresh(): void {
    this.#changed.fire();
  }

  getTreeItem(model: ModelSummary): vscode.TreeItem {
    return treeItem(model.path, modelParts(model, vscode.l10n.t), {
      title: vscode.l10n.t('Show Model Card'),
      command: commandIds.revealModelCard,
      arguments: [model],
    });
  }

  async getChildren(model?: ModelSummary): Promise<ModelSummary[]> {
    if (model || !vscode.workspace.isTrusted) return [];
    try {
      const models = inOrder(await this.#backend.request(requests.models, null));
      this.#view.message = undefined;
      tellListed('models');
      return models;
    } catch (error) {
      this.#backend.log.error(`listing models: ${String(error)}`);
      // A backend that failed has its own words in the view.
      this.#view.message =
        this.#backend.health === 'failed'
          ? undefined
          : vscode.l10n.t('Models cannot be listed: {0}', (error as Error).message);
      return [];
    }
  }

  dispose(): void {
    this.#listener.dispose();
    this.#view.dispose();
    this.#changed.dispose();
  }
}
