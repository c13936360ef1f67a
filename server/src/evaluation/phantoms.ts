import type { Inference } from '@disc-labeling/models/engines/types';
import { throwIfCancelled } from '@disc-labeling/models/errors';
import type { ModelDescription } from '@disc-labeling/models/model';
import { drawPhantom } from '../dataset/phantom/draw.js';
import type { PhantomExtent } from '../dataset/phantom/scenery.js';
import type { DrawnDisc, PhantomContrast, PhantomDisc } from '../dataset/phantom/types.js';
import { roseCriterion } from '../dataset/phantom/visibility.js';
import type { DecodedDisc } from '../labeling/decode.js';
import { levelDoubt } from '../labeling/level-doubt.js';
import { discsOnSlab, readSlabs, type Reading } from '../labeling/reading.js';
import { flatSlab } from '../volume/flat-slab.js';
import { lumbosacralDisc, uppermostDisc } from '../volume/levels.js';
import {
  compareDiscs,
  nearestDisc,
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

/** Name of the group of discs that stand out, see `visibilityOf`. */
const seen = 'can be seen';

export interface PhantomEvaluation {
  readonly summary: DiscSummary;
  /** By disc value. */
  readonly levels: ReadonlyMap<number, DiscSummary>;
  /** By what there is to count from and to see, and by how the pictures are painted. */
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
  await readPhantoms(description, inference, options, (phantom) => {
    const comparison = compare(phantom);
    const clear = compare(clearPart(phantom));
    const counted = countedFrom(phantom.truth);
    comparisons.push(comparison);
    const named =
      levelDoubt(phantom.reading, description) === null ? 'sure of the level' : 'unsure of the level';
    const members: readonly (readonly [string, DiscComparison])[] = [
      [counted, comparison],
      [phantom.contrast, comparison],
      [named, comparison],
      [seen, clear],
      [`${seen}, ${counted}`, clear],
      [`${seen}, ${named}`, clear],
    ];
    for (const [name, member] of members) groups.set(name, [...(groups.get(name) ?? []), member]);
  });
  return {
    summary: summarizeDiscs(comparisons),
    levels: summarizeLevels(comparisons),
    groups: [...groups]
      .map(([name, members]) => ({ name, summary: summarizeDiscs(members) }))
      .sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name)),
  };
}

const compare = ({ truth, outside, predicted }: Discs): DiscComparison =>
  compareDiscs(truth, predicted, { toleranceMm: rightWithinMm, outside });

/** In which groups are listed: from where levels are counted, what labelling says of them, how they are painted. */
const kinds = [
  'C2/C3 in view',
  'L5/S1 in view',
  'neither in view',
  'sure of the level',
  'unsure of the level',
  'T1w',
  'T2w',
  'random',
];
const order = [...kinds, seen, ...kinds.map((kind) => `${seen}, ${kind}`)];

/** The true discs that can be seen, and what was found nearer to one of them than to any that can't. */
function clearPart({ truth, outside, predicted }: Discs): Discs {
  const nearSeen = (found: PlacedDisc): boolean => {
    const nearest = nearestDisc(found, truth);
    return nearest === null || canBeSeen(nearest.disc);
  };
  return { truth: truth.filter(canBeSeen), outside, predicted: predicted.filter(nearSeen) };
}

const canBeSeen = ({ visibility }: PlacedTrueDisc): boolean => visibility >= roseCriterion;

/** The end of the spine that a picture shows, from which levels can be told. */
function countedFrom(truth: readonly PlacedDisc[]): string {
  const shows = (value: number): boolean => truth.some((disc) => disc.value === value);
  if (shows(uppermostDisc)) return 'C2/C3 in view';
  return shows(lumbosacralDisc) ? 'L5/S1 in view' : 'neither in view';
}

/** A found disc is right this close to the true one. */
export const rightWithinMm = 5;

/** With how far it stands out, see `visibilityOf`. */
type PlacedTrueDisc = PlacedDisc & Pick<DrawnDisc, 'visibility'>;

/** True and found ones, in mm of their picture. */
interface Discs {
  readonly truth: readonly PlacedTrueDisc[];
  /** Past the edge of the picture. */
  readonly outside: readonly PlacedDisc[];
  readonly predicted: readonly PlacedDisc[];
}

/** A held-out phantom and what was found in it. */
export interface ReadPhantom extends Discs {
  readonly reading: Reading;
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
      truth: phantom.discs.map((disc) => ({ ...place(disc), visibility: disc.visibility })),
      outside: phantom.outside.map(place),
      predicted: discsOnSlab(reading).map(place),
      contrast: phantom.contrast,
    });
    progress?.(n + 1);
  }
}
