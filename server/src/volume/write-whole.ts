import { randomBytes } from 'node:crypto';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { UserError } from '@disc-labeling/models/errors';
import { reasonOf } from '@disc-labeling/models/system-errors';

/**
 * Writes a file beside its final name and renames it, so that nobody ever meets half a file.
 * Missing folders are made; on failure nothing is left behind.
 * @param options `flush: false` leaves it to the system when the bytes reach the disk: for many small files that can
 * be made again
 * @throws UserError no space, no permission, a folder in the way, …
 */
export async function writeWhole(
  path: string,
  content: Uint8Array | string,
  { flush = true }: { readonly flush?: boolean } = {},
): Promise<void> {
  const beside = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.part`);
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(beside, content, { flush });
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true }).catch(() => undefined);
    throw new UserError('cannot write', reasonOf(error, 'writing'), path, { cause: error });
  }
}
