import { fileURLToPath } from 'node:url';
import {
  CodeActionKind,
  CodeLensRefreshRequest,
  DiagnosticSeverity,
  TextDocuments,
  TextDocumentSyncKind,
  type ClientCapabilities,
  type CodeAction,
  type CodeLens,
  type Connection,
  type Diagnostic,
  type Range,
  type ServerCapabilities,
} from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import type { Finding } from '../configuration/findings.js';
import type { Services } from './services.js';

/** What the backend does for the text of a configuration, as the Language Server Protocol says it. */
export const configurationCapabilities: ServerCapabilities = {
  textDocumentSync: TextDocumentSyncKind.Incremental,
  codeActionProvider: { codeActionKinds: [CodeActionKind.QuickFix] },
  codeLensProvider: {},
};

/** ms without a keystroke before a text is looked at. */
const pause = 250;

const severities = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  information: DiagnosticSeverity.Information,
} as const;

const rangeOf = (document: TextDocument, { start, end }: { start: number; end: number }): Range => ({
  start: document.positionAt(start),
  end: document.positionAt(end),
});

const diagnosticOf = (document: TextDocument, finding: Finding): Diagnostic => ({
  range: rangeOf(document, finding),
  severity: severities[finding.severity],
  code: finding.code,
  source: 'Disc Labeling',
  message: finding.message.charAt(0).toUpperCase() + finding.message.slice(1),
});

/** One open configuration: what is wrong with it, told a moment after it has changed. */
class OpenConfiguration {
  readonly path: string;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;
  #latest: { version: number; findings: Promise<readonly Finding[]> } | undefined;
  readonly #watcher;

  constructor(
    private document: TextDocument,
    private readonly service: Services['configuration'],
    private readonly tell: (document: TextDocument, findings: readonly Finding[]) => void,
    refresh: () => void,
  ) {
    this.path = fileURLToPath(document.uri);
    this.#watcher = service.watch(() => {
      this.#latest = undefined;
      this.#schedule();
      refresh();
    });
    this.changed(document);
  }

  changed(document: TextDocument): void {
    this.document = document;
    this.#schedule();
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#look(), pause);
  }

  async #look(): Promise<void> {
    const { version } = this.document;
    this.#watcher.follow(this.service.placesOf(this.document.getText(), this.path));
    const findings = await this.findings().catch(() => []);
    // What was typed meanwhile is looked at by itself.
    if (!this.#closed && this.document.version === version) this.tell(this.document, findings);
  }

  /** What is wrong with the text as it stands now. */
  findings(): Promise<readonly Finding[]> {
    const { version } = this.document;
    if (this.#latest?.version !== version)
      this.#latest = { version, findings: this.service.examine(this.document.getText(), this.path) };
    return this.#latest.findings;
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#watcher.dispose();
  }
}

/**
 * Diagnostics, quick fixes and lenses of the configurations that are open in the editor.
 * @param service made when the first one is opened
 */
export function speakConfiguration(
  connection: Connection,
  service: () => Promise<Services['configuration']>,
  capabilities: ClientCapabilities,
): { dispose(): void } {
  const documents = new TextDocuments(TextDocument);
  const open = new Map<string, Promise<OpenConfiguration>>();
  const refresh = (): void => {
    if (capabilities.workspace?.codeLens?.refreshSupport)
      void connection.sendRequest(CodeLensRefreshRequest.type).catch(() => {});
  };
  const tell = (document: TextDocument, findings: readonly Finding[]): void => {
    const diagnostics = findings.map((finding) => diagnosticOf(document, finding));
    void connection.sendDiagnostics({ uri: document.uri, version: document.version, diagnostics });
  };
  documents.onDidChangeContent(({ document }) => {
    if (!document.uri.startsWith('file:')) return;
    const known = open.get(document.uri);
    if (known) return void known.then((one) => one.changed(document)).catch(() => {});
    const opening = service().then(
      (made) => new OpenConfiguration(documents.get(document.uri) ?? document, made, tell, refresh),
    );
    opening.catch((error: unknown) => connection.console.error(String(error)));
    open.set(document.uri, opening);
  });
  documents.onDidClose(({ document }) => {
    void open
      .get(document.uri)
      ?.then((one) => one.close())
      .catch(() => {});
    open.delete(document.uri);
    void connection.sendDiagnostics({ uri: document.uri, diagnostics: [] });
  });
  connection.onCodeAction(async ({ textDocument, range }) => {
    const document = documents.get(textDocument.uri);
    const one = await open.get(textDocument.uri);
    return document && one ? actionsAt(document, await one.findings(), range) : [];
  });
  connection.onCodeLens(async ({ textDocument }) => {
    const document = documents.get(textDocument.uri);
    const one = await open.get(textDocument.uri);
    if (!document || !one) return [];
    const lenses = await (await service()).lenses(document.getText(), one.path);
    const start = { line: 0, character: 0 };
    return lenses.map(({ title, tooltip, command }): CodeLens => ({
      range: { start, end: start },
      // A lens without a command is shown as text.
      command: { title, tooltip, command: command ?? '', arguments: [textDocument.uri] },
    }));
  });
  documents.listen(connection);
  return {
    dispose: () => open.forEach((opening) => void opening.then((one) => one.close()).catch(() => {})),
  };
}

/** The remedies of what is wrong within a range, the likeliest of each marked. */
function actionsAt(document: TextDocument, findings: readonly Finding[], range: Range): CodeAction[] {
  const [from, to] = [document.offsetAt(range.start), document.offsetAt(range.end)];
  return findings
    .filter(({ start, end }) => start <= to && from <= end)
    .flatMap((finding) =>
      finding.fixes.map(({ title, edits }, n): CodeAction => ({
        title,
        kind: CodeActionKind.QuickFix,
        isPreferred: n === 0,
        diagnostics: [diagnosticOf(document, finding)],
        edit: {
          changes: {
            [document.uri]: edits.map((edit) => ({ range: rangeOf(document, edit), newText: edit.text })),
          },
        },
      })),
    );
}
