import type { DashboardMemory } from '@disc-labeling/webview/messages';
import { resolve } from 'node:path';
import type * as vscode from 'vscode';
import { Panels } from '../pages/panels.js';
import { Dashboard, type DashboardOptions } from './dashboard.js';

/** The open dashboards, one for each run. */
export class Dashboards implements vscode.Disposable {
  readonly #panels: Panels<Dashboard, DashboardMemory>;

  constructor(options: DashboardOptions) {
    this.#panels = new Panels({
      viewType: 'discLabeling.training',
      // Charts are drawn anew quickly, but a zoom would be lost.
      options: { retainContextWhenHidden: true, enableFindWidget: true },
      title: () => '',
      pathIn: ({ path }) => path,
      page: (path, panel, memory) => new Dashboard(path, panel, options, memory?.compared),
    });
  }

  /** Opens the dashboard of a run, or brings it to the front. */
  open(run: string): void {
    this.#panels.open(resolve(run));
  }

  dispose(): void {
    this.#panels.dispose();
  }
}
