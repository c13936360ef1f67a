import { randomBytes } from 'node:crypto';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { UserError } from '@disc-labeling/models/errors';

/**
 * Writes a file beside its final name and renames it, so that nobody ever meets half a file.
 * Missing folders are made; on failure nothing is left behind.
 * @throws UserError no space, no permission, a folder in the way, …
 */
export async function writeWhole(path: string, content: Uint8Array | string): Promise<void> {
  const beside = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.part`);
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(beside, content, { flush: true });
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true }).catch(() => undefined);
    throw new UserError('cannot write', reasonOf(error), path, { cause: error });
  }
}

function reasonOf(error: unknown): string {
  const reasons: Record<string, string> = {
    ENOSPC: 'no space is left on the disk; free some and try again',
    EDQUOT: 'the disk quota is used up; free some space and try again',
    EFBIG: 'the file is too large for this disk',
    EACCES: 'no permission to write there; choose another folder',
    EPERM: 'no permission to write there; choose another folder',
    EROFS: 'the disk is read-only; choose another folder',
    EISDIR: 'there is a folder of that name; choose another name',
    EEXIST: 'a file is in the place of a folder; choose another folder',
    ENOTDIR: 'a file is in the place of a folder; choose another folder',
    ENAMETOOLONG: 'the name is too long',
  };
  return reasons[(error as NodeJS.ErrnoException).code ?? ''] ?? `writing failed (${String(error)})`;
}
