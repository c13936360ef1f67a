import { UserError } from '@disc-labeling/models/errors';
import type { ModelDescription } from '@disc-labeling/models/model';
import { readModelDescription } from '@disc-labeling/models/weights/folder';
import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { scanDataset } from '../dataset/bids/scan.js';
import { readPreparedSet, samplesFile, type PreparedSet } from '../dataset/samples.js';
import { availableModels, modelFolder, type ModelPlaces } from '../labeling/models.js';
import { parseTrainingConfig, type TrainingConfig } from '../training/config.js';
import { RunFolder } from '../training/run-folder.js';
import { runHolder } from '../training/run-lock.js';

/** What a dataset offers, by file names alone. */
export interface DatasetLook {
  /** Why it can't be used; null where it can. */
  readonly problem: string | null;
  /** Contrasts (`T2w`) with labelled images, and how many subjects have one; also by entities (`acq-sag_T2w`). */
  readonly labelled: ReadonlyMap<string, number>;
  /** Contrasts of which there are images, labelled or not. */
  readonly images: ReadonlySet<string>;
}

/** What a run folder holds. */
export interface RunLook {
  /** There is a checkpoint to go on from. */
  readonly checkpoint: boolean;
  /** There is a best model. */
  readonly trained: boolean;
  /** Who trains there now, in words; null: nobody. */
  readonly holder: string | null;
  /** Epochs that are finished. */
  readonly epochs: number;
  /** What it was trained with; null where that can't be read. */
  readonly config: TrainingConfig | null;
}

/** ms for which the names in a dataset are remembered. */
const datasetMemory = 60_000;

/** What lies on disk around a configuration. Names of datasets and indices of sets are remembered a while. */
export class Disk {
  readonly #datasets = new Map<string, { at: number; look: Promise<DatasetLook> }>();
  readonly #sets = new Map<string, { stamp: string; set: Promise<PreparedSet> }>();

  constructor(private readonly places: ModelPlaces) {}

  /** Forgets what it has seen of a place. */
  forget(path: string): void {
    this.#datasets.delete(path);
  }

  /** The images and labels of a dataset. */
  dataset(folder: string): Promise<DatasetLook> {
    const known = this.#datasets.get(folder);
    if (known !== undefined && Date.now() - known.at < datasetMemory) return known.look;
    const look = lookAtDataset(folder);
    this.#datasets.set(folder, { at: Date.now(), look });
    return look;
  }

  /** Whether there is a prepared set, sound or not. */
  isPrepared(folder: string): boolean {
    return existsSync(join(folder, samplesFile));
  }

  /** @throws UserError there is no such set, or it is damaged */
  async preparedSet(folder: string): Promise<PreparedSet> {
    const found = await stat(join(folder, samplesFile)).catch(() => null);
    const stamp = found === null ? 'none' : `${found.mtimeMs} ${found.size} ${found.ino}`;
    const known = this.#sets.get(folder);
    if (known?.stamp === stamp) return known.set;
    const set = readPreparedSet(folder);
    set.catch(() => {});
    this.#sets.set(folder, { stamp, set });
    return set;
  }

  /** Folder of a model by name, folder or run; undefined where there is none. */
  modelFolder(name: string): string | undefined {
    return modelFolder(name, this.places);
  }

  /** @throws UserError it can't be read */
  model(folder: string): Promise<ModelDescription> {
    return readModelDescription(folder);
  }

  async modelNames(): Promise<string[]> {
    return (await availableModels(this.places)).map(({ name }) => name);
  }

  async run(path: string): Promise<RunLook> {
    const folder = new RunFolder(path);
    const [holder, config, metrics] = await Promise.all([
      runHolder(path),
      readFile(join(path, 'config.json'), 'utf8')
        .then((text) => parseTrainingConfig(JSON.parse(text)))
        .catch(() => null),
      readFile(join(path, 'metrics.jsonl'), 'utf8').catch(() => ''),
    ]);
    return {
      checkpoint: existsSync(folder.state()),
      trained: existsSync(join(folder.best(), 'model.json')),
      holder,
      epochs: metrics.split('\n').filter((line) => line.trim() !== '').length,
      config,
    };
  }
}

async function lookAtDataset(folder: string): Promise<DatasetLook> {
  const none = { labelled: new Map<string, number>(), images: new Set<string>() };
  if (!existsSync(folder)) return { problem: 'there is no such folder', ...none };
  try {
    const labelled = new Map<string, number>();
    const images = new Set<string>();
    for (const subject of await scanDataset(folder, {})) {
      const here = new Set<string>();
      for (const { contrast, entities, image, label } of subject.images) {
        if (image !== null) images.add(contrast);
        if (image !== null && label !== null) here.add(contrast).add([...entities, contrast].join('_'));
      }
      for (const contrast of here) labelled.set(contrast, (labelled.get(contrast) ?? 0) + 1);
    }
    return { problem: null, labelled, images };
  } catch (error) {
    return { problem: error instanceof UserError ? error.why : String(error), ...none };
  }
}
