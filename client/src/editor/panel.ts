import type { Place, ViewerAction, ViewerRequest, ViewerState } from '@disc-labeling/webview/messages';
import * as vscode from 'vscode';
import type { Backend } from '../backend.js';
import { PageChannel } from '../pages/channel.js';
import { settings } from '../settings.js';
import type { VolumeDocument } from './document.js';

export interface PanelOptions {
  readonly extensionUri: vscode.Uri;
  readonly backend: Backend;
  /** Does what a viewer's button asks for; rejects with a sentence for the user where it can't. */
  readonly perform: (panel: ViewerPanel, request: ViewerRequest) => Promise<void>;
}

/** One viewer of a volume: what it shows, and what its buttons ask for. */
export class ViewerPanel implements vscode.Disposable {
  readonly #panel: vscode.WebviewPanel;
  readonly #channel: PageChannel<ViewerState, ViewerRequest, ViewerAction>;
  readonly #listener: vscode.Disposable;
  #place: Place | null = null;

  constructor(
    readonly document: VolumeDocument,
    panel: vscode.WebviewPanel,
    { extensionUri, backend, perform }: PanelOptions,
  ) {
    this.#panel = panel;
    this.#channel = new PageChannel(panel.webview, {
      name: 'viewer',
      extensionUri,
      resources: [vscode.Uri.joinPath(document.uri, '..'), backend.overlaysFolder],
      state: () => this.#state(),
      perform: (request) => perform(this, request),
      log: backend.log,
      title: `viewer of ${document.name}`,
    });
    this.#listener = document.onDidChange(() => this.#channel.update());
  }

  get active(): boolean {
    return this.#panel.active;
  }

  /** Turns to a place; null leaves the view as it is. */
  show(place: Place | null): void {
    if (place === null) return;
    this.#place = place;
    this.#channel.update();
  }

  /** A view switch from the palette. */
  act(action: ViewerAction): void {
    this.#channel.act(action);
  }

  #state(): ViewerState {
    const { document } = this;
    const { webview } = this.#panel;
    const { showAttention, showHeatMap } = settings();
    const overlay = (path: string | null | undefined): string | null =>
      path ? webview.asWebviewUri(vscode.Uri.file(path)).toString() : null;
    return {
      file: {
        name: document.name,
        // The version makes sure that a changed file is fetched anew.
        url: webview.asWebviewUri(document.uri.with({ query: `v=${document.version}` })).toString(),
        size: document.size,
      },
      header: document.header,
      problem: document.problem,
      backend: document.health,
      labels: document.labels && {
        report: document.report,
        corrected: document.corrected,
        result: document.labels.result,
        overlays: {
          attention: overlay(document.labels.overlays?.attention),
          heatmap: overlay(document.labels.overlays?.heatmap),
        },
      },
      truth: document.truth,
      labelling: document.labelling,
      models: document.models,
      model: document.model,
      place: this.#place,
      defaults: { attention: showAttention, heatmap: showHeatMap },
    };
  }

  dispose(): void {
    this.#listener.dispose();
    this.#channel.dispose();
  }
}
