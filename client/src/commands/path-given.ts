import * as vscode from 'vscode';

/**
 * The path a command was given: a URI (explorer), a URI string (CodeLens), a path, or an item of a view that has one.
 * @returns undefined where it was given nothing, as from the palette
 */
export function pathGiven(given: unknown): string | undefined {
  if (given instanceof vscode.Uri) return given.fsPath;
  if (typeof given === 'string') return given.startsWith('file:') ? vscode.Uri.parse(given).fsPath : given;
  const path = (given as { path?: unknown } | null | undefined)?.path;
  return typeof path === 'string' ? path : undefined;
}
