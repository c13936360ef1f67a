/** Run folders and prepared sets in the user's workspace. */
import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { samplesFile } from '../dataset/samples.js';
import { isRunFolder } from './run-reading.js';

/** How deep below a given folder is looked, and at how many folders at most: a workspace may be a whole disk. */
const limits = { depth: 6, folders: 5000 };

export interface Found {
  readonly runs: readonly string[];
  readonly sets: readonly string[];
}

/**
 * Looks below the given folders. Runs and sets are not entered, nor are folders that hold subjects, packages or what
 * is hidden; what can't be read is passed over.
 */
export async function searchWorkspace(
  folders: readonly string[],
  { depth, folders: most } = limits,
): Promise<Found> {
  const runs = new Set<string>();
  const sets = new Set<string>();
  const seen = new Set<string>();
  let level = folders.map((folder) => resolve(folder));
  for (let below = 0; below <= depth && level.length > 0; below++) {
    const next: string[] = [];
    for (const folder of level) {
      if (seen.has(folder) || seen.size >= most) continue;
      seen.add(folder);
      const entries = await readdir(folder, { withFileTypes: true }).catch((): Dirent[] => []);
      const names = entries.map(({ name }) => name);
      if (isRunFolder(names)) runs.add(folder);
      else if (names.includes(samplesFile)) sets.add(folder);
      else next.push(...entries.filter(isPromising).map(({ name }) => join(folder, name)));
    }
    level = next;
  }
  return { runs: [...runs], sets: [...sets].sort() };
}

const isPromising = (entry: Dirent): boolean =>
  entry.isDirectory() && !/^(\.|node_modules$|__pycache__$|sub-|ses-)/.test(entry.name);
