import type { EngineChoice, EngineNotice, Inference } from '@disc-labeling/models/engines/types';
import { createInferenceInWorker } from '@disc-labeling/models/engines';
import { throwIfCancelled, UserError } from '@disc-labeling/models/errors';
import { readModel } from '@disc-labeling/models/weights/folder';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Model, ModelDescription } from '@disc-labeling/models/model';
import type { Disc, LabelResult } from '../protocol/index.js';
import { discName } from '../volume/levels.js';
import { assertUsable, readVolume } from '../volume/nifti.js';
import { voxelToWorld } from '../volume/orientation.js';
import { pixelToVoxel, type SagittalSlab, type SlabFrame } from '../volume/slice.js';
import type { Volume } from '../volume/types.js';
import type { MeasuredProgress } from '../work.js';
import { levelDoubt } from './level-doubt.js';
import { movedLevelsNotice, withLevelsMoved } from './moved-levels.js';
import { findModelFolder, type ModelPlaces } from './models.js';
import { discsOnSlab, readSlabs, readVolumeMaps, type Reading } from './reading.js';
import { overlayVolumes, type OverlayVolumes } from './overlays.js';

export interface LabelOptions {
  /** Name of a model or path of a model folder; the default model when absent. */
  readonly model?: string;
  readonly engine?: EngineChoice;
  /** Levels by which a reader who knows a disc moves all names (positive: downwards); 0 confirms them. */
  readonly levelShift?: number;
  /** Also make attention and heat maps as NIfTI bytes. */
  readonly overlays?: boolean;
  readonly signal?: AbortSignal;
  readonly progress?: (progress: MeasuredProgress) => void;
}

export interface LabelOutcome {
  readonly result: LabelResult;
  /** Null where they were not asked for. */
  readonly overlays: OverlayVolumes | null;
  readonly volume: Volume;
  /** The slab that was labelled, for pictures. */
  readonly slab: SagittalSlab;
  /** What the network read in it. */
  readonly reading: Reading;
}

/** What a model read in a slab, and with what. */
export interface SlabOutcome {
  readonly reading: Reading;
  readonly model: string;
  readonly engine: string;
}

export interface LabelerOptions {
  readonly places?: ModelPlaces;
  readonly engine?: EngineChoice;
  readonly threads?: number;
  /** Told what computes, and when another engine takes over. */
  readonly onNotice?: (notice: EngineNotice) => void;
}

/** A model ready to run. */
interface LoadedModel {
  readonly model: Model;
  readonly inference: Inference;
}

/**
 * Labels volumes, keeping networks loaded between calls. One instance serves one backend or one
 * command; {@link dispose} ends its worker threads.
 */
export class Labeler {
  /** By engine and folder. */
  private readonly loaded = new Map<
    string,
    { readonly written: number; readonly model: Promise<LoadedModel> }
  >();
  /** Models that were written again since: they end when no work is under way that may use them. */
  private readonly outdated: Promise<LoadedModel>[] = [];
  private working = 0;

  constructor(private readonly defaults: LabelerOptions = {}) {}

  /**
   * Finds the discs of a volume: mid-sagittal slab, network, chain of discs, world coordinates.
   *
   * @throws UserError for a file or model that can't be used; CancelledError once `signal` is aborted
   */
  async label(path: string, options: LabelOptions = {}): Promise<LabelOutcome> {
    try {
      return await this.during(() => this.run(path, options));
    } catch (error) {
      // What is wrong with the voxels is found where the file's name is not known.
      if (error instanceof UserError && error.file === undefined)
        throw new UserError(error.what, error.why, path, { cause: error });
      throw error;
    }
  }

  private async run(path: string, options: LabelOptions): Promise<LabelOutcome> {
    const { signal, levelShift } = options;
    const report = (message: string, fraction: number): void => {
      throwIfCancelled(signal);
      options.progress?.({ message, fraction });
    };
    const clock = stopwatch();
    report('reading', 0);
    const loading = this.load(options.model, options.engine);
    // A failure is met below, after the volume's own; until then it must not count as unhandled.
    loading.catch(() => undefined);
    const volume = await readVolume(path, { signal });
    assertUsable(volume, path);
    const read = clock();
    report('loading the model', 0.3);
    const { model, inference } = await loading;
    const { description } = model;
    const seconds = { prepare: 0, network: 0, decode: 0 };
    clock();
    const found = await readVolumeMaps(volume, description, inference, {
      signal,
      seconds,
      progress: (fraction) => report('running the network', 0.4 + 0.5 * fraction),
    });
    report('placing discs', 0.9);
    const { reading, notice } = named(found, description, levelShift);
    const discs = toDiscs(reading);
    const overlays = options.overlays ? overlayVolumes(reading) : null;
    const result: LabelResult = {
      input: path,
      model: description.name,
      engine: inference.engine,
      contrast: description.contrast,
      slice: reading.slab.slice,
      discs,
      ...(levelShift !== undefined && { levelShift }),
      seconds: { read, ...seconds, total: clock.total() },
      notices: notice === null ? volume.notices : [...volume.notices, notice],
    };
    report('done', 1);
    return { result, overlays, volume, slab: reading.slab, reading };
  }

