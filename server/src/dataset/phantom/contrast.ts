import type { Random } from './random.js';
import type { Tissue } from './tissue.js';
import type { PhantomContrast } from './types.js';
import { type DarkDiscs, sampleIntensities, type Weighting } from './weightings.js';

/** Intensities and textures with which a scene is painted. */
export interface Palette {
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

/** Intensities (0..1) of all tissues in one weighting, and how much they vary within a tissue. */
export function samplePalette(random: Random, weighting: Weighting, dark?: DarkDiscs): Palette {
  return {
    intensity: sampleIntensities(random, weighting, dark),
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
