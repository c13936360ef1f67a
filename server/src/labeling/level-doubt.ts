import type { ModelDescription } from '@disc-labeling/models/model';
import { discName, lumbosacralDisc, uppermostDisc } from '../volume/levels.js';
import type { Rival } from './confidence.js';

/** The lowest disc that still shows where the count begins: C3/C4. */
const lastAnchor = 4;
/** Names are in doubt where others have this share of the evidence: of such phantoms, two or three tenths were named wrong. */
const doubtful = 0.4;
/** But not where at least half of the discs score this: that clears a fifth of those that are right, and few others. */
const sure = 0.95;

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
  if (rival === null || rival.ratio < doubtful) return null;
  const [first, last] = [discs[0].value, discs.at(-1)!.value].map((value) => discName(value + rival.shift));
  const range = discs.length === 1 ? first : `${first} to ${last}`;
  if (!confidence)
    return `Unsure of the level: the names ${range} would fit nearly as well (${percent(rival.ratio)} of the evidence).`;
  const scores = discs.map(({ score }) => score).sort((a, b) => a - b);
  const middle = scores[Math.floor((scores.length - 1) / 2)];
  return middle >= sure
    ? null
    : `Unsure of the level: these names are right in about ${percent(middle)} of such cases; the next best are ${range}.`;
}

const percent = (share: number): string => `${Math.round(100 * Math.min(1, share))} %`;
