/** Spines that lean far from how most lie in the scanner, turned upright before a network reads them again. */
import type { SagittalSlab } from '../volume/slice.js';
import { Warp, type Place } from '../volume/warp.js';
import { stepBetween } from './chain.js';
import type { DecodedDisc } from './decode.js';
import type { CellSize } from './peaks.js';

/** Fewer discs say little about the direction of a spine. */
const fewestDiscs = 4;
const radians = (degrees: number): number => (degrees * Math.PI) / 180;
/** How spines run in the pictures networks are trained on: necks backwards on their way down, trunks nearly straight. */
const usual = { neck: radians(14), trunk: radians(3) } as const;
/** The last disc with which a chain begins that shows a neck: C7/T1. */
const lastOfNeck = 8;
/** Within this of the usual, two standard deviations, networks are at home: turning costs them more than it helps. */
const unremarkable = radians(25);
/** Nobody lies further from the usual; what looks so is a mistake. */
const farthest = radians(60);

/**
 * By how much a chain of discs leans backwards on its way down beyond what is usual at these levels.
 *
 * @param discs superior to inferior, rows running downwards and columns backwards
 * @param size  mm per row and column
 * @returns radians, negative where it leans forwards; 0 where it lies about as spines do, or too few discs tell
 */
export function leanOf(discs: readonly DecodedDisc[], size: CellSize): number {
  if (discs.length < fewestDiscs) return 0;
  const [first, last] = [discs[0], discs.at(-1)!];
  const step = stepBetween(first, last, size);
  if (step === null) return 0;
  const lean = step.angle - (first.value <= lastOfNeck ? usual.neck : usual.trunk);
  return Math.abs(lean) < unremarkable ? 0 : Math.max(-farthest, Math.min(farthest, lean));
}

/** A slab turned about its middle. */
export interface TurnedSlab {
  readonly slab: SagittalSlab;
  /** Where a (fractional) pixel of the slab as it was has come to lie. */
  place(pixel: Place): Place;
}

/**
 * Turns a slab so that what leaned backwards by `lean` runs straight down. It becomes higher by what the corners
 * need, not wider: a spine that stands upright is in the middle. What comes in is as dark as the darkest pixel.
 *
 * @param slab in the frame `picture`; only its picture is turned, its place in the volume stays that of the old one
 */
export function turnSlab(slab: SagittalSlab, lean: number): TurnedSlab {
  const { height, width, spacing } = slab;
  const across = (Math.abs(Math.sin(lean)) * width * spacing[1]) / spacing[0];
  const higher = Math.ceil(Math.abs(Math.cos(lean)) * height + across);
  const size = [Math.max(height, higher), width] as const;
  const warp = new Warp({
    size,
    spacing,
    offset: [Math.round((height - size[0]) / 2), 0],
    angle: -lean,
    scale: 1,
    elastic: null,
  });
  const { image, inside } = warp.apply(slab);
  const darkest = slab.image.reduce((least, value) => Math.min(least, value), Infinity);
  if (darkest !== 0) for (let i = 0; i < image.length; i++) if (inside[i] === 0) image[i] = darkest;
  return {
    slab: { ...slab, image, height: size[0], width: size[1] },
    place: (pixel) => warp.fromPicture(pixel),
  };
}
