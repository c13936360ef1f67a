import { UserError } from '@disc-labeling/models/errors';
import type { Model } from '@disc-labeling/models/model';
import { reasonOf } from '@disc-labeling/models/system-errors';
import type { TrainingConfig } from './config.js';
import { fingerprintDifferences } from './fingerprint.js';
import type { Learner } from './learner.js';
import { stateFile, type RunFolder } from './run-folder.js';
import { encodeTrainingState, readTrainingState, type Counters } from './state.js';

/** Puts a model folder and the extra files in it into place in one moment. */
export type SaveModel = (
  folder: string,
  model: Model,
  extraFiles?: ReadonlyMap<string, Uint8Array>,
) => Promise<void>;

/**
 * The checkpoints of one training. Weights and state of a step go into place together, as one folder; a network
 * that holds anything but finite numbers is never saved.
 */
export class Checkpoints {
  /** Step of the checkpoint on disk; null where there is none yet. */
  savedStep: number | null = null;

  constructor(
    private readonly folder: RunFolder,
    private readonly learner: Learner,
    private readonly saveModel: SaveModel,
  ) {}

  /**
   * Takes up the last checkpoint.
   * @throws UserError where there is none, or it is damaged or of another training
   */
  async restore(config: TrainingConfig): Promise<Counters> {
    const file = this.folder.state();
    const { counters, arrays } = await readTrainingState(file);
    const differences = fingerprintDifferences(counters.fingerprint, config);
    if (differences.length > 0)
      throw new UserError(
        'cannot resume training',
        `the checkpoint was made with another network, optimiser, batch size, seed or data: ${differences.join(', ')}; use the same configuration or another --output`,
        file,
      );
    for (const [name, array] of this.learner.arrays()) {
      const saved = arrays.get(name);
      if (saved?.length !== array.length)
        throw new UserError('cannot resume training', `\`${name}\` in the checkpoint does not fit`, file);
      array.set(saved);
    }
    this.savedStep = counters.step;
    return counters;
  }

  /** Writes `last/`. */
  async saveLast(model: Model, counters: Counters): Promise<void> {
    const state = encodeTrainingState({ counters, arrays: this.learner.arrays() });
    await this.guarded(() => this.saveModel(this.folder.last(), model, new Map([[stateFile, state]])));
    this.savedStep = counters.step;
  }

  /** Writes `best/`. */
  saveBest(model: Model): Promise<void> {
    return this.guarded(() => this.saveModel(this.folder.best(), model));
  }

  /** The name of an array that holds something that is no finite number; null: all is well. */
  damaged(): string | null {
    for (const [name, values] of this.learner.arrays()) {
      let sum = 0;
      for (let i = 0; i < values.length; i++) sum += values[i]! - values[i]!;
      if (sum !== 0) return name;
    }
    return null;
  }

  /** How to go on from here, for messages about why training stopped. */
  remedy(change: string): string {
    return this.savedStep === null
      ? `there is no checkpoint yet; start again with ${change}`
      : `the last good checkpoint is of step ${this.savedStep}; go on from it with --resume and ${change}`;
  }

  /** Writes to the run folder; a failure says what became of the training. */
  async guarded(write: () => Promise<void>): Promise<void> {
    try {
      await write();
    } catch (error) {
      const reason = reasonOf(error instanceof Error && error.cause ? error.cause : error);
      const place = (error instanceof UserError && error.file) || this.folder.path;
      const kept =
        this.savedStep === null
          ? 'there is no checkpoint yet; mend that and start again'
          : `the last checkpoint, of step ${this.savedStep}, is whole; mend that and go on with --resume`;
      throw new UserError('training stopped', `${reason}; ${kept}`, place, { cause: error });
    }
  }
}
