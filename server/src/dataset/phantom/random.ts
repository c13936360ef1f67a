import { uniformFloat32 } from 'pure-rand/distribution/uniformFloat32';
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';

/** Finalizer of MurmurHash3: spreads close seeds over the whole state. */
function mix(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/** FNV-1a over the UTF-16 units of the text, from a given start. */
function hash(text: string, start: number): number {
  let h = start | 0;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 16777619);
  return mix(h);
}

/** Seeded random numbers (xoroshiro128+): the same seed gives the same sequence on every machine. */
export class Random {
  readonly #seed: string;
  readonly #generator: RandomGenerator;
  #spare: number | null = null;

  constructor(seed: number | string) {
    this.#seed = String(seed);
    const state = [1, 2, 3, 4].map((salt) => hash(this.#seed, mix(0x811c9dc5 ^ salt)));
    this.#generator = xoroshiro128plusFromState(state);
  }

  /** An independent stream with a name of its own; does not advance this one. */
  fork(name: string): Random {
    return new Random(`${this.#seed}/${name}`);
  }

  /** Uniform in [low, high). */
  uniform(low = 0, high = 1): number {
    return low + (high - low) * uniformFloat32(this.#generator);
  }

  /** Uniform in the logarithm, in [low, high). */
  logUniform(low: number, high: number): number {
    return Math.exp(this.uniform(Math.log(low), Math.log(high)));
  }

  /** Whole number in [low, high], both included. */
  integer(low: number, high: number): number {
    return low + Math.floor(uniformFloat32(this.#generator) * (high - low + 1));
  }

  /** True with probability `p`. */
  chance(p: number): boolean {
    return uniformFloat32(this.#generator) < p;
  }

  /** Normal deviate (Box and Muller's polar form gives two at a time). */
  normal(mean = 0, deviation = 1): number {
    if (this.#spare !== null) {
      const value = mean + deviation * this.#spare;
      this.#spare = null;
      return value;
    }
    let u: number, v: number, s: number;
    do {
      u = 2 * uniformFloat32(this.#generator) - 1;
      v = 2 * uniformFloat32(this.#generator) - 1;
      s = u * u + v * v;
    } while (s >= 1 || s === 0);
    const scale = Math.sqrt((-2 * Math.log(s)) / s);
    this.#spare = v * scale;
    return mean + deviation * u * scale;
  }
}
