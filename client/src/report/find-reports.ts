import type { TestReport } from '@disc-labeling/server/protocol';
import * as vscode from 'vscode';
import { pickFolder } from '../commands/places.js';
import { pickOne } from '../questions.js';
import { findFiles } from '../workspace.js';

/** The file in a report's folder that is the report. */
export const reportFile = 'report.json';

/** A report of the workspace. */
export interface FoundReport {
  readonly folder: vscode.Uri;
  readonly title: string;
  readonly set: string;
  readonly date: string;
}

/** Test reports in the workspace, the newest first. */
export async function findReports(): Promise<FoundReport[]> {
  const files = await findFiles(`**/${reportFile}`);
  const found = await Promise.all(files.map(readHead));
  return found.flatMap((report) => report ?? []).sort((a, b) => (a.date < b.date ? 1 : -1));
}

/** What a report is of; null for a file of that name that is something else. */
async function readHead(file: vscode.Uri): Promise<FoundReport | null> {
  try {
    const text = new TextDecoder().decode(await vscode.workspace.fs.readFile(file));
    if (!text.includes('disc-labeling test report')) return null;
    const { model, set, date } = JSON.parse(text) as TestReport;
    return { folder: vscode.Uri.joinPath(file, '..'), title: model.title, set: set.name, date };
  } catch {
    return null;
  }
}

/** A report as one of a list to pick from. */
export const reportItem = ({ folder, title, set, date }: FoundReport) => ({
  label: title,
  description: set,
  detail: `${vscode.workspace.asRelativePath(folder)} \u00b7 ${new Date(date).toLocaleString()}`,
  folder,
});

/**
 * Lets the user pick a report of the workspace, or a folder elsewhere.
 * @param without folder that is not offered
 */
export async function pickReport(title: string, without?: vscode.Uri): Promise<vscode.Uri | undefined> {
  const reports = (await findReports()).filter(({ folder }) => folder.fsPath !== without?.fsPath);
  const elsewhere = { label: `$(folder-opened) ${vscode.l10n.t('Another Folder\u2026')}`, folder: null };
  const choice = await pickOne([...reports.map(reportItem), elsewhere], {
    title,
    matchOnDescription: true,
    matchOnDetail: true,
  });
  if (!choice) return undefined;
  return choice.folder ?? (await pickFolder(title, vscode.l10n.t('Open Report')));
}
