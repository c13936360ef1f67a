import type { BackendStatus } from '@disc-labeling/server/protocol';
import * as vscode from 'vscode';
import type { Backend, Health } from './backend.js';
import { commandIds } from './commands/ids.js';

/** The one status bar item: health, what is being done, and in its tooltip the engine, the model and links. */
export class StatusItem implements vscode.Disposable {
  readonly #item = vscode.window.createStatusBarItem('discLabeling', vscode.StatusBarAlignment.Right, 10);
  readonly #backend: Backend;
  readonly #listeners: vscode.Disposable;

  constructor(backend: Backend) {
    this.#backend = backend;
    this.#item.name = 'Disc Labeling';
    this.#item.command = commandIds.showLog;
    this.#listeners = vscode.Disposable.from(
      backend.onDidChangeHealth(() => this.#update()),
      backend.onDidChangeStatus(() => this.#update()),
    );
    this.#update();
  }

  #update(): void {
    const { health, status } = this.#backend;
    // Not in the way of those who have not opened a volume.
    if (health === 'stopped') return this.#item.hide();
    const { icon, text, severity } = look(health, status);
    this.#item.text = `$(${icon}) ${vscode.l10n.t('Discs')}`;
    this.#item.accessibilityInformation = { label: vscode.l10n.t('Disc Labeling: {0}', text) };
    this.#item.backgroundColor = severity && new vscode.ThemeColor(`statusBarItem.${severity}Background`);
    this.#item.tooltip = tooltip(text, status);
    this.#item.show();
  }

  dispose(): void {
    this.#listeners.dispose();
    this.#item.dispose();
  }
}

interface Look {
  readonly icon: string;
  readonly text: string;
  readonly severity?: 'warning' | 'error';
}

function look(health: Exclude<Health, 'stopped'>, status: BackendStatus | null): Look {
  switch (health) {
    case 'starting':
      return { icon: 'loading~spin', text: vscode.l10n.t('starting') };
    case 'ready':
      return status?.state === 'busy'
        ? { icon: 'loading~spin', text: status.activity ?? vscode.l10n.t('busy') }
        : { icon: 'check', text: vscode.l10n.t('ready') };
    case 'restarting':
      return { icon: 'sync~spin', text: vscode.l10n.t('restarting after a crash'), severity: 'warning' };
    case 'failed':
      return { icon: 'error', text: vscode.l10n.t('stopped after repeated crashes'), severity: 'error' };
    case 'untrusted':
      return { icon: 'shield', text: vscode.l10n.t('off, because the workspace is not trusted') };
  }
}

function tooltip(text: string, status: BackendStatus | null): vscode.MarkdownString {
  const lines = [`**Disc Labeling** \u2013 ${text}`];
  if (status?.engine) lines.push(vscode.l10n.t('Engine: {0}', status.engine));
  if (status?.model) lines.push(vscode.l10n.t('Model: {0}', status.model));
  const link = (icon: string, label: string, command: string): string =>
    `[$(${icon}) ${label}](command:${command})`;
  lines.push(
    [
      link('output', vscode.l10n.t('Show Log'), commandIds.showLog),
      link('debug-restart', vscode.l10n.t('Restart'), commandIds.restartBackend),
      link('server-process', vscode.l10n.t('Engines'), commandIds.showEngines),
    ].join(' \u00a0 '),
  );
  const markdown = new vscode.MarkdownString(lines.join('\n\n'), true);
  markdown.isTrusted = {
    enabledCommands: [commandIds.showLog, commandIds.restartBackend, commandIds.showEngines],
  };
  return markdown;
}
