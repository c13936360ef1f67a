import * as vscode from 'vscode';
import { findFiles } from './workspace.js';

const patterns = ['**/disc-labeling.json', '**/*.disc-labeling.json'];

/** Files the backend is told of as they are typed, the same as the manifest names for completion. */
export const configurationDocuments = ['json', 'jsonc'].flatMap((language) =>
  patterns.map((pattern) => ({
    scheme: 'file',
    language,
    pattern,
  })),
);

/** Whether a file goes by the name of a configuration. */
export const isConfigurationFile = (path: string): boolean => /(^|[\\/.])disc-labeling\.json$/.test(path);

/** The configurations of the workspace. */
export const findConfigurations = (): Thenable<vscode.Uri[]> => findFiles(`{${patterns.join(',')}}`);

const isConfiguration = (document: vscode.TextDocument): boolean =>
  vscode.languages.match(configurationDocuments, document) > 0;

/** What of the backend is needed here. */
interface Startable {
  start(): Promise<void>;
}

/** Starts the backend when a configuration is opened, or is open already, in a workspace that is trusted. */
export function startForConfigurations(backend: Startable): vscode.Disposable {
  const meet = (document: vscode.TextDocument): void => {
    // Why it can't start is said by the backend itself.
    if (isConfiguration(document) && vscode.workspace.isTrusted) void backend.start().catch(() => {});
  };
  const meetAll = (): void => vscode.workspace.textDocuments.forEach(meet);
  meetAll();
  return vscode.Disposable.from(
    vscode.workspace.onDidOpenTextDocument(meet),
    vscode.workspace.onDidGrantWorkspaceTrust(meetAll),
  );
}

/** Writes a configuration's unsaved changes, so that what is started is what is on the screen. */
export async function saveConfiguration(uri: vscode.Uri): Promise<void> {
  const document = vscode.workspace.textDocuments.find((one) => one.uri.toString() === uri.toString());
  if (document?.isDirty) await document.save();
}
