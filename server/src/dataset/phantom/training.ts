import { drawPhantom, type PhantomOptions } from './draw.js';
import type { DrawnPhantom } from './types.js';
import { roseCriterion } from './visibility.js';

/** More lie askew in what is learnt from than people do. */
const askew = { share: 0.3, degrees: 32 } as const;

/** Pictures drawn at most for one that shows its discs. */
const attempts = 8;

/**
 * A phantom to learn from: drawn anew until its discs can be told from the vertebrae and from noise (the median of
 * their visibilities reaches Rose's criterion). From pictures that show none, networks learn but to guess.
 * The same seed gives the same bytes.
 */
export function drawTrainingPhantom(seed: number | string, options: PhantomOptions = {}): DrawnPhantom {
  for (let attempt = 1; ; attempt++) {
    const name = attempt === 1 ? seed : `${seed} again ${attempt}`;
    const drawn = drawPhantom(name, { askew, ...options });
    if (attempt === attempts || showsItsDiscs(drawn)) return drawn;
  }
}

/** Whether at least half of the listed discs stand out. */
function showsItsDiscs({ discs }: DrawnPhantom): boolean {
  return 2 * discs.filter(({ visibility }) => visibility >= roseCriterion).length >= discs.length;
}
