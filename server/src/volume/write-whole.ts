import { randomBytes } from 'node:crypto';
import { mkdir, open, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { CancelledError, UserError } from '@disc-labeling/models/errors';
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
  await besideThenRenamed(path, (beside) => writeFile(beside, content, { flush }));
}

/**
 * {@link writeWhole} for a file that comes in parts.
 * @param work is given a function that appends to the file; what it throws is passed on, and nothing is left behind
 */
export async function writeWholeInParts(
  path: string,
  work: (append: (part: Uint8Array) => Promise<void>) => Promise<void>,
): Promise<void> {
  let failure: { readonly reason: unknown } | null = null;
  const parts = async (beside: string): Promise<void> => {
    const file = await open(beside, 'w');
    try {
      const append = async (part: Uint8Array): Promise<void> => void (await file.appendFile(part));
      await work(append).catch((reason: unknown) => {
        failure = { reason };
        throw reason;
      });
      await file.sync();
    } finally {
      await file.close();
    }
  };
  await besideThenRenamed(path, parts).catch((error: unknown) => {
    const { reason } = failure ?? { reason: error };
    throw reason instanceof UserError || reason instanceof CancelledError ? reason : error;
  });
}

async function besideThenRenamed(path: string, write: (beside: string) => Promise<void>): Promise<void> {
  const beside = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.part`);
  try {
    await mkdir(dirname(path), { recursive: true });
    await write(beside);
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true }).catch(() => undefined);
    throw new UserError('cannot write', reasonOf(error, 'writing'), path, { cause: error });
  }
}
