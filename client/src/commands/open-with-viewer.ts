import * as vscode from 'vscode';
import { viewType } from './ids.js';

/** Opens a file in the disc viewer: the one given (explorer), or one the user picks (palette). */
export async function openWithViewer(given: unknown): Promise<void> {
  const uri = given instanceof vscode.Uri ? given : await pick();
  if (uri) await vscode.commands.executeCommand('vscode.openWith', uri, viewType);
}

async function pick(): Promise<vscode.Uri | undefined> {
  const picked = await vscode.window.showOpenDialog({
    title: vscode.l10n.t('Open Volume'),
    filters: { [vscode.l10n.t('NIfTI volumes')]: ['nii', 'nii.gz', 'gz'] },
  });
  return picked?.[0];
}
