/** Discs under the names that a reader gives them, who knows one of them. */
import { UserError } from '@disc-labeling/models/errors';
import type { ModelDescription } from '@disc-labeling/models/model';
import { discName, lumbosacralDisc, spineDiscs, uppermostDisc } from '../volume/levels.js';
import { confidenceOf } from './confidence.js';
import type { Reading } from './reading.js';

/**
 * A reading with all names moved, as far as discs have names: what would lie above C2/C3 or below L5/S1 is left out.
 * Nothing rivals names that are known, so scores say how likely the places are right.
 *
 * @param shift levels; positive: downwards
 * @throws UserError where discs were found, and none of them would have a name
 */
export function withLevelsMoved(
  reading: Reading,
  shift: number,
  { confidence }: Pick<ModelDescription, 'confidence'>,
): Reading {
  const { discs, evidence, lateral } = reading;
  const named = discs.map((_, n) => n).filter((n) => spineDiscs.includes(discs[n].value + shift));
  if (named.length === 0 && discs.length > 0) throw noneLeft(discs);
  return {
    ...reading,
    discs: named.map((n) => ({
      ...discs[n],
      value: discs[n].value + shift,
      score: confidenceOf(evidence[n], null, confidence ?? null),
    })),
    evidence: named.map((n) => evidence[n]),
    lateral: named.map((n) => lateral[n]),
    rival: null,
  };
}

function noneLeft(discs: Reading['discs']): UserError {
  const found = [...new Set([discs[0], discs.at(-1)!].map(({ value }) => discName(value)))].join(' to ');
  const ends = [uppermostDisc, lumbosacralDisc].map(discName).join(' and ');
  return new UserError(
    'cannot name discs',
    `found were ${found}, none of which would lie between ${ends} then; start from one of these`,
  );
}

/** What is to be said about such names, and of discs that have none. */
export function movedLevelsNotice(shift: number, leftOut: number): string {
  const levels = Math.abs(shift) === 1 ? 'one level' : `${Math.abs(shift)} levels`;
  const names =
    shift === 0 ? 'Names confirmed by hand' : `Names moved ${levels} ${shift > 0 ? 'down' : 'up'} by hand`;
  if (leftOut === 0) return `${names}.`;
  const left = leftOut === 1 ? 'one disc is left out that' : `${leftOut} discs are left out that`;
  return `${names}; ${left} would lie past the ends of the spine.`;
}
