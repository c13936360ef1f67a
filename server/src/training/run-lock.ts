import { UserError } from '@disc-labeling/models/errors';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { isAlive } from '../process-alive.js';

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
    const state = await lockState(folder);
    // A lock of this process's number is that of an earlier process with it.
    const held = state.kind === 'held' && state.process !== process.pid;
    if (held || attempt === 3)
      throw new UserError(
        'cannot train here',
        `${held ? state.holder : 'another process'} is training in this folder; stop it first (where that is not so, delete ${file})`,
        folder,
      );
    await rm(file, { force: true });
  }
  return () => rm(file, { force: true });
}

/** Who trains in a run folder, in words; null where nobody does. */
export async function runHolder(folder: string): Promise<string | null> {
  const state = await lockState(folder);
  return state.kind === 'held' ? state.holder : null;
}

/** Who has taken a run folder. */
export type LockState =
  | { readonly kind: 'free' }
  /** In words, and its id where it runs on this machine. */
  | { readonly kind: 'held'; readonly holder: string; readonly process: number | null }
  /** Its process is gone without giving the folder back: it was killed. */
  | { readonly kind: 'left' };

/** Whether a process trains in a folder. */
export async function lockState(folder: string): Promise<LockState> {
  const text = await readFile(join(folder, '.lock'), 'utf8').catch(() => null);
  if (text === null) return { kind: 'free' };
  const holder = livingHolder(text);
  return holder === null ? { kind: 'left' } : { kind: 'held', ...holder };
}

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

/** Who holds a lock, in words; null where nobody does any more, or a kill cut the file off. */
function livingHolder(lock: string): { holder: string; process: number | null } | null {
  try {
    const { process: pid, host } = JSON.parse(lock) as Record<string, unknown>;
    if (typeof pid !== 'number') return null;
    if (host !== hostname()) return { holder: `a process on ${String(host)}`, process: null };
    return isAlive(pid) ? { holder: `process ${pid}`, process: pid } : null;
  } catch {
    return null;
  }
}
