import type { FromPage, ToPage } from '@disc-labeling/webview/messages';
import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import { messageOf } from '../words.js';
import { pageHtml } from './html.js';

/** The pages there are: each a bundle `dist/webview/<name>.js` with its style sheet. */
export type PageName = 'gallery' | 'report' | 'training' | 'viewer';

export interface PageOptions<State, Request> {
  readonly name: PageName;
  readonly extensionUri: vscode.Uri;
  /** Folders whose files the page may fetch, besides its own bundle. */
  readonly resources?: readonly vscode.Uri[];
  /** Everything the page draws, now. */
  readonly state: () => State;
  /** Does what the page asks for; rejects with a sentence for the user where it can't. */
  readonly perform: (request: Request) => Promise<void>;
  readonly log: vscode.LogOutputChannel;
  /** Names the page in the log. */
  readonly title: string;
}

/** Fills a webview with one of our pages, and carries the messages to and fro. */
export class PageChannel<State, Request, Action = never> implements vscode.Disposable {
  readonly #webview: vscode.Webview;
  readonly #options: PageOptions<State, Request>;
  readonly #listener: vscode.Disposable;
  #ready = false;

  constructor(webview: vscode.Webview, options: PageOptions<State, Request>) {
    this.#webview = webview;
    this.#options = options;
    const { name, extensionUri, resources = [] } = options;
    const dist = vscode.Uri.joinPath(extensionUri, 'dist', 'webview');
    const address = (file: string): string =>
      webview.asWebviewUri(vscode.Uri.joinPath(dist, file)).toString();
    webview.options = { enableScripts: true, localResourceRoots: [dist, ...resources] };
    this.#listener = webview.onDidReceiveMessage((message: FromPage<Request>) => this.#receive(message));
    webview.html = pageHtml({
      name,
      nonce: randomBytes(16).toString('base64url'),
      cspSource: webview.cspSource,
      script: address(`${name}.js`),
      style: address(`${name}.css`),
      translations: vscode.l10n.bundle,
      language: vscode.env.language,
    });
  }

  /** Sends the whole state, if the page can receive yet. */
  update(): void {
    if (this.#ready) this.#send({ type: 'state', state: this.#options.state() });
  }

  /** Something the palette asks of the page. */
  act(action: Action): void {
    this.#send({ type: 'action', action });
  }

  #receive(message: FromPage<Request>): void {
    switch (message.type) {
      case 'ready':
        this.#ready = true;
        return this.update();
      case 'log':
        return this.#options.log[message.level](`${this.#options.title}: ${message.message}`);
      case 'request':
        return void this.#answer(message.id, message.request);
    }
  }

  async #answer(id: number, request: Request): Promise<void> {
    try {
      await this.#options.perform(request);
      this.#send({ type: 'answer', id });
    } catch (error) {
      this.#send({ type: 'answer', id, error: messageOf(error) });
    }
  }

  #send(message: ToPage<State, Action>): void {
    void this.#webview.postMessage(message);
  }

  dispose(): void {
    this.#listener.dispose();
  }
}
