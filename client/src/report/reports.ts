import * as vscode from 'vscode';
import { ReportPanel, type ReportPanelOptions } from './panel.js';

/** The webview panel's type; VS Code finds the one who restores it by this name. */
const panelType = 'discLabeling.report';

/** What a report page keeps over a reload of the window, as far as the panel needs it. */
interface Kept {
  readonly folder?: string;
  readonly comparedWith?: string | null;
}

/** The open reports: one panel for each folder, restored when the window is. */
export class Reports implements vscode.Disposable {
  readonly #options: ReportPanelOptions;
  readonly #panels = new Set<ReportPanel>();
  readonly #registration: vscode.Disposable;

  constructor(options: ReportPanelOptions) {
    this.#options = options;
    this.#registration = vscode.window.registerWebviewPanelSerializer(panelType, {
      deserializeWebviewPanel: async (panel, state: Kept | undefined) => {
        if (!state?.folder) return panel.dispose();
        this.#add(vscode.Uri.file(state.folder), panel, state.comparedWith ?? null);
      },
    });
  }

  /** Shows the report of a folder, beside another one if that is given. */
  open(folder: vscode.Uri, comparedWith: vscode.Uri | null = null): void {
    const known = [...this.#panels].find((panel) => panel.folder.fsPath === folder.fsPath);
    if (known) {
      known.panel.reveal();
      if (comparedWith) void known.compare(comparedWith.fsPath);
      return;
    }
    const title = vscode.l10n.t('Test Report');
    this.#add(
      folder,
      vscode.window.createWebviewPanel(panelType, title, vscode.ViewColumn.Active),
      comparedWith?.fsPath ?? null,
    );
  }

  #add(folder: vscode.Uri, webview: vscode.WebviewPanel, comparedWith: string | null): void {
    const panel = new ReportPanel(folder, webview, this.#options, comparedWith);
    this.#panels.add(panel);
    webview.onDidDispose(() => {
      this.#panels.delete(panel);
      panel.dispose();
    });
  }

  dispose(): void {
    this.#registration.dispose();
    for (const panel of this.#panels) panel.dispose();
  }
}
