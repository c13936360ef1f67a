import { UserError } from '@disc-labeling/models/errors';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';

/**
 * Takes a run folder for this process, so that two trainings never write the same checkpoints. A lock whose
 * process is gone (killed) counts for nothing.
 * @returns gives the folder back
 * @throws UserError while another process trains there
 */
export async function lockRun(folder: string): Promise<() => Promise<void>> {
  const file = join(folder, '.lock');
  const mine = JSON.stringify({ process: process.pid, host: hostname() });
  for (let attempt = 0; !(await createdAlone(file, mine)); attempt++) {
    const holder = await livingHolder(file);
    if (holder !== null || attempt === 3)
      throw new UserError(
        'cannot train here',
        `${holder ?? 'another process'} is training in this folder; stop it first (where that is not so, delete ${file})`,
        folder,
      );
    await rm(file, { force: true });
  }
  return () => rm(file, { force: true });
}

/** Who trains in a run folder, in words; null where nobody does. */
export const runHolder = (folder: string): Promise<string | null> => livingHolder(join(folder, '.lock'));

/** Makes a file that must not exist yet. */
async function createdAlone(file: string, content: string): Promise<boolean> {
  try {
    await writeFile(file, content, { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    // On a full disk the file is there, but empty.
    await rm(file, { force: true });
    throw error;
  }
}

/** Who holds a lock, in words; null where nobody does any more. */
async function livingHolder(file: string): Promise<string | null> {
  try {
    const { process: pid, host } = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
    if (typeof pid !== 'number') return null;
    if (host !== hostname()) return `a process on ${String(host)}`;
    return pid !== process.pid && isAlive(pid) ? `process ${pid}` : null;
  } catch {
    // Gone meanwhile, or cut off by a kill.
    return null;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