  /** What a model is; it stays loaded. @throws UserError for a model that can't be used */
  async describe(model?: string): Promise<ModelDescription> {
    return (await this.load(model)).model.description;
  }

  /**
   * Finds the discs of a slab at hand, such as a sample of a prepared set.
   * @param slabIn makes it in the frame the model asks for
   * @throws UserError for a model that can't be used; CancelledError once `signal` is aborted
   */
  readSlab(
    slabIn: (frame: SlabFrame) => SagittalSlab,
    { model: name, engine, signal, progress }: LabelOptions = {},
  ): Promise<SlabOutcome> {
    return this.during(async () => {
      const { model, inference } = await this.load(name, engine);
      const { description } = model;
      const reading = await readSlabs([slabIn(description.input.frame)], description, inference, {
        signal,
        progress: (fraction) => progress?.({ message: 'running the network', fraction }),
      });
      return { reading, model: description.name, engine: inference.engine };
    });
  }

  /** Ends worker threads and sessions. */
  async dispose(): Promise<void> {
    const all = [...this.loaded.values()].map(({ model }) => model);
    this.loaded.clear();
    await endAll([...all, ...this.outdated.splice(0)]);
  }

  /** Works with networks; those outdated meanwhile end with the last such work. */
  private async during<T>(work: () => Promise<T>): Promise<T> {
    this.working++;
    try {
      return await work();
    } finally {
      if (--this.working === 0) await endAll(this.outdated.splice(0));
    }
  }

  /** What was read of a model counts until it is written again: trained further, replaced, its scores fitted. */
  private async load(name: string | undefined, engine: EngineChoice = this.defaults.engine ?? 'auto') {
    const folder = await findModelFolder(name, this.defaults.places);
    const { mtimeMs } = await stat(join(folder, 'model.json'));
    const key = `${engine} ${folder}`;
    const known = this.loaded.get(key);
    if (known?.written === mtimeMs) return known.model;
    if (known) this.outdated.push(known.model);
    const entry = { written: mtimeMs, model: this.open(folder, engine) };
    this.loaded.set(key, entry);
    // A model that could not be loaded may be there next time.
    entry.model.catch(() => {
      if (this.loaded.get(key) === entry) this.loaded.delete(key);
    });
    return entry.model;
  }

  private async open(folder: string, engine: EngineChoice): Promise<LoadedModel> {
    const model = await readModel(folder);
    const { description, weights } = model;
    const { threads, onNotice } = this.defaults;
    return {
      model,
      inference: await createInferenceInWorker(description.network, weights, { engine, threads, onNotice }),
    };
  }
}

const endAll = (models: readonly Promise<LoadedModel>[]): Promise<unknown> =>
  Promise.all(
    models.map((model) =>
      model.then(
        ({ inference }) => inference.dispose(),
        () => undefined,
      ),
    ),
  );

/** A reading as its reader names it, and what there is to say about the names. */
function named(
  found: Reading,
  description: ModelDescription,
  levelShift: number | undefined,
): { reading: Reading; notice: string | null } {
  if (levelShift === undefined) return { reading: found, notice: levelDoubt(found, description) };
  const reading = withLevelsMoved(found, levelShift, description);
  const leftOut = found.discs.length - reading.discs.length;
  return { reading, notice: movedLevelsNotice(levelShift, leftOut) };
}

function toDiscs(reading: Reading): Disc[] {
  const { slab, lateral } = reading;
  return discsOnSlab(reading).map(({ value, row, column, score }, n) => {
    const voxel = pixelToVoxel(slab, row, column, lateral[n]);
    return { value, name: discName(value), voxel, world: voxelToWorld(slab.affine, voxel), score };
  });
}

/** Seconds since the last call; `total` since the first. */
function stopwatch(): { (): number; total(): number } {
  const started = performance.now();
  let last = started;
  const lap = (): number => {
    const now = performance.now();
    const seconds = (now - last) / 1000;
    last = now;
    return seconds;
  };
  return Object.assign(lap, { total: () => (performance.now() - started) / 1000 });
}
