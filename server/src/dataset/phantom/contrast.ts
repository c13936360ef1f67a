import type { Random } from './random.js';
import { type Tissue, tissues } from './tissue.js';
import type { PhantomContrast } from './types.js';

/** Intensities and textures with which a scene is painted. */
export interface Palette {
  readonly contrast: PhantomContrast;
  /** Per tissue, about 0..1. */
  readonly intensity: Readonly<Record<Tissue, number>>;
  /** Relative standard deviation between regions of the same tissue. */
  readonly jitter: number;
  /** Relative standard deviation of the texture inside bone, discs and nerve tissue. */
  readonly texture: number;
  /** The same in muscle, fat and other soft tissue. */
  readonly softTexture: number;
}

/** 55 % T1-like, 27 % T2-like, the rest fully random. */
export function sampleContrast(random: Random): PhantomContrast {
  const u = random.uniform();
  return u < 0.55 ? 'T1w' : u < 0.82 ? 'T2w' : 'random';
}

function t1(random: Random): Record<Tissue, number> {
  const muscle = random.uniform(0.22, 0.5);
  const marrow = random.uniform(0.18, 0.62);
  const disc = random.chance(0.85) ? marrow + random.uniform(0, 0.35) : marrow * random.uniform(0.6, 1);
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

function t2(random: Random): Record<Tissue, number> {
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

function independent(random: Random): Record<Tissue, number> {
  const drawn = Object.fromEntries(tissues.map((t) => [t, random.uniform(0.02, 1)])) as Record<
    Tissue,
    number
  >;
  drawn.air = random.uniform(0, 0.06);
  drawn.annulus = drawn.disc * random.uniform(0.5, 1.2);
  drawn.white = drawn.cord * random.uniform(0.9, 1.1);
  return drawn;
}

export function samplePalette(random: Random, contrast: PhantomContrast): Palette {
  const intensity = contrast === 'T1w' ? t1(random) : contrast === 'T2w' ? t2(random) : independent(random);
  return {
    contrast,
    intensity,
    jitter: random.uniform(0.02, 0.1),
    texture: random.uniform(0.02, 0.12),
    softTexture: random.uniform(0.05, 0.38),
  };
}

/** Tissues whose texture runs in streaks and is stronger. */
export const isSoft = (tissue: Tissue): boolean =>
  tissue === 'muscle' ||
  tissue === 'fat' ||
  tissue === 'soft' ||
  tissue === 'tongue' ||
  tissue === 'lung' ||
  tissue === 'ligament' ||
  tissue === 'vessel';
