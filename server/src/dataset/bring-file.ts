import { randomBytes } from 'node:crypto';
import {
  constants,
  copyFile,
  lstat,
  mkdir,
  readlink,
  rename,
  rm,
  stat,
  symlink,
  utimes,
} from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { UserError } from '@disc-labeling/models/errors';
import { reasonOf } from '@disc-labeling/models/system-errors';

export interface Placed {
  /** It was there already. */
  readonly kept: boolean;
}

/**
 * Copies a file (links are followed, its time is kept), or links to it. Nothing is done where the same copy or link
 * is there already; the file appears whole or not at all.
 * @throws UserError no space, no permission, links that the file system does not know
 */
export async function bringFile(from: string, to: string, link: boolean): Promise<Placed> {
  const beside = join(dirname(to), `.${basename(to)}.${randomBytes(6).toString('hex')}.part`);
  try {
    if (await isThere(from, to, link)) return { kept: true };
    await mkdir(dirname(to), { recursive: true });
    if (link) await symlink(from, beside);
    else {
      await copyFile(from, beside, constants.COPYFILE_FICLONE);
      const { atime, mtime } = await stat(from);
      await utimes(beside, atime, mtime);
    }
    await rename(beside, to);
    return { kept: false };
  } catch (error) {
    await rm(beside, { force: true }).catch(() => undefined);
    const refused =
      link && ['EPERM', 'ENOSYS', 'ENOTSUP'].includes((error as NodeJS.ErrnoException).code ?? '');
    const why = refused ? 'links are not allowed here; copy instead' : reasonOf(error, 'writing');
    throw new UserError(link ? 'cannot link' : 'cannot copy', why, refused ? to : from, { cause: error });
  }
}

async function isThere(from: string, to: string, link: boolean): Promise<boolean> {
  const there = await lstat(to).catch(() => null);
  if (there === null) return false;
  if (link || there.isSymbolicLink()) return link && there.isSymbolicLink() && (await readlink(to)) === from;
  const source = await stat(from);
  return there.size === source.size && Math.abs(there.mtimeMs - source.mtimeMs) < 2;
}
