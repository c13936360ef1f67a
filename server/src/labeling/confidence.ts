/** How likely the discs of a chain are right, and whether their names could as well be others. */
import type { Float32Tensor } from '@disc-labeling/models/engines/types';
import type { ModelDescription } from '@disc-labeling/models/model';
import type { DecodedDisc } from './decode.js';
import { sample } from './peaks.js';

/** The same chain with other names. */
export interface Rival {
  /** Levels by which the names would move: 1, one lower. */
  readonly shift: number;
  /** Evidence for those names relative to that for the chain's own. */
  readonly ratio: number;
}

/** Names this far away are looked at. */
const farthest = 4;
/** Fewer discs under a level's map say little about a shift. */
const fewest = 3;

/**
 * The names that fit a chain of discs best, apart from its own: all moved by the same number of levels. What goes
 * wrong is nearly always such a shift, as discs look alike and are told apart by counting.
 *
 * @param discs  in cells of the maps
 * @param maps   `[maps, height, width]`
 * @param values disc value of each map; null for a map that is no level
 * @returns null where there are no discs, or only their own names can be told
 */
export function rivalOf(
  discs: readonly DecodedDisc[],
  { data, shape: [, height, width] }: Float32Tensor,
  values: ModelDescription['channels']['values'],
): Rival | null {
  const evidence = (shift: number): number | null => {
    const found = discs.flatMap((disc) => {
      const map = values.indexOf(disc.value + shift);
      if (map < 0) return [];
      const view = { data: data.subarray(map * height * width, (map + 1) * height * width), height, width };
      return Math.max(0, sample(view, disc));
    });
    if (found.length === 0 || found.length < Math.min(fewest, discs.length)) return null;
    return found.reduce((sum, value) => sum + value, 0) / found.length;
  };
  const own = evidence(0);
  if (own === null || own === 0) return null;
  let best: Rival | null = null;
  for (let shift = -farthest; shift <= farthest; shift++) {
    const other = shift === 0 ? null : evidence(shift);
    if (other !== null && other / own > (best?.ratio ?? 0)) best = { shift, ratio: other / own };
  }
  return best;
}

/**
 * The chance that a disc lies where it was found under its name (within 5 mm), by what was fitted on phantoms.
 *
 * @param evidence of the maps for this disc, 0..1
 * @param rival    of its chain
 * @param fitted   null: the evidence itself is all there is to go by
 */
export function confidenceOf(
  evidence: number,
  rival: Rival | null,
  fitted: NonNullable<ModelDescription['confidence']> | null,
): number {
  if (fitted === null) return evidence;
  const logit = fitted.bias + fitted.evidence * evidence + fitted.rival * (rival?.ratio ?? 0);
  return 1 / (1 + Math.exp(-logit));
}
