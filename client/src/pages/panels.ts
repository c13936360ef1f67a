import * as vscode from 'vscode';

/** What shows one file or folder in a panel. */
export interface PanelPage extends vscode.Disposable {
  reveal(): void;
}

/** A kind of panels. `Memory`: what a page keeps over a reload of the window. */
export interface PanelKind<Page extends PanelPage, Memory> {
  /** By which VS Code brings panels back. */
  readonly viewType: string;
  readonly options?: vscode.WebviewPanelOptions;
  title(path: string): string;
  /** What a kept page showed; undefined: it can't be brought back. */
  pathIn(memory: Memory): string | undefined;
  page(path: string, panel: vscode.WebviewPanel, memory: Memory | undefined): Page;
}

/** The open panels of a kind, one for each path; they come back when the window is opened again. */
export class Panels<Page extends PanelPage, Memory> implements vscode.Disposable {
  readonly #pages = new Map<string, Page>();
  readonly #registration: vscode.Disposable;

  constructor(private readonly kind: PanelKind<Page, Memory>) {
    this.#registration = vscode.window.registerWebviewPanelSerializer(kind.viewType, {
      deserializeWebviewPanel: async (panel, memory: Memory | undefined) => {
        const path = memory === undefined ? undefined : kind.pathIn(memory);
        if (path === undefined || this.#pages.has(path)) panel.dispose();
        else this.#add(path, panel, memory);
      },
    });
  }

  /**
   * Opens what a path has to show, or brings it to the front.
   * @param memory what a new page is to begin with
   * @returns the page where it was open already
   */
  open(path: string, memory?: Memory): Page | undefined {
    const known = this.#pages.get(path);
    known?.reveal();
    if (known !== undefined) return known;
    const { viewType, title, options } = this.kind;
    this.#add(
      path,
      vscode.window.createWebviewPanel(viewType, title(path), vscode.ViewColumn.Active, options),
      memory,
    );
    return undefined;
  }

  #add(path: string, panel: vscode.WebviewPanel, memory: Memory | undefined): void {
    const page = this.kind.page(path, panel, memory);
    this.#pages.set(path, page);
    panel.onDidDispose(() => {
      this.#pages.delete(path);
      page.dispose();
    });
  }

  dispose(): void {
    this.#registration.dispose();
    for (const page of this.#pages.values()) page.dispose();
  }
}
