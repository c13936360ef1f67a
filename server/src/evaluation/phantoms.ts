import type { Inference } from '@disc-labeling/models/engines/types';
import { throwIfCancelled } from '@disc-labeling/models/errors';
import type { ModelDescription } from '@disc-labeling/models/model';
import { drawPhantom } from '../dataset/phantom/draw.js';
import type { PhantomExtent } from '../dataset/phantom/scenery.js';
import type { PhantomContrast, PhantomDisc } from '../dataset/phantom/types.js';
import type { DecodedDisc } from '../labeling/decode.js';
import { discsOnSlab, readSlabs, type Reading } from '../labeling/reading.js';
import { flatSlab } from '../volume/flat-slab.js';
import { lumbosacralDisc, uppermostDisc } from '../volume/levels.js';
import {
  compareDiscs,
  summarizeDiscs,
  summarizeLevels,
  type DiscComparison,
  type DiscSummary,
  type PlacedDisc,
} from './metrics.js';

export interface PhantomEvaluationOptions {
  readonly count: number;
  /** Any number: these phantoms' seeds are none of training's or validation's. */
  readonly seed: number;
  readonly contrast?: PhantomContrast;
  /** Default: the neck. */
  readonly extent?: PhantomExtent;
  readonly signal?: AbortSignal;
  /** @param done phantoms read so far */
  readonly progress?: (done: number) => void;
}

export interface PhantomEvaluation {
  readonly summary: DiscSummary;
  /** By disc value. */
  readonly levels: ReadonlyMap<number, DiscSummary>;
  /** By what there is to count from, and by how the pictures are painted. */
  readonly groups: readonly { readonly name: string; readonly summary: DiscSummary }[];
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
  options: PhantomEvaluationOptions,
): Promise<PhantomEvaluation> {
  const comparisons: DiscComparison[] = [];
  const groups = new Map<string, DiscComparison[]>();
  await readPhantoms(description, inference, options, ({ truth, outside, predicted, contrast }) => {
    const comparison = compareDiscs(truth, predicted, { toleranceMm: rightWithinMm, outside });
    comparisons.push(comparison);
    for (const name of [countedFrom(truth), contrast])
      groups.set(name, [...(groups.get(name) ?? []), comparison]);
  });
  return {
    summary: summarizeDiscs(comparisons),
    levels: summarizeLevels(comparisons),
    groups: [...groups]
      .map(([name, members]) => ({ name, summary: summarizeDiscs(members) }))
      .sort((a, b) => b.summary.total - a.summary.total),
  };
}

/** The end of the spine that a picture shows, from which levels can be told. */
function countedFrom(truth: readonly PlacedDisc[]): string {
  const shows = (value: number): boolean => truth.some((disc) => disc.value === value);
  if (shows(uppermostDisc)) return 'C2/C3 in view';
  return shows(lumbosacralDisc) ? 'L5/S1 in view' : 'neither in view';
}

/** A found disc is right this close to the true one. */
export const rightWithinMm = 5;

/** A held-out phantom and what was found in it; places in mm of its picture. */
export interface ReadPhantom {
  readonly reading: Reading;
  readonly truth: readonly PlacedDisc[];
  /** Discs past the edge of the picture. */
  readonly outside: readonly PlacedDisc[];
  readonly predicted: readonly PlacedDisc[];
  readonly contrast: PhantomContrast;
}

/**
 * Reads held-out phantoms by the same path a volume takes.
 * @throws CancelledError
 */
export async function readPhantoms(
  description: ModelDescription,
  inference: Inference,
  { count, seed, contrast, extent, signal, progress }: PhantomEvaluationOptions,
  found: (phantom: ReadPhantom) => void,
): Promise<void> {
  for (let n = 0; n < count; n++) {
    throwIfCancelled(signal);
    const { spacing, ...phantom } = drawPhantom(`evaluation ${seed} ${n}`, { contrast, extent });
    const slab = flatSlab(phantom, [spacing, spacing]);
    const reading = await readSlabs([slab], description, inference, { signal });
    const place = ({ value, row, column }: DecodedDisc | PhantomDisc): PlacedDisc => ({
      value,
      position: [row * spacing, column * spacing],
    });
    found({
      reading,
      truth: phantom.discs.map(place),
      outside: phantom.outside.map(place),
      predicted: discsOnSlab(reading).map(place),
      contrast: phantom.contrast,
    });
    progress?.(n + 1);
  }
}
