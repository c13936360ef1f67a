import { discName, lumbosacralDisc, uppermostDisc } from '../volume/levels.js';
import type { Rival } from './confidence.js';

/** The lowest disc that still shows where the count begins: C3/C4. */
const lastAnchor = 4;
/** Of phantoms whose maps fit other names this well, a third and more were named wrong. */
const doubtful = 0.4;

/** A reading as far as names are concerned. */
interface NamedDiscs {
  /** Superior to inferior. */
  readonly discs: readonly { readonly value: number }[];
  /** The next best names. */
  readonly rival: Rival | null;
  /** Disc values the model has maps for. */
  readonly values: readonly (number | null)[];
}

/**
 * What a reader has to know about the names of the discs found, or null. Levels are counted from the top of the neck
 * or from the sacrum; discs alone look too much alike to tell which they are. So names are an estimate where other
 * names fit about as well, or where a model that knows the upper spine alone sees neither of the first two discs.
 */
export function levelDoubt({ discs, rival, values }: NamedDiscs): string | null {
  if (discs.length === 0) return null;
  const knowsSacrum = values.includes(lumbosacralDisc);
  if (!knowsSacrum && discs[0].value > lastAnchor)
    return (
      `Neither ${discName(uppermostDisc)} nor ${discName(lastAnchor)} was found, from where levels are counted: ` +
      'the names are an estimate and may be off by several levels.'
    );
  if (rival === null || rival.ratio < doubtful) return null;
  const [first, last] = [discs[0].value, discs.at(-1)!.value].map((value) => discName(value + rival.shift));
  const range = discs.length === 1 ? first : `${first} to ${last}`;
  return `Unsure of the level: the names ${range} would fit nearly as well (${Math.round(100 * Math.min(1, rival.ratio))} % of the evidence).`;
}
