import { basename } from 'node:path';
import * as vscode from 'vscode';
import { pickReport, reportFile } from '../report/find-reports.js';
import { pathGiven } from './path-given.js';
import { withoutBackend, type Command } from './command.js';

/** What is done with test reports. */
export const reportCommands = {
  openReport: {
    obstacle: withoutBackend,
    run: async ({ reports }, given, other) => {
      const folder = folderOf(given) ?? (await pickReport(vscode.l10n.t('Open which report?')));
      if (folder) reports.open(folder, folderOf(other));
    },
  },
} satisfies Record<string, Command>;

/** Folder of a report given by a menu (URI) or by another command (path), be it the folder or its file. */
function folderOf(given: unknown): vscode.Uri | null {
  const path = pathGiven(given);
  if (path === undefined) return null;
  const uri = vscode.Uri.file(path);
  return basename(uri.path) === reportFile ? vscode.Uri.joinPath(uri, '..') : uri;
}
