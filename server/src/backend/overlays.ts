import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { OverlayVolumes } from '../labeling/overlays.js';
import { isAlive } from '../process-alive.js';
import type { LabelResponse } from '../protocol/index.js';

const prefix = 'overlays-';

/**
 * The temporary files of attention and heat maps: one pair per volume, replaced when it is labelled again, gone
 * when the backend ends. Every backend has a folder named after its process id, so that the leftovers of one that
 * was killed can be told and removed by the next.
 */
export class OverlayStore {
  readonly folder: string;
  readonly #parent: string;

  constructor(parent: string) {
    this.#parent = parent;
    this.folder = join(parent, `${prefix}${process.pid}`);
  }

  /** Removes folders of backends that are gone. */
  async sweep(): Promise<void> {
    const names = await readdir(this.#parent).catch(() => []);
    const stale = names.filter((name) => {
      if (!name.startsWith(prefix)) return false;
      const pid = Number(name.slice(prefix.length));
      return Number.isInteger(pid) && !isAlive(pid);
    });
    await Promise.all(stale.map((name) => rm(join(this.#parent, name), { recursive: true, force: true })));
  }

  /**
   * Writes the overlays of one volume under new names (viewers may still be reading the old ones, and must not
   * take a cached file for a new one), then deletes those of its previous labelling.
   */
  async put(volume: string, overlays: OverlayVolumes): Promise<LabelResponse['overlays']> {
    const key = createHash('sha256').update(volume).digest('hex').slice(0, 16);
    await mkdir(this.folder, { recursive: true });
    const before = (await readdir(this.folder)).filter((name) => name.startsWith(key));
    const stamp = randomUUID().slice(0, 8);
    const write = async (kind: string, bytes: Uint8Array): Promise<string> => {
      const path = join(this.folder, `${key}-${stamp}-${kind}.nii${isGzip(bytes) ? '.gz' : ''}`);
      await writeFile(`${path}.part`, bytes);
      await rename(`${path}.part`, path);
      return path;
    };
    const [heatmap, attention] = await Promise.all([
      write('heatmap', overlays.heatmap),
      overlays.attention && write('attention', overlays.attention),
    ]);
    await Promise.all(before.map((name) => rm(join(this.folder, name), { force: true })));
    return { heatmap, attention };
  }

  /** Deletes everything; synchronous, for use while the process ends. */
  dispose(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;
