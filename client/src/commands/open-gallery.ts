import * as vscode from 'vscode';
import type { Galleries } from '../gallery/galleries.js';
import { pickFolder } from './places.js';

/** Opens a prepared set or dataset as a gallery: the folder given (explorer), or one the user picks (palette). */
export async function openGallery(galleries: Galleries, given: unknown): Promise<void> {
  const uri =
    given instanceof vscode.Uri
      ? given
      : await pickFolder(
          vscode.l10n.t('Folder of a prepared set or dataset'),
          vscode.l10n.t('Open as Gallery'),
        );
  if (uri) galleries.show(uri);
}
