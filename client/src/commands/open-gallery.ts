import * as vscode from 'vscode';
import type { Galleries } from '../gallery/galleries.js';

/** Opens a prepared set or dataset as a gallery: the folder given (explorer), or one the user picks (palette). */
export async function openGallery(galleries: Galleries, given: unknown): Promise<void> {
  const uri = given instanceof vscode.Uri ? given : await pick();
  if (uri) galleries.show(uri);
}

async function pick(): Promise<vscode.Uri | undefined> {
  const picked = await vscode.window.showOpenDialog({
    title: vscode.l10n.t('Folder of a prepared set or dataset'),
    openLabel: vscode.l10n.t('Open as Gallery'),
    canSelectFolders: true,
    canSelectFiles: false,
  });
  return picked?.[0];
}
