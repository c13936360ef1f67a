import {
  requests,
  type ErrorData,
  type ReportComparison,
  type TestReport,
} from '@disc-labeling/server/protocol';
import type { ReportDiscKey, ReportRequest, ReportState } from '@disc-labeling/webview/messages';
import { isAbsolute, normalize } from 'node:path';
import * as vscode from 'vscode';
import { problemOf, type Backend } from '../backend.js';
import type { VolumeEditors } from '../editor/editors.js';
import { PageChannel } from '../pages/channel.js';
import { messageOf } from '../words.js';
import { pickReport, reportFile } from './find-reports.js';

export interface ReportPanelOptions {
  readonly extensionUri: vscode.Uri;
  readonly backend: Backend;
  readonly editors: VolumeEditors;
}

/** A test report in a tab of its own. */
export class ReportPanel implements vscode.Disposable {
  readonly #options: ReportPanelOptions;
  readonly #channel: PageChannel<ReportState, ReportRequest>;
  readonly #panel: vscode.WebviewPanel;
  readonly #watcher: vscode.FileSystemWatcher;
  #report: TestReport | null = null;
  #problem: ErrorData | null = null;
  #comparison: ReportComparison | null = null;
  #comparing = false;

  /** @param comparedWith folder of the report this one was compared with before the window was reloaded */
  constructor(
    readonly folder: vscode.Uri,
    panel: vscode.WebviewPanel,
    options: ReportPanelOptions,
    comparedWith: string | null = null,
  ) {
    this.#panel = panel;
    this.#options = options;
    const { extensionUri, backend } = options;
    panel.iconPath = vscode.Uri.joinPath(extensionUri, 'resources', 'icon.png');
    this.#channel = new PageChannel(panel.webview, {
      name: 'report',
      extensionUri,
      resources: [folder],
      state: () => this.#state(),
      perform: (request) => this.#perform(request),
      log: backend.log,
      title: `report ${folder.fsPath}`,
    });
    // A test that is repeated replaces the report in its folder.
    this.#watcher = vscode.workspace.createFileSystemWatcher(new vscode.RelativePattern(folder, reportFile));
    this.#watcher.onDidChange(() => this.load());
    this.#watcher.onDidCreate(() => this.load());
    void this.load().then(() => (comparedWith === null ? undefined : this.compare(comparedWith)));
  }

  reveal(): void {
    this.#panel.reveal();
  }

  /** Reads the report, or reads it anew. */
  async load(): Promise<void> {
    try {
      this.#report = await this.#options.backend.request(requests.report, { folder: this.folder.fsPath });
      this.#problem = null;
      this.#panel.title = vscode.l10n.t('Test of {0}', this.#report.model.title);
    } catch (error) {
      this.#report = null;
      this.#problem = problemOf(error, vscode.l10n.t('cannot read report'), this.folder.fsPath);
    }
    this.#channel.update();
  }

  #state(): ReportState {
    const { webview } = this.#panel;
    const pictures = (this.#report?.subjects ?? []).flatMap(({ name, picture }) =>
      picture !== null && isBelow(picture)
        ? [[name, webview.asWebviewUri(vscode.Uri.joinPath(this.folder, picture)).toString()] as const]
        : [],
    );
    return {
      folder: this.folder.fsPath,
      report: this.#report,
      problem: this.#problem,
      pictures: Object.fromEntries(pictures),
      comparison: this.#comparison,
      comparing: this.#comparing,
    };
  }

  async #perform(request: ReportRequest): Promise<void> {
    try {
      await this.#do(request);
    } catch (error) {
      if (error instanceof vscode.CancellationError) return;
      void vscode.window.showErrorMessage(messageOf(error));
      throw error;
    }
  }

  async #do(request: ReportRequest): Promise<void> {
    switch (request.kind) {
      case 'openVolume':
        return this.#openVolume(request.subject, request.disc);
      case 'compare': {
        const other = await pickReport(vscode.l10n.t('Compare with which report?'), this.folder);
        return other && this.compare(other.fsPath);
      }
      case 'endComparison':
        this.#comparison = null;
        return this.#channel.update();
      case 'saveHtml':
        return this.#saveHtml();
      case 'copy':
        return void vscode.env.clipboard.writeText(request.text);
      case 'reload':
        return this.load();
      case 'showLog':
        return this.#options.backend.log.show();
    }
  }

  async #openVolume(subject: string, key: ReportDiscKey | null): Promise<void> {
    const report = this.#report;
    const found = report?.subjects.find(({ name }) => name === subject);
    if (!report || !found) return;
    const disc =
      key &&
      found.discs.find(({ value, outcome }) => value === key.value && (outcome === 'false') === key.false);
    const place = disc?.truth ?? disc?.predicted;
    await this.#options.editors.inspect(
      vscode.Uri.file(found.image),
      { report, subject },
      disc && place ? { disc: disc.value, voxel: place.voxel } : null,
    );
  }

  /** Shows how the model of another report does on the same images. */
  async compare(folder: string): Promise<void> {
    try {
      await this.#fetchComparison(folder);
    } catch (error) {
      void vscode.window.showErrorMessage(messageOf(error));
    }
  }

  async #fetchComparison(folder: string): Promise<void> {
    this.#comparing = true;
    this.#channel.update();
    try {
      this.#comparison = await this.#options.backend.request(requests.compareReports, {
        folders: [this.folder.fsPath, folder],
      });
    } finally {
      this.#comparing = false;
      this.#channel.update();
    }
  }

  async #saveHtml(): Promise<void> {
    const target = await vscode.window.showSaveDialog({
      title: vscode.l10n.t('Save Report as HTML'),
      defaultUri: vscode.Uri.joinPath(this.folder, 'index.html'),
      filters: { HTML: ['html'] },
    });
    if (!target) return;
    const { file } = await this.#options.backend.request(requests.saveReport, {
      folder: this.folder.fsPath,
      file: target.fsPath,
      comparison: this.#comparison,
    });
    const open = vscode.l10n.t('Open in Browser');
    const choice = await vscode.window.showInformationMessage(
      vscode.l10n.t('Report saved as {0}', vscode.workspace.asRelativePath(file)),
      open,
    );
    if (choice === open) await vscode.env.openExternal(vscode.Uri.file(file));
  }

  dispose(): void {
    this.#watcher.dispose();
    this.#channel.dispose();
  }
}

/** A report's pictures lie in its folder; anything else is not shown. */
const isBelow = (name: string): boolean =>
  !isAbsolute(name) && !normalize(name).split(/[\\/]/).includes('..');
