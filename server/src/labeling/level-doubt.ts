import type { ModelDescription } from '@disc-labeling/models/model';
import { discName, lumbosacralDisc, uppermostDisc } from '../volume/levels.js';
import type { Rival } from './confidence.js';

/** The lowest disc that still shows where the count begins: C3/C4. */
const lastAnchor = 4;
/**
 * Where at least half of the discs score less, names are in doubt, if others fit at all: of such phantoms, by
 * model, a quarter to three fifths were named wrong, of the others one or two in a hundred.
 */
const sure = { score: 0.9, ratio: 0.3 } as const;
/** The same for a model whose scores were not fitted, by the next best names alone: it doubts much that is right. */
const doubtful = 0.4;

/** A reading as far as names are concerned. */
interface NamedDiscs {
  /** Superior to inferior. */
  readonly discs: readonly { readonly value: number; readonly score: number }[];
  /** The next best names. */
  readonly rival: Rival | null;
}

/**
 * What a reader has to know about the names of the discs found, or null. Levels are counted from the top of the neck
 * or from the sacrum; discs alone look too much alike to tell which they are. So names are an estimate where other
 * names fit about as well, or where a model that knows the upper spine alone sees neither of the first two discs.
 */
export function levelDoubt(
  { discs, rival }: NamedDiscs,
  { channels, confidence }: Pick<ModelDescription, 'channels' | 'confidence'>,
): string | null {
  if (discs.length === 0) return null;
  const knowsSacrum = channels.values.includes(lumbosacralDisc);
  if (!knowsSacrum && discs[0].value > lastAnchor)
    return (
      `Neither ${discName(uppermostDisc)} nor ${discName(lastAnchor)} was found, from where levels are counted: ` +
      'the names are an estimate and may be off by several levels.'
    );
  if (rival === null) return null;
  const [first, last] = [discs[0].value, discs.at(-1)!.value].map((value) => discName(value + rival.shift));
  const range = discs.length === 1 ? first : `${first} to ${last}`;
  if (!confidence)
    return rival.ratio < doubtful
      ? null
      : `Unsure of the level: the names ${range} would fit nearly as well (${percent(rival.ratio)} of the evidence).`;
  const scores = discs.map(({ score }) => score).sort((a, b) => a - b);
  const middle = scores[Math.floor((scores.length - 1) / 2)];
  return middle >= sure.score || rival.ratio < sure.ratio
    ? null
    : `Unsure of the level: these names are right in about ${percent(middle)} of such cases; the next best are ${range}.`;
}

const percent = (share: number): string => `${Math.round(100 * Math.min(1, share))} %`;
