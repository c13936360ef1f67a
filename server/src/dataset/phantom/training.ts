import { drawPhantom, type PhantomOptions } from './draw.js';
import { Random } from './random.js';
import type { DrawnPhantom, PhantomContrast } from './types.js';
import { roseCriterion } from './visibility.js';

/** More lie askew in what is learnt from than people do. */
const askew = { share: 0.3, degrees: 32 } as const;

/** So many reach down to the end of the scanner's field. */
const fieldEnds = 0.35;

/** So many have a saturation band in front of the spine. */
const saturated = 0.2;

/** Of so many only a window is left. */
const windows = 0.12;

/**
 * So many necks are cut below C2/C3, from where the level is harder to learn than the rest. More of them where trunks
 * are drawn as well: without, what shows neither head nor sacrum would nearly always be a chest.
 */
const cutNecks = { neck: 0.2, spine: 0.35 } as const;

/** Of so many necks the head alone is in the picture: a network that has never seen none finds discs in brains. */
const heads = 0.03;

/** Pictures drawn at most for one that shows its discs. */
const attempts = 8;

/**
 * T2w and random greys more often than in what models are judged by: discs are harder to tell there, and more is read
 * in T2w.
 */
function sampleTrainingContrast(random: Random): PhantomContrast {
  const u = random.uniform();
  return u < 0.37 ? 'T1w' : u < 0.72 ? 'T2w' : 'random';
}

/**
 * A phantom to learn from: drawn anew until its discs can be told from the vertebrae and from noise (the median of
 * their visibilities reaches Rose's criterion). From pictures that show none, networks learn but to guess.
 * The same seed gives the same bytes.
 */
export function drawTrainingPhantom(seed: number | string, options: PhantomOptions = {}): DrawnPhantom {
  const cut = cutNecks[options.extent ?? 'neck'];
  const usual = { askew, fieldEnds, saturated, windows, heads, cutNecks: cut };
  for (let attempt = 1; ; attempt++) {
    const name = attempt === 1 ? seed : `${seed} again ${attempt}`;
    const contrast = options.contrast ?? sampleTrainingContrast(new Random(`contrast ${name}`));
    const drawn = drawPhantom(name, { ...usual, ...options, contrast });
    if (attempt === attempts || showsItsDiscs(drawn)) return drawn;
  }
}

/** Whether at least half of the listed discs stand out, if any. */
function showsItsDiscs({ discs }: DrawnPhantom): boolean {
  return 2 * discs.filter(({ visibility }) => visibility >= roseCriterion).length >= discs.length;
}
