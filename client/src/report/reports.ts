import * as vscode from 'vscode';
import { Panels } from '../pages/panels.js';
import { ReportPanel, type ReportPanelOptions } from './panel.js';

/** What a report page keeps over a reload of the window, as far as the panel needs it. */
interface Kept {
  readonly folder?: string;
  readonly comparedWith?: string | null;
}

/** The open reports, one for each folder. */
export class Reports implements vscode.Disposable {
  readonly #panels: Panels<ReportPanel, Kept>;

  constructor(options: ReportPanelOptions) {
    this.#panels = new Panels({
      viewType: 'discLabeling.report',
      title: () => vscode.l10n.t('Test Report'),
      pathIn: ({ folder }) => folder,
      page: (folder, panel, kept) =>
        new ReportPanel(vscode.Uri.file(folder), panel, options, kept?.comparedWith),
    });
  }

  /** Shows the report of a folder, beside another one if that is given. */
  open(folder: vscode.Uri, comparedWith: vscode.Uri | null = null): void {
    const other = comparedWith?.fsPath ?? null;
    const known = this.#panels.open(folder.fsPath, { comparedWith: other });
    if (known !== undefined && other !== null) void known.compare(other);
  }

  dispose(): void {
    this.#panels.dispose();
  }
}
