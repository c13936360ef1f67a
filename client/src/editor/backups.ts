import type { Disc } from '@disc-labeling/server/protocol';
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as vscode from 'vscode';
import { isWithin } from '../workspace.js';
import type { VolumeDocument } from './document.js';

/** What a file holds. */
interface Kept {
  /** URI of the volume. */
  readonly volume: string;
  readonly discs: readonly Disc[];
}

/**
 * Corrections that are not saved, each volume's in a file of its own. VS Code says when to write them and which to go on
 * from, but what it keeps of open editors may be from before: in a browser that is closed or reloaded it often gets no time
 * to write that down. So corrections are there for whoever opens the volume next, until they are saved or given up.
 */
export class CorrectionBackups {
  readonly #folder: vscode.Uri;
  /** The latest of each document that has one; null: from before it was opened. */
  readonly #kept = new WeakMap<VolumeDocument, vscode.CustomDocumentBackup | null>();
  /** What of a document was taken along to where. */
  readonly #along = new WeakMap<
    VolumeDocument,
    { readonly to: vscode.Uri; readonly discs: readonly Disc[] }
  >();
  /** What volumes were called whose corrections were taken along, by their new URI. */
  readonly #carried = new Map<string, vscode.Uri>();

  /**
   * @param folder for them, the same in every window. The folder that VS Code gives for a workspace is another one while a
   * window that was closed has not ended yet.
   */
  constructor(folder: vscode.Uri) {
    this.#folder = folder;
  }

  /**
   * The corrections kept of the volume of a document; null where there are none or they can't be read.
   * @param id of the backup that VS Code wants; where it knows of none, the latest
   */
  async read(document: VolumeDocument, id: string | undefined): Promise<readonly Disc[] | null> {
    const file = id === undefined ? this.#file(document.uri) : vscode.Uri.parse(id, true);
    try {
      const { discs } = await readKept(file.fsPath);
      this.#kept.set(document, null);
      this.#arrived(document.uri);
      return discs;
    } catch {
      return null;
    }
  }

  /** Keeps a document's corrections. */
  async write(document: VolumeDocument): Promise<vscode.CustomDocumentBackup> {
    const file = await this.#write(document, document.uri);
    const backup = {
      id: file.toString(),
      // VS Code takes back the one before as soon as there is another.
      delete: (): void => {
        if (this.#kept.get(document) === backup) this.#remove(document);
      },
    };
    this.#kept.set(document, backup);
    this.#tidy(document);
    return backup;
  }

  /**
   * Keeps a document's corrections for the name that its volume is about to have: VS Code gives them up when it renames
   * the volume.
   */
  async carry(document: VolumeDocument, to: vscode.Uri): Promise<void> {
    const discs = document.toBackUp;
    await this.#write(document, to);
    this.#along.set(document, { to, discs });
    this.#carried.set(to.toString(), document.uri);
  }

  /** Where a document's corrections, as they are now, were taken along to; null: nowhere. */
  carriedTo(document: VolumeDocument): vscode.Uri | null {
    const along = this.#along.get(document);
    return along && along.discs === document.atStake ? along.to : null;
  }

  /** A renamed volume has its corrections; another one of its former name is to have none of them. */
  #arrived(volume: vscode.Uri): void {
    const from = this.#carried.get(volume.toString());
    if (!from) return;
    this.#carried.delete(volume.toString());
    this.#discard(from);
  }

  /**
   * Removes what is kept of a document as soon as nothing of it would be lost. VS Code reverts what is closed without
   * saving; that a document is closed says nothing, as all are when a window goes away.
   */
  follow(document: VolumeDocument): void {
    document.onDidChange(() => this.#tidy(document));
  }

  #tidy(document: VolumeDocument): void {
    if (!document.atStake) this.#remove(document);
  }

  #remove(document: VolumeDocument): void {
    if (!this.#kept.delete(document)) return;
    this.#discard(document.uri);
  }

  #discard(volume: vscode.Uri): void {
    void rm(this.#file(volume).fsPath, { force: true }).catch(() => {});
  }

  /** Removes what is kept of a volume that was deleted, or of all in a folder that was: nothing of it is to come back. */
  async discard(deleted: vscode.Uri): Promise<void> {
    const folder = this.#folder.fsPath;
    const names = await readdir(folder).catch(() => []);
    await Promise.allSettled(
      names
        .filter((name) => name.endsWith('.json'))
        .map(async (name) => {
          const file = join(folder, name);
          const { volume } = await readKept(file);
          if (isWithin(vscode.Uri.parse(volume, true), deleted)) await rm(file);
        }),
    );
  }

  /** @returns the file, which is that of this volume */
  async #write(document: VolumeDocument, volume: vscode.Uri): Promise<vscode.Uri> {
    const file = this.#file(volume);
    // Its own, as VS Code may ask for the next while one is being written.
    const unfinished = `${file.fsPath}.${randomUUID()}`;
    await mkdir(dirname(unfinished), { recursive: true });
    // Whole or not at all. Not by VS Code's file system, which works in the window, that may be closed at any time, and
    // deletes a file before it puts another in its place.
    try {
      const kept: Kept = { volume: volume.toString(), discs: document.toBackUp };
      await writeFile(unfinished, JSON.stringify(kept));
      await rename(unfinished, file.fsPath);
    } catch (error) {
      await rm(unfinished, { force: true });
      throw error;
    }
    return file;
  }

  #file(volume: vscode.Uri): vscode.Uri {
    const name = createHash('sha256').update(volume.toString()).digest('hex');
    return vscode.Uri.joinPath(this.#folder, `${name}.json`);
  }
}

/** @throws what is not there, or was not written by {@link CorrectionBackups} */
async function readKept(file: string): Promise<Kept> {
  const kept = JSON.parse(await readFile(file, 'utf8')) as Kept;
  if (!Array.isArray(kept.discs)) throw new Error(`${file} holds no discs`);
  return kept;
}
