import type { Place, ViewerRequest } from '@disc-labeling/webview/messages';
import * as vscode from 'vscode';
import type { Backend } from '../backend.js';
import { viewType } from '../commands/ids.js';
import { exists, isWithin } from '../workspace.js';
import type { CorrectionBackups } from './backups.js';
import { VolumeDocument } from './document.js';
import type { Inspection } from './inspection.js';
import { ViewerPanel, type PanelOptions } from './panel.js';

/** A place a viewer is to turn to. */
type Target = Omit<Place, 'stamp'>;

/**
 * The custom editor for volumes, and the registry of open viewers. A volume itself is never changed: what is edited, undone
 * and saved are its discs, as the user corrects them.
 */
export class VolumeEditors implements vscode.CustomEditorProvider<VolumeDocument>, vscode.Disposable {
  readonly #options: PanelOptions;
  readonly #backend: Backend;
  readonly #panels = new Set<ViewerPanel>();
  /** Where volumes that are being opened are to be shown, by URI. */
  readonly #places = new Map<string, Place>();
  readonly #registrations: readonly vscode.Disposable[];
  readonly #corrected = new vscode.EventEmitter<vscode.CustomDocumentEditEvent<VolumeDocument>>();
  readonly onDidChangeCustomDocument = this.#corrected.event;
  readonly #save: (document: VolumeDocument) => Promise<void>;
  readonly #backups: CorrectionBackups;
  /** What documents about to be opened are looked at for, by URI. */
  readonly #awaited = new Map<string, Inspection>();

  constructor(
    extensionUri: vscode.Uri,
    backend: Backend,
    backups: CorrectionBackups,
    perform: (panel: ViewerPanel, request: ViewerRequest) => Promise<void>,
    save: (document: VolumeDocument) => Promise<void>,
  ) {
    this.#backend = backend;
    this.#backups = backups;
    this.#save = save;
    this.#options = { extensionUri, backend, perform };
    const editors = vscode.window.registerCustomEditorProvider(viewType, this, {
      supportsMultipleEditorsPerDocument: true,
      // Drawing a volume anew takes a second or two, and a zoomed view would be lost.
      webviewOptions: { retainContextWhenHidden: true },
    });
    const renames = vscode.workspace.onWillRenameFiles((event) =>
      event.waitUntil(Promise.all(event.files.map((file) => this.#carry(file)))),
    );
    const deletions = vscode.workspace.onDidDeleteFiles(({ files }) => {
      for (const file of files) void this.#backups.discard(file);
    });
    this.#registrations = [editors, renames, deletions];
  }

  /** The viewer in the active editor. */
  get active(): ViewerPanel | undefined {
    return [...this.#panels].find((panel) => panel.active);
  }

  async openCustomDocument(
    uri: vscode.Uri,
    { backupId }: vscode.CustomDocumentOpenContext,
  ): Promise<VolumeDocument> {
    const document = new VolumeDocument(uri, this.#backend);
    document.onDidCorrect((edit) => this.#corrected.fire(edit));
    const kept = await this.#backups.read(document, backupId);
    if (backupId === undefined) document.recover(kept);
    else document.restore(kept);
    this.#backups.follow(document);
    const inspection = this.#awaited.get(uri.toString());
    if (inspection) document.inspect(inspection);
    void document.open();
    return document;
  }

  /**
   * Opens an image of a test report with its predictions and the truth, at the disc in question.
   * @throws Error with a sentence for the user where the image is gone
   */
  async inspect(uri: vscode.Uri, inspection: Inspection, place: Target | null): Promise<void> {
    try {
      await vscode.workspace.fs.stat(uri);
    } catch {
      throw new Error(
        vscode.l10n.t(
          '{0} is not there. The report was made where its images lay at that place.',
          uri.fsPath,
        ),
      );
    }
    const key = uri.toString();
    const open = this.documents.find((document) => document.uri.toString() === key);
    if (open) open.inspect(inspection);
    else this.#awaited.set(key, inspection);
    try {
      await this.openAt(uri, place, { preview: true });
    } finally {
      this.#awaited.delete(key);
    }
  }

  /** @throws CancellationError when the user keeps labels that are there */
  async saveCustomDocument(document: VolumeDocument): Promise<void> {
    const renamed = this.#backups.carriedTo(document);
    if (!renamed || (await exists(document.uri))) return this.#save(document);
    // VS Code asks whether to save what was open in a folder when it has renamed it, where nothing can be saved any more.
    void vscode.window.showInformationMessage(
      vscode.l10n.t(
        'Corrections went along, still to be saved: {0}',
        vscode.workspace.asRelativePath(renamed),
      ),
    );
  }

  saveCustomDocumentAs(): Promise<void> {
    return Promise.reject(
      new Error(vscode.l10n.t('Labels have their place beside the image: save them with Save Labels.')),
    );
  }

  revertCustomDocument(document: VolumeDocument): Promise<void> {
    document.revert();
    return Promise.resolve();
  }

  /** Corrections outlive an editor that is closed before they are saved. */
  backupCustomDocument(document: VolumeDocument): Promise<vscode.CustomDocumentBackup> {
    return this.#backups.write(document);
  }

  /** Corrections go along with a volume that is renamed, or lies in a folder that is. */
  async #carry({ oldUri, newUri }: { oldUri: vscode.Uri; newUri: vscode.Uri }): Promise<void> {
    for (const document of this.documents) {
      const { path } = document.uri;
      if (document.atStake === null || !isWithin(document.uri, oldUri)) continue;
      const renamed = newUri.with({ path: newUri.path + path.slice(oldUri.path.length) });
      await this.#backups.carry(document, renamed);
    }
  }

  resolveCustomEditor(document: VolumeDocument, webviewPanel: vscode.WebviewPanel): void {
    const panel = new ViewerPanel(document, webviewPanel, this.#options);
    this.#panels.add(panel);
    panel.show(this.#places.get(document.uri.toString()) ?? null);
    webviewPanel.onDidDispose(() => {
      this.#panels.delete(panel);
      panel.dispose();
    });
  }

  /** Opens a volume, or shows the viewer it has, at a place if one is given. */
  async openAt(
    uri: vscode.Uri,
    target: Target | null,
    options?: vscode.TextDocumentShowOptions,
  ): Promise<void> {
    const place = target && { ...target, stamp: Date.now() };
    if (place) this.#places.set(uri.toString(), place);
    await vscode.commands.executeCommand('vscode.openWith', uri, viewType, options);
    for (const panel of this.#panels) if (panel.document.uri.toString() === uri.toString()) panel.show(place);
    this.#places.delete(uri.toString());
  }

  /** The documents that are open, each once. */
  get documents(): VolumeDocument[] {
    return [...new Set([...this.#panels].map(({ document }) => document))];
  }

  dispose(): void {
    for (const registration of this.#registrations) registration.dispose();
    this.#corrected.dispose();
    for (const panel of this.#panels) panel.dispose();
  }
}
