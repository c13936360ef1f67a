import type { GalleryMemory } from '@disc-labeling/webview/messages';
import { basename, dirname } from 'node:path';
import * as vscode from 'vscode';
import { Panels } from '../pages/panels.js';
import { GalleryPanel, type GalleryOptions } from './panel.js';

/** The open galleries, one for each folder. */
export class Galleries implements vscode.Disposable {
  readonly #panels: Panels<GalleryPanel, GalleryMemory>;

  constructor(options: GalleryOptions) {
    this.#panels = new Panels({
      viewType: 'discLabeling.gallery',
      // Scroll position and pictures stay while another tab is in front.
      options: { retainContextWhenHidden: true },
      title: (folder) => vscode.l10n.t('Gallery: {0}', basename(folder)),
      pathIn: ({ folder }) => folder,
      page: (folder, panel) => new GalleryPanel(folder, panel, options),
    });
  }

  /** Shows a folder, or that of its samples.json or dataset.json. */
  show(uri: vscode.Uri): void {
    this.#panels.open(/\.json$/i.test(uri.path) ? dirname(uri.fsPath) : uri.fsPath);
  }

  dispose(): void {
    this.#panels.dispose();
  }
}
