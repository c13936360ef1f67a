import type {
  FromViewer,
  ToViewer,
  ViewerAction,
  ViewerRequest,
  ViewerState,
} from '@disc-labeling/webview/messages';
import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import type { Backend } from '../backend.js';
import { settings } from '../settings.js';
import type { VolumeDocument } from './document.js';
import { viewerPage } from './html.js';

export interface PanelOptions {
  readonly extensionUri: vscode.Uri;
  readonly backend: Backend;
  /** Does what a viewer's button asks for; rejects with a sentence for the user where it can't. */
  readonly perform: (panel: ViewerPanel, request: ViewerRequest) => Promise<void>;
}

/** One viewer of a volume: its page, and the messages to and fro. */
export class ViewerPanel implements vscode.Disposable {
  readonly #panel: vscode.WebviewPanel;
  readonly #options: PanelOptions;
  readonly #disposables: vscode.Disposable[] = [];
  #ready = false;

  constructor(
    readonly document: VolumeDocument,
    panel: vscode.WebviewPanel,
    options: PanelOptions,
  ) {
    this.#panel = panel;
    this.#options = options;
    const { webview } = panel;
    const dist = vscode.Uri.joinPath(options.extensionUri, 'dist', 'webview');
    webview.options = {
      enableScripts: true,
      localResourceRoots: [dist, vscode.Uri.joinPath(document.uri, '..'), options.backend.overlaysFolder],
    };
    this.#disposables.push(
      webview.onDidReceiveMessage((message: FromViewer) => this.#receive(message)),
      document.onDidChange(() => this.#sendState()),
    );
    webview.html = viewerPage({
      nonce: randomBytes(16).toString('base64url'),
      cspSource: webview.cspSource,
      script: webview.asWebviewUri(vscode.Uri.joinPath(dist, 'viewer.js')).toString(),
      style: webview.asWebviewUri(vscode.Uri.joinPath(dist, 'viewer.css')).toString(),
      translations: vscode.l10n.bundle,
      language: vscode.env.language,
    });
  }

  get active(): boolean {
    return this.#panel.active;
  }

  /** A view switch from the palette. */
  act(action: ViewerAction): void {
    this.#send({ type: 'action', action });
  }

  #receive(message: FromViewer): void {
    switch (message.type) {
      case 'ready':
        this.#ready = true;
        return this.#sendState();
      case 'log':
        return this.#options.backend.log[message.level](
          `viewer of ${this.document.name}: ${message.message}`,
        );
      case 'request':
        return void this.#answer(message.id, message.request);
    }
  }

  async #answer(id: number, request: ViewerRequest): Promise<void> {
    try {
      await this.#options.perform(this, request);
      this.#send({ type: 'answer', id });
    } catch (error) {
      this.#send({ type: 'answer', id, error: error instanceof Error ? error.message : String(error) });
    }
  }

  #sendState(): void {
    if (this.#ready) this.#send({ type: 'state', state: this.#state() });
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
        result: document.labels.result,
        overlays: {
          attention: overlay(document.labels.overlays?.attention),
          heatmap: overlay(document.labels.overlays?.heatmap),
        },
      },
      labelling: document.labelling,
      models: document.models,
      model: document.model,
      defaults: { attention: showAttention, heatmap: showHeatMap },
    };
  }

  #send(message: ToViewer): void {
    void this.#panel.webview.postMessage(message);
  }

  dispose(): void {
    vscode.Disposable.from(...this.#disposables).dispose();
  }
}
