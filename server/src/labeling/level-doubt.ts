import { discName } from '../volume/levels.js';

/** The lowest disc that still shows where the count begins: C3/C4. */
const lastAnchor = 4;

/**
 * What a reader has to know about the names of the discs found, or null. Levels are counted from the top of the
 * neck; discs alone look too much alike to tell which they are, so names
 * in a view that does not reach up to the neck are an estimate.
 *
 * @param discs superior to inferior
 */
export function levelDoubt(discs: readonly { readonly value: number }[]): string | null {
  if (discs.length === 0 || discs[0].value <= lastAnchor) return null;
  return (
    `Neither ${discName(3)} nor ${discName(lastAnchor)} was found, from where levels are counted: ` +
    'the names are an estimate and may be off by several levels.'
  );
}
