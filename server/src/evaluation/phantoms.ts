import type { Inference } from '@disc-labeling/models/engines/types';
import { CancelledError } from '@disc-labeling/models/errors';
import type { ModelDescription } from '@disc-labeling/models/model';
import { drawPhantom } from '../dataset/phantom/draw.js';
import type { PhantomContrast, PhantomSlice } from '../dataset/phantom/types.js';
import { cellToInput, readSlabs } from '../labeling/reading.js';
import { inputToSlab } from '../labeling/preprocess.js';
import { flatSlab } from '../volume/flat-slab.js';
import {
  compareDiscs,
  summarizeDiscs,
  summarizeLevels,
  type DiscComparison,
  type DiscSummary,
} from './metrics.js';

export interface PhantomEvaluationOptions {
  readonly count: number;
  /** Any number: these phantoms' seeds are none of training's or validation's. */
  readonly seed: number;
  readonly contrast?: PhantomContrast;
  readonly signal?: AbortSignal;
  /** @param done phantoms read so far */
  readonly progress?: (done: number) => void;
}

export interface PhantomEvaluation {
  readonly summary: DiscSummary;
  /** By disc value. */
  readonly levels: ReadonlyMap<number, DiscSummary>;
}

/**
 * How well a model names the discs of phantoms it never saw, by the same path a volume takes: resampled to the
 * model's pixel size, read at several scales, decoded into a chain. A disc is identified within 5 mm under its name.
 *
 * @throws CancelledError
 */
export async function evaluateOnPhantoms(
  description: ModelDescription,
  inference: Inference,
  { count, seed, contrast, signal, progress }: PhantomEvaluationOptions,
): Promise<PhantomEvaluation> {
  const comparisons: DiscComparison[] = [];
  for (let n = 0; n < count; n++) {
    if (signal?.aborted) throw new CancelledError();
    const phantom = drawPhantom(`evaluation ${seed} ${n}`, contrast === undefined ? {} : { contrast });
    comparisons.push(await comparePhantom(phantom, description, inference, signal));
    progress?.(n + 1);
  }
  return { summary: summarizeDiscs(comparisons), levels: summarizeLevels(comparisons) };
}

async function comparePhantom(
  phantom: PhantomSlice,
  description: ModelDescription,
  inference: Inference,
  signal: AbortSignal | undefined,
): Promise<DiscComparison> {
  const { spacing } = phantom;
  const { discs, prepared, stride } = await readSlabs(
    [flatSlab(phantom, [spacing, spacing])],
    description,
    inference,
    { signal },
  );
  const truth = phantom.discs.map(({ value, row, column }) => ({
    value,
    position: [row * spacing, column * spacing],
  }));
  const predicted = discs.map(({ value, row, column }) => ({
    value,
    position: inputToSlab(prepared, cellToInput(row, stride), cellToInput(column, stride)).map(
      (pixel) => pixel * spacing,
    ),
  }));
  return compareDiscs(truth, predicted);
}
