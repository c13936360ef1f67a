/** How bright each tissue is in the contrasts of spine MRI. */
import type { Random } from './random.js';
import { type Tissue, tissues } from './tissue.js';
import type { PhantomContrast } from './types.js';

/** Those that training phantoms are painted with, and those that only volumes are drawn in. */
export type Weighting = PhantomContrast | 'PDw' | 'T2starw' | 'STIR';

type Intensities = Record<Tissue, number>;

/** How often the discs of a T1w picture are darker than the marrow, and how dark, as a share of its signal, at most. */
export interface DarkDiscs {
  readonly share: number;
  readonly least: number;
}

/** Intensities of about 0..1, drawn anew for each picture: scanners and sequences differ. */
export function sampleIntensities(random: Random, weighting: Weighting, dark?: DarkDiscs): Intensities {
  return how[weighting](random, dark);
}

function t1(random: Random, { share, least }: DarkDiscs = { share: 0.15, least: 0.6 }): Intensities {
  const muscle = random.uniform(0.22, 0.5);
  const marrow = random.uniform(0.18, 0.62);
  const disc = random.chance(1 - share)
    ? marrow + random.uniform(0, 0.35)
    : marrow * random.uniform(least, 1);
  const cord = random.uniform(0.7, 1);
  const cortical = random.uniform(0.02, 0.18);
  return {
    air: random.uniform(0, 0.04),
    fat: random.uniform(0.6, 1.35),
    skin: random.uniform(0.25, 0.9),
    muscle,
    soft: muscle * random.uniform(0.7, 1.6),
    tongue: muscle * random.uniform(0.8, 1.7),
    marrow,
    cortical,
    disc,
    annulus: cortical + (disc - cortical) * random.uniform(0.3, 1),
    csf: random.uniform(0.06, 0.32),
    cord,
    grey: cord * random.uniform(0.6, 0.85),
    white: cord * random.uniform(0.9, 1.1),
    ligament: random.uniform(0.03, 0.3),
    cartilage: random.uniform(0.1, 0.6),
    vessel: random.uniform(0.02, 0.6),
    lung: random.uniform(0.02, 0.15),
  };
}

function t2(random: Random): Intensities {
  const muscle = random.uniform(0.08, 0.3);
  const cord = random.uniform(0.28, 0.55);
  const disc = random.uniform(0.08, 0.6);
  const cortical = random.uniform(0.02, 0.14);
  return {
    air: random.uniform(0, 0.04),
    fat: random.uniform(0.4, 1),
    skin: random.uniform(0.15, 0.6),
    muscle,
    soft: muscle * random.uniform(0.8, 2.4),
    tongue: muscle * random.uniform(0.8, 1.8),
    marrow: random.uniform(0.15, 0.5),
    cortical,
    disc,
    annulus: cortical + (disc - cortical) * random.uniform(0.1, 0.9),
    csf: random.uniform(0.75, 1.2),
    cord,
    grey: cord * random.uniform(1, 1.5),
    white: cord * random.uniform(0.8, 1.05),
    ligament: random.uniform(0.02, 0.2),
    cartilage: random.uniform(0.08, 0.5),
    vessel: random.uniform(0.02, 0.5),
    lung: random.uniform(0.02, 0.12),
  };
}

function independent(random: Random): Intensities {
  const drawn = Object.fromEntries(tissues.map((t) => [t, random.uniform(0.02, 1)])) as Intensities;
  drawn.air = random.uniform(0, 0.06);
  drawn.annulus = drawn.disc * random.uniform(0.5, 1.2);
  drawn.white = drawn.cord * random.uniform(0.9, 1.1);
  return drawn;
}

/** Turbo spin echo of intermediate echo time: discs and cord stand out little, fluid is grey, fat bright. */
function protonDensity(random: Random): Intensities {
  const muscle = random.uniform(0.3, 0.5);
  const cord = random.uniform(0.5, 0.75);
  const marrow = random.uniform(0.35, 0.65);
  const disc = random.uniform(0.4, 0.85);
  const cortical = random.uniform(0.02, 0.12);
  return {
    air: random.uniform(0, 0.04),
    fat: random.uniform(0.7, 1.1),
    skin: random.uniform(0.3, 0.8),
    muscle,
    soft: muscle * random.uniform(0.9, 1.6),
    tongue: muscle * random.uniform(0.9, 1.6),
    marrow,
    cortical,
    disc,
    annulus: cortical + (disc - cortical) * random.uniform(0.2, 0.9),
    csf: random.uniform(0.45, 0.95),
    cord,
    grey: cord * random.uniform(1.05, 1.3),
    white: cord * random.uniform(0.85, 1.05),
    ligament: random.uniform(0.02, 0.2),
    cartilage: random.uniform(0.4, 0.8),
    vessel: random.uniform(0.02, 0.4),
    lung: random.uniform(0.02, 0.12),
  };
}

/** Gradient echo: trabecular bone dephases to nearly nothing, discs and fluid are bright, grey matter shows. */
function gradientEcho(random: Random): Intensities {
  const muscle = random.uniform(0.2, 0.45);
  const cord = random.uniform(0.4, 0.65);
  const disc = random.uniform(0.4, 0.9);
  const cortical = random.uniform(0.02, 0.08);
  return {
    air: random.uniform(0, 0.04),
    fat: random.uniform(0.25, 0.6),
    skin: random.uniform(0.2, 0.6),
    muscle,
    soft: muscle * random.uniform(0.8, 1.8),
    tongue: muscle * random.uniform(0.8, 1.6),
    marrow: random.uniform(0.05, 0.25),
    cortical,
    disc,
    annulus: cortical + (disc - cortical) * random.uniform(0.4, 1),
    csf: random.uniform(0.7, 1.1),
    cord,
    grey: cord * random.uniform(1.1, 1.4),
    white: cord * random.uniform(0.85, 1.05),
    ligament: random.uniform(0.02, 0.15),
    cartilage: random.uniform(0.4, 0.9),
    // Blood flows in unsaturated.
    vessel: random.uniform(0.4, 1.1),
    lung: random.uniform(0.02, 0.08),
  };
}

/** Short tau inversion recovery: T2-weighted with the fat nulled, and marrow, full of fat, with it. */
function fatNulled(random: Random): Intensities {
  const muscle = random.uniform(0.15, 0.35);
  const cord = random.uniform(0.3, 0.55);
  const disc = random.uniform(0.12, 0.6);
  const cortical = random.uniform(0.01, 0.06);
  return {
    air: random.uniform(0, 0.04),
    fat: random.uniform(0.02, 0.12),
    skin: random.uniform(0.1, 0.4),
    muscle,
    soft: muscle * random.uniform(0.9, 2.2),
    tongue: muscle * random.uniform(0.8, 1.6),
    marrow: random.uniform(0.06, 0.22),
    cortical,
    disc,
    annulus: cortical + (disc - cortical) * random.uniform(0.1, 0.8),
    csf: random.uniform(0.8, 1.2),
    cord,
    grey: cord * random.uniform(1.05, 1.5),
    white: cord * random.uniform(0.8, 1.05),
    ligament: random.uniform(0.01, 0.1),
    cartilage: random.uniform(0.1, 0.5),
    vessel: random.uniform(0.02, 0.7),
    lung: random.uniform(0.02, 0.1),
  };
}

const how: Readonly<Record<Weighting, (random: Random, dark?: DarkDiscs) => Intensities>> = {
  T1w: t1,
  T2w: t2,
  PDw: protonDensity,
  T2starw: gradientEcho,
  STIR: fatNulled,
  random: independent,
};
