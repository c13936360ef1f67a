import { requests, type ErrorData, type GalleryContents } from '@disc-labeling/server/protocol';
import type { GalleryAction, GalleryRequest, GalleryState } from '@disc-labeling/webview/messages';
import * as vscode from 'vscode';
import { BackendError, problemOf, type Backend } from '../backend.js';
import { PageChannel } from '../pages/channel.js';

export interface GalleryOptions {
  readonly extensionUri: vscode.Uri;
  readonly backend: Backend;
  /** Opens a volume at a place. */
  readonly open: (image: vscode.Uri, voxel: readonly [number, number, number] | null) => Promise<void>;
  /** Shows what a model looks at in a sample of a prepared set, or in a volume. */
  readonly attention: (input: vscode.Uri, sample?: string) => Promise<void>;
}

/** One open gallery: what is in its folder, and the pictures under way. */
export class GalleryPanel implements vscode.Disposable {
  readonly #panel: vscode.WebviewPanel;
  readonly #channel: PageChannel<GalleryState, GalleryRequest, GalleryAction>;
  readonly #options: GalleryOptions;
  readonly #pictures = new Map<string, vscode.CancellationTokenSource>();
  readonly #listener: vscode.Disposable;
  #reading: vscode.CancellationTokenSource | null = null;
  #contents: GalleryContents | null = null;
  #problem: ErrorData | null = null;

  constructor(
    readonly folder: string,
    panel: vscode.WebviewPanel,
    options: GalleryOptions,
  ) {
    this.#panel = panel;
    this.#options = options;
    this.#channel = new PageChannel(panel.webview, {
      name: 'gallery',
      extensionUri: options.extensionUri,
      state: () => ({ folder, contents: this.#contents, problem: this.#problem }),
      perform: (request) => this.#perform(request),
      log: options.backend.log,
      title: `gallery of ${folder}`,
    });
    // Where the backend was away (crashed, or not trusted yet), what failed is asked for again.
    this.#listener = options.backend.onDidChangeHealth((health) => {
      if (health === 'ready' && this.#problem) void this.#read();
    });
    void this.#read();
  }

  reveal(): void {
    this.#panel.reveal();
  }

  async #read(): Promise<void> {
    this.#reading?.cancel();
    const reading = (this.#reading = new vscode.CancellationTokenSource());
    this.#problem = null;
    try {
      const { token } = reading;
      const contents = await this.#options.backend.request(
        requests.gallery,
        { folder: this.folder },
        { token },
      );
      if (reading !== this.#reading) return;
      this.#contents = contents;
      this.#panel.title = vscode.l10n.t('Gallery: {0}', contents.title);
    } catch (error) {
      if (reading !== this.#reading) return;
      this.#contents = null;
      this.#problem = problemOf(error, vscode.l10n.t('cannot open gallery'), this.folder);
    } finally {
      reading.dispose();
    }
    this.#channel.update();
  }

  async #perform(request: GalleryRequest): Promise<void> {
    switch (request.kind) {
      case 'picture':
        return this.#picture(request);
      case 'cancel':
        return this.#pictures.get(`${request.view} ${request.name}`)?.cancel();
      case 'open':
        return this.#options.open(vscode.Uri.file(request.image), request.voxel);
      case 'attention':
        return this.#attention(request.name);
      case 'refresh':
        return this.#read();
    }
  }

  async #attention(name: string): Promise<void> {
    if (this.#contents?.kind === 'prepared')
      return this.#options.attention(vscode.Uri.file(this.folder), name);
    const image = this.#contents?.items.find((item) => item.name === name)?.image;
    if (image) await this.#options.attention(vscode.Uri.file(image));
  }

  async #picture({ name, view, size }: GalleryRequest & { readonly kind: 'picture' }): Promise<void> {
    const key = `${view} ${name}`;
    this.#pictures.get(key)?.cancel();
    const source = new vscode.CancellationTokenSource();
    this.#pictures.set(key, source);
    try {
      const picture = await this.#options.backend.request(
        requests.galleryPicture,
        { folder: this.folder, name, view, size },
        { token: source.token },
      );
      this.#channel.act({ kind: 'picture', name, view, picture });
    } catch (error) {
      if (error instanceof vscode.CancellationError) return;
      const why = error instanceof BackendError ? error.problem.why : String(error);
      this.#channel.act({ kind: 'noPicture', name, view, why });
    } finally {
      if (this.#pictures.get(key) === source) this.#pictures.delete(key);
      source.dispose();
    }
  }

  dispose(): void {
    this.#reading?.cancel();
    this.#reading = null;
    for (const source of this.#pictures.values()) source.cancel();
    this.#listener.dispose();
    this.#channel.dispose();
  }
}
