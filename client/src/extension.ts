import type { ViewerRequest } from '@disc-labeling/webview/messages';
import * as vscode from 'vscode';
import { Backend } from './backend.js';
import type { Extension } from './commands/command.js';
import { perform, registerCommands } from './commands/index.js';
import { saveLabels } from './commands/save-labels.js';
import { adoptTextTabs } from './editor/adopt-tabs.js';
import { VolumeEditors } from './editor/editors.js';
import type { ViewerPanel } from './editor/panel.js';
import { Galleries } from './gallery/galleries.js';
import { concernsBackend } from './settings.js';
import { StatusItem } from './status.js';

let backend: Backend | undefined;

/** Registers everything at once; the backend starts when a volume is opened. */
export function activate(context: vscode.ExtensionContext): void {
  backend = new Backend(context);
  const running = backend;
  const editors = new VolumeEditors(context.extensionUri, running, (panel, request) =>
    answer(panel, request, running),
  );
  const galleries = new Galleries({
    extensionUri: context.extensionUri,
    backend: running,
    open: (image, voxel) => editors.openAt(image, voxel),
    attention: (input, sample) => perform(extension, 'showAttention', [input, sample]),
  });
  const extension: Extension = { backend: running, editors, galleries };
  context.subscriptions.push(
    editors,
    galleries,
    new StatusItem(running),
    registerCommands(extension),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (!concernsBackend(event) || running.health === 'stopped' || running.health === 'untrusted') return;
      void running.restart().then(() => editors.documents.forEach((document) => void document.open()));
    }),
    vscode.workspace.onDidGrantWorkspaceTrust(() => {
      running.trusted();
      editors.documents.forEach((document) => void document.open());
    }),
  );
  void adoptTextTabs();
}

/** Waits for the backend, so that its temporary files are gone when VS Code is. */
export async function deactivate(): Promise<void> {
  await backend?.dispose();
}

/** What the buttons in a viewer do. */
async function answer({ document }: ViewerPanel, request: ViewerRequest, running: Backend): Promise<void> {
  switch (request.kind) {
    case 'label':
      return document.label();
    case 'cancel':
      return document.cancel();
    case 'chooseModel':
      return document.chooseModel(request.model);
    case 'saveLabels':
      return saveLabels(document, running);
    case 'restart':
      return running.restart();
    case 'showLog':
      return running.log.show();
    case 'manageTrust':
      return void vscode.commands.executeCommand('workbench.trust.manage');
    case 'openWith':
      return void vscode.commands.executeCommand('workbench.action.reopenWithEditor');
  }
}
