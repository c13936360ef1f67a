import { UserError } from '@disc-labeling/models/errors';
import { existsSync } from 'node:fs';
import { appendFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { writeWhole } from '../volume/write-whole.js';
import type { TrainingConfig } from './config.js';
import type { EpochMetrics } from './events.js';

/** Name of the file in `last/` that a training goes on from. */
export const stateFile = 'training-state.safetensors';

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

  /** Makes the folder and writes the configuration. @throws UserError where a training would be overwritten */
  async open(config: TrainingConfig, resume: boolean): Promise<void> {
    if (!resume && existsSync(this.state()))
      throw new UserError(
        'cannot start training',
        'the folder holds a training already; go on with --resume or give another --output',
        this.path,
      );
    await mkdir(this.path, { recursive: true }).catch((error: Error) => {
      throw new UserError('cannot start training', error.message, this.path, { cause: error });
    });
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

  async log(line: string): Promise<void> {
    await appendFile(join(this.path, 'log.txt'), `${new Date().toISOString()} ${line}\n`);
  }
}
