import { randomUUID } from 'node:crypto';
import * as vscode from 'vscode';

/** Pages of text that are shown and not saved: summaries, lists of what was left out. */
const scheme = 'disc-labeling-page';
const texts = new Map<string, string>();

/** Makes pages readable; on disposal nothing stays. */
export function registerPages(): vscode.Disposable {
  return vscode.Disposable.from(
    vscode.workspace.registerTextDocumentContentProvider(scheme, {
      provideTextDocumentContent: ({ query }) => texts.get(query) ?? vscode.l10n.t('This page is gone.'),
    }),
    vscode.workspace.onDidCloseTextDocument(({ uri }) => {
      if (uri.scheme === scheme) texts.delete(uri.query);
    }),
    new vscode.Disposable(() => texts.clear()),
  );
}

/** Shows Markdown as a page. @param title its tab's */
export async function showPage(title: string, markdown: string): Promise<void> {
  const query = randomUUID();
  texts.set(query, markdown);
  const uri = vscode.Uri.from({ scheme, path: `/${title}.md`, query });
  await vscode.commands.executeCommand('markdown.showPreview', uri);
}
