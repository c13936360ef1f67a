/** What both doors can ask about a model and phantoms, as they are answered. */
import { join } from 'node:path';
import type {
  CalibrationResult,
  PhantomChoice,
  PhantomMeasurement,
  RobustnessSheet,
} from '../protocol/phantoms.js';
import { writeWhole } from '../volume/write-whole.js';
import { calibrate } from './calibrate.js';
import { evaluateOnPhantoms } from './phantoms.js';
import { countsOf, levelCounts } from './report.js';
import { robustnessSheet } from './robustness/sheet.js';
import type { RunningModel } from './test-sample.js';

export interface OnPhantomsOptions extends PhantomChoice {
  readonly signal?: AbortSignal;
  readonly progress?: (done: number, total: number) => void;
}

/** Phantom slices for one volume: volumes take several times as long to draw. */
const slicesPerVolume = 5;

/** See {@link evaluateOnPhantoms}. @throws CancelledError */
export async function measureOnPhantoms(
  { description, inference }: RunningModel,
  { phantoms, seed, progress, ...options }: OnPhantomsOptions,
): Promise<PhantomMeasurement> {
  const { summary, levels, groups } = await evaluateOnPhantoms(description, inference, {
    ...options,
    count: phantoms,
    seed,
    progress: (done) => progress?.(done, phantoms),
  });
  return {
    model: description.name,
    engine: inference.engine,
    phantoms,
    seed,
    summary: countsOf(summary),
    levels: levelCounts(levels),
    groups: groups.map((group) => ({ name: group.name, ...countsOf(group.summary) })),
  };
}

/** See {@link robustnessSheet}. @throws CancelledError */
export async function measureRobustness(
  { description, inference }: RunningModel,
  { phantoms, seed, contrast, signal, progress }: Omit<OnPhantomsOptions, 'extent'>,
): Promise<RobustnessSheet> {
  const volumes = Math.ceil(phantoms / slicesPerVolume);
  const curves = await robustnessSheet(description, inference, {
    slices: phantoms,
    volumes,
    seed,
    contrast,
    signal,
    progress,
  });
  return {
    model: description.name,
    engine: inference.engine,
    slices: phantoms,
    volumes,
    seed,
    curves,
  };
}

/**
 * Fits a model's scores, see {@link calibrate}, and writes what was fitted into its folder.
 * @param folder null: only tells, the model stays as it is
 * @throws UserError, CancelledError; nothing is written then
 */
export async function calibrateModel(
  { description, inference }: RunningModel,
  folder: string | null,
  { phantoms, seed, extent = 'neck', signal, progress }: Omit<OnPhantomsOptions, 'contrast'>,
): Promise<CalibrationResult> {
  const found = await calibrate(description, inference, {
    count: phantoms,
    seed,
    extent,
    signal,
    progress: (done) => progress?.(done, phantoms),
  });
  if (folder !== null) {
    const changed = { ...description, confidence: found.confidence };
    await writeWhole(join(folder, 'model.json'), `${JSON.stringify(changed, null, 2)}\n`);
  }
  return { model: description.name, phantoms, seed, extent, ...found };
}
