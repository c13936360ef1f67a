import { UserError } from '@disc-labeling/models/errors';
import { reasonOf } from '@disc-labeling/models/system-errors';
import { existsSync } from 'node:fs';
import { appendFile, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeWhole } from '../volume/write-whole.js';
import type { TrainingConfig } from './config.js';
import type { EpochMetrics } from './events.js';
import { lockRun } from './run-lock.js';

/** Name of the file in `last/` that a training goes on from. */
export const stateFile = 'training-state.safetensors';

/** The reason of an abort that is not its user's word: whoever started the training is gone. */
export const interruption = 'interrupted';

/** What the log ends with where a training was aborted. @param reason of the abort */
export const abortedLine = (step: number, reason: unknown): string =>
  reason === interruption
    ? `interrupted at step ${step}: the window or program that had started it was closed`
    : `cancelled at step ${step}`;

/**
 * The folder of one training: `config.json`, `metrics.jsonl` (one line per epoch), `log.txt`,
 * `pictures/epoch_0001.png` …,
 * `best/` and `last/` (model folders), `last/training-state.safetensors`.
 */
export class RunFolder {
  constructor(readonly path: string) {}

  readonly best = () => join(this.path, 'best');
  readonly last = () => join(this.path, 'last');
  readonly state = () => join(this.last(), stateFile);

  /**
   * Makes the folder, takes it for this process, and puts right what a killed one may have left.
   * @returns gives the folder back
   * @throws UserError where a training would be overwritten, or another process trains there
   */
  async open(resume: boolean): Promise<() => Promise<void>> {
    const close = await mkdir(this.path, { recursive: true })
      .then(() => lockRun(this.path))
      .catch((error: unknown) => {
        if (error instanceof UserError) throw error;
        throw new UserError('cannot start training', reasonOf(error), this.path, { cause: error });
      });
    try {
      await this.settle();
      if (!resume && existsSync(this.state()))
        throw new UserError(
          'cannot start training',
          'the folder holds a training already; go on with --resume or give another --output',
          this.path,
        );
    } catch (error) {
      await close();
      throw error;
    }
    return close;
  }

  /**
   * Undoes a replacement that a kill cut short. A folder is written as `.last.new-…`, the old one renamed to
   * `.last.old-…`, and the new one renamed to `last`: where `last` is missing the old one goes back, and what
   * else lies beside is rubbish.
   */
  async settle(): Promise<void> {
    const names = await readdir(this.path);
    for (const folder of ['best', 'last']) {
      const old = names.find((name) => name.startsWith(`.${folder}.old-`));
      if (old !== undefined && !names.includes(folder))
        await rename(join(this.path, old), join(this.path, folder));
    }
    const rubbish = names.filter((name) => /^\.(best|last)\.(new|old)-|^\..*\.part$/.test(name));
    for (const name of rubbish) await rm(join(this.path, name), { recursive: true, force: true });
    const pictures = await readdir(join(this.path, 'pictures')).catch(() => []);
    for (const name of pictures)
      if (/^\..*\.part$/.test(name)) await rm(join(this.path, 'pictures', name), { force: true });
  }

  async writeConfig(config: TrainingConfig): Promise<void> {
    await writeWhole(join(this.path, 'config.json'), `${JSON.stringify(config, null, 2)}\n`);
  }

  async writeMetrics(history: readonly EpochMetrics[]): Promise<void> {
    const lines = history.map((line) => `${JSON.stringify({ formatVersion: 1, ...line })}\n`);
    await writeWhole(join(this.path, 'metrics.jsonl'), lines.join(''));
  }

  /** @param epoch 0-based; pictures are numbered from 1 */
  async writePicture(epoch: number, png: Uint8Array): Promise<void> {
    const name = `epoch_${String(epoch + 1).padStart(4, '0')}.png`;
    await writeWhole(join(this.path, 'pictures', name), png);
  }

  /** Adds a line; one that can't be written is no reason to stop. */
  async log(line: string): Promise<void> {
    await appendFile(join(this.path, 'log.txt'), `${new Date().toISOString()} ${line}\n`).catch(() => {});
  }
}
