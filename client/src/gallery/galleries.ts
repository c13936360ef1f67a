import type { GalleryMemory } from '@disc-labeling/webview/messages';
import { basename, dirname } from 'node:path';
import * as vscode from 'vscode';
import { GalleryPanel, type GalleryOptions } from './panel.js';

/** Type of the panels, by which VS Code restores them. */
const galleryType = 'discLabeling.gallery';

/** The open galleries, one for each folder; they come back when the window is opened again. */
export class Galleries implements vscode.Disposable, vscode.WebviewPanelSerializer<GalleryMemory> {
  readonly #options: GalleryOptions;
  readonly #open = new Map<string, GalleryPanel>();
  readonly #registration: vscode.Disposable;

  constructor(options: GalleryOptions) {
    this.#options = options;
    this.#registration = vscode.window.registerWebviewPanelSerializer(galleryType, this);
  }

  /** Shows a folder, or that of its samples.json or dataset.json. */
  show(uri: vscode.Uri): void {
    const folder = /\.json$/i.test(uri.path) ? dirname(uri.fsPath) : uri.fsPath;
    const known = this.#open.get(folder);
    if (known) return known.reveal();
    const panel = vscode.window.createWebviewPanel(
      galleryType,
      vscode.l10n.t('Gallery: {0}', basename(folder)),
      vscode.ViewColumn.Active,
      // Scroll position and pictures stay while another tab is in front.
      { retainContextWhenHidden: true },
    );
    this.#adopt(folder, panel);
  }

  async deserializeWebviewPanel(
    panel: vscode.WebviewPanel,
    memory: GalleryMemory | undefined,
  ): Promise<void> {
    if (memory?.folder === undefined || this.#open.has(memory.folder)) return panel.dispose();
    this.#adopt(memory.folder, panel);
  }

  #adopt(folder: string, panel: vscode.WebviewPanel): void {
    const gallery = new GalleryPanel(folder, panel, this.#options);
    this.#open.set(folder, gallery);
    panel.onDidDispose(() => {
      this.#open.delete(folder);
      gallery.dispose();
    });
  }

  dispose(): void {
    this.#registration.dispose();
    for (const gallery of this.#open.values()) gallery.dispose();
  }
}
