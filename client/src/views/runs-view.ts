import {
  requests,
  type RunSummary,
  type TrainingEvent,
  type TrainingStepEvent,
} from '@disc-labeling/server/protocol';
import * as vscode from 'vscode';
import type { Backend } from '../backend.js';
import { commandIds } from '../commands/ids.js';
import { workspaceFolders } from '../workspace.js';
import { treeItem } from './item.js';
import { tellListed } from './listed.js';
import { runParts } from './run-parts.js';

/** Files of a run that change when its state does. */
const runFiles = '**/{metrics.jsonl,training-state.safetensors,.lock}';
/** Several files of a run change at once, and a training tells many steps a second. */
const settleTime = 500;

/** The view *Runs*: the trainings of the workspace and where they stand. */
export class RunsView implements vscode.TreeDataProvider<RunSummary>, vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<undefined>();
  readonly onDidChangeTreeData = this.#changed.event;
  readonly #view = vscode.window.createTreeView('discLabeling.runs', { treeDataProvider: this });
  readonly #backend: Backend;
  readonly #listeners: vscode.Disposable;
  readonly #steps = new Map<string, TrainingStepEvent>();
  #runs: readonly RunSummary[] = [];
  /** The runs have to be listed again. */
  #stale = true;
  #timer: NodeJS.Timeout | undefined;

  constructor(backend: Backend) {
    this.#backend = backend;
    const files = vscode.workspace.createFileSystemWatcher(runFiles);
    const changed = (): void => this.refreshSoon();
    this.#listeners = vscode.Disposable.from(
      files,
      files.onDidCreate(changed),
      files.onDidChange(changed),
      files.onDidDelete(changed),
      vscode.workspace.onDidChangeWorkspaceFolders(changed),
      backend.onDidChangeHealth((health) => {
        if (health !== 'starting') this.refreshSoon();
      }),
    );
  }

  /** The runs as they were last listed. */
  get runs(): readonly RunSummary[] {
    return this.#runs;
  }

  /** A training tells something. */
  heard(path: string, event: TrainingEvent): void {
    const known = this.#steps.has(path);
    if (event.kind === 'step') this.#steps.set(path, event);
    // Where only a step was made, the list itself is as it was.
    if (event.kind !== 'step' || !known) this.#stale = true;
    this.#showSoon();
  }

  /** A training is over. */
  ended(path: string): void {
    this.#steps.delete(path);
    this.refreshSoon();
  }

  refresh(): void {
    this.#stale = true;
    this.#show();
  }

  refreshSoon(): void {
    this.#stale = true;
    this.#showSoon();
  }

  #showSoon(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#show();
    }, settleTime);
  }

  #show(): void {
    this.#changed.fire(undefined);
    // A view out of sight is not asked, but its badge is in sight.
    if (!this.#view.visible && this.#view.badge) void this.getChildren();
  }

  getTreeItem(run: RunSummary): vscode.TreeItem {
    return treeItem(run.path, runParts(run, this.#steps.get(run.path) ?? null, vscode.l10n.t), {
      title: vscode.l10n.t('Open Run'),
      command: commandIds.openRun,
      arguments: [run],
    });
  }

  async getChildren(run?: RunSummary): Promise<RunSummary[]> {
    if (run) return [];
    if (this.#stale) {
      this.#stale = false;
      const folders = workspaceFolders();
      const may = folders.length > 0 && vscode.workspace.isTrusted;
      this.#runs = may ? await this.#list(folders) : [];
      this.#showBadge();
    }
    return [...this.#runs];
  }

  #showBadge(): void {
    const training = this.#runs.filter(({ state }) => state === 'training').length;
    this.#view.badge =
      training === 0
        ? undefined
        : {
            value: training,
            tooltip:
              training === 1
                ? vscode.l10n.t('1 training runs')
                : vscode.l10n.t('{0} trainings run', training),
          };
  }

  async #list(folders: readonly string[]): Promise<readonly RunSummary[]> {
    try {
      const runs = await this.#backend.request(requests.runs, { folders });
      this.#view.message = undefined;
      tellListed('runs');
      return runs;
    } catch (error) {
      this.#backend.log.error(`listing runs: ${String(error)}`);
      this.#view.message =
        this.#backend.health === 'failed'
          ? undefined
          : vscode.l10n.t('Runs cannot be listed: {0}', (error as Error).message);
      return [];
    }
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#listeners.dispose();
    this.#view.dispose();
    this.#changed.dispose();
  }
}
