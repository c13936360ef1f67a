/** What lies in the workspace that models can be tested with: prepared sets and runs. */
import { basename, dirname } from 'node:path';
import * as vscode from 'vscode';
import { findFiles, freePath } from '../workspace.js';

/** What of a prepared set's index a picker shows. */
export interface FoundSet {
  readonly folder: string;
  readonly preparation: string;
  readonly contrast: string;
  /** Samples of each split. */
  readonly counts: Readonly<Record<'training' | 'validation' | 'test', number>>;
}

/** Prepared sets of the workspace, those with samples of the split first. */
export async function findSets(split: 'validation' | 'test'): Promise<FoundSet[]> {
  const found = await readAll('**/samples.json', (json, folder): FoundSet | null => {
    const index = json as { kind?: unknown; samples?: { split: string }[] } & Record<string, unknown>;
    if (index.kind !== 'disc-labeling prepared set' || !Array.isArray(index.samples)) return null;
    const count = (wanted: string) => index.samples!.filter((sample) => sample.split === wanted).length;
    return {
      folder,
      preparation: String(index['preparation']),
      contrast: String(index['contrast']),
      counts: { training: count('training'), validation: count('validation'), test: count('test') },
    };
  });
  return found.sort((a, b) => Number(b.counts[split] > 0) - Number(a.counts[split] > 0));
}

/** Folders of trainings that have come to a model. */
export async function findRuns(): Promise<string[]> {
  const models = await findFiles('**/best/model.json');
  return [...new Set(models.map(({ fsPath }) => dirname(dirname(fsPath))))].sort();
}

/** Reads the files of a name; those that can't be read, or are of another kind, are left out. */
async function readAll<T>(pattern: string, read: (json: unknown, folder: string) => T | null): Promise<T[]> {
  const files = await findFiles(pattern);
  const entries = await Promise.all(
    files.map(async (file) => {
      try {
        const bytes = await vscode.workspace.fs.readFile(file);
        return read(JSON.parse(new TextDecoder().decode(bytes)), dirname(file.fsPath));
      } catch {
        return null;
      }
    }),
  );
  return entries.filter((entry) => entry !== null);
}

/**
 * A folder in `reports` of the workspace that is not there yet: `<model>-<set>`, with a number where that is taken.
 * @param set folder of the set, beside which reports go where no workspace is open
 * @param ending further word of its name
 */
export async function reportFolder(model: string, set: string, ending = ''): Promise<string> {
  const workspace =
    vscode.workspace.getWorkspaceFolder(vscode.Uri.file(set)) ?? vscode.workspace.workspaceFolders?.[0];
  const parent = vscode.Uri.joinPath(workspace?.uri ?? vscode.Uri.file(dirname(set)), 'reports');
  const name = `${basename(model)}-${basename(set)}${ending}`.replace(/[^\w.-]+/g, '-');
  return freePath(vscode.Uri.joinPath(parent, name).fsPath);
}
