import { randomUUID } from 'node:crypto';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { UserError } from '../errors.js';
import { reasonOf } from '../system-errors.js';

/**
 * Writes a whole folder beside its place and renames it there; what was there goes only once the new one stands.
 *
 * @throws UserError when it can't be written; the old folder is then as it was
 */
export async function replaceFolder(
  folder: string,
  files: ReadonlyMap<string, string | Uint8Array>,
): Promise<void> {
  const written = hiddenBeside(folder, 'new');
  try {
    await mkdir(written, { recursive: true });
    for (const [name, content] of files) await writeFile(join(written, name), content, { flush: true });
    await putInPlace(written, folder);
  } catch (cause) {
    await rm(written, { recursive: true, force: true });
    throw new UserError('cannot write folder', reasonOf(cause, 'writing'), folder, { cause });
  }
}

/**
 * Renames a folder that was written beside its place to that place; what was there goes only once the new one stands.
 * @throws whatever renaming throws; the old folder is then as it was
 */
export async function putInPlace(written: string, folder: string): Promise<void> {
  const old = hiddenBeside(folder, 'old');
  const hadOld = await renameIfThere(folder, old);
  try {
    await rename(written, folder);
  } catch (error) {
    if (hadOld) await rename(old, folder);
    throw error;
  }
  await rm(old, { recursive: true, force: true });
}

const hiddenBeside = (folder: string, kind: 'new' | 'old'): string =>
  join(dirname(folder), `.${basename(folder)}.${kind}-${randomUUID()}`);

async function renameIfThere(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}
