import type { DashboardMemory } from '@disc-labeling/webview/messages';
import { resolve } from 'node:path';
import * as vscode from 'vscode';
import { Dashboard, type DashboardOptions } from './dashboard.js';

/** The type of the panels, by which VS Code brings them back. */
const viewType = 'discLabeling.training';

/** The open dashboards, one for each run. */
export class Dashboards implements vscode.WebviewPanelSerializer<DashboardMemory>, vscode.Disposable {
  readonly #open = new Map<string, Dashboard>();
  readonly #options: DashboardOptions;
  readonly #registration: vscode.Disposable;

  constructor(options: DashboardOptions) {
    this.#options = options;
    this.#registration = vscode.window.registerWebviewPanelSerializer(viewType, this);
  }

  /** Opens the dashboard of a run, or brings it to the front. */
  open(run: string): void {
    const path = resolve(run);
    const known = this.#open.get(path);
    if (known) return known.reveal();
    const panel = vscode.window.createWebviewPanel(viewType, '', vscode.ViewColumn.Active, {
      // Charts are drawn anew quickly, but a zoom would be lost.
      retainContextWhenHidden: true,
      enableFindWidget: true,
    });
    this.#add(path, panel);
  }

  async deserializeWebviewPanel(
    panel: vscode.WebviewPanel,
    memory: DashboardMemory | undefined,
  ): Promise<void> {
    if (memory?.path === undefined) return panel.dispose();
    this.#add(memory.path, panel, memory.compared);
  }

  #add(path: string, panel: vscode.WebviewPanel, compared: readonly string[] = []): void {
    const dashboard = new Dashboard(path, panel, this.#options, compared);
    this.#open.set(path, dashboard);
    panel.onDidDispose(() => {
      this.#open.delete(path);
      dashboard.dispose();
    });
  }

  dispose(): void {
    this.#registration.dispose();
    for (const dashboard of this.#open.values()) dashboard.dispose();
  }
}
