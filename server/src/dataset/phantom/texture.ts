import { blur } from './filters.js';
import { Random } from './random.js';

/** Side of the periodic noise tiles, in samples. A power of two, so that wrapping is a mask. */
export const tileSize = 512;

/** Noise of mean 0 and standard deviation 1 that repeats seamlessly. */
export interface TextureBank {
  /** Mottled, as in bone and brain. */
  readonly mottled: Float32Array;
  /** Streaks along the body, as in muscle. */
  readonly fibrous: Float32Array;
  /** Uncorrelated. */
  readonly white: Float32Array;
  /** One scale only, whose zero crossings are sulci. */
  readonly folds: Float32Array;
}

function standardize(values: Float32Array): Float32Array {
  let sum = 0;
  let square = 0;
  for (const v of values) {
    sum += v;
    square += v * v;
  }
  const mean = sum / values.length;
  const deviation = Math.sqrt(square / values.length - mean * mean);
  return values.map((v) => (v - mean) / deviation);
}

/** White noise, blurred on a torus: padded by wrapping, then cut back. */
function smoothTile(random: Random, sigmaX: number, sigmaY: number): Float32Array {
  const margin = 48;
  const side = tileSize + 2 * margin;
  const core = Float32Array.from({ length: tileSize * tileSize }, () => random.normal());
  const padded = new Float32Array(side * side);
  for (let y = 0; y < side; y++)
    for (let x = 0; x < side; x++)
      padded[y * side + x] =
        core[((y - margin) & (tileSize - 1)) * tileSize + ((x - margin) & (tileSize - 1))];
  const soft = blur(padded, side, side, sigmaX, sigmaY);
  const tile = new Float32Array(tileSize * tileSize);
  for (let y = 0; y < tileSize; y++)
    for (let x = 0; x < tileSize; x++) tile[y * tileSize + x] = soft[(y + margin) * side + x + margin];
  return standardize(tile);
}

const weighted = (parts: readonly (readonly [Float32Array, number])[]): Float32Array =>
  standardize(parts[0][0].map((_, i) => parts.reduce((sum, [tile, weight]) => sum + weight * tile[i], 0)));

let bank: TextureBank | undefined;

/** The tiles, made once per process, always the same. */
export function textures(): TextureBank {
  if (bank) return bank;
  const random = new Random('phantom textures');
  const fine = smoothTile(random, 1.3, 1.3);
  const medium = smoothTile(random, 4, 4);
  const coarse = smoothTile(random, 13, 13);
  const streaks = smoothTile(random, 1.6, 9);
  bank = {
    mottled: weighted([
      [fine, 0.6],
      [medium, 0.7],
      [coarse, 0.7],
    ]),
    fibrous: weighted([
      [streaks, 1],
      [fine, 0.3],
      [coarse, 0.5],
    ]),
    white: standardize(Float32Array.from({ length: tileSize * tileSize }, () => random.normal())),
    folds: medium,
  };
  return bank;
}

/**
 * The tiles as they look `lateral` mm beside the midline: they change smoothly from slice to slice and
 * keep their standard deviation (two independent parts of a tile, weighted by cosine and sine).
 */
export function texturesBeside(lateral: number): TextureBank {
  const bank = textures();
  const angle = lateral / 3.5;
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  const far = (tileSize * tileSize) / 2 + tileSize / 2;
  const mask = tileSize * tileSize - 1;
  const turned = (tile: Float32Array): Float32Array => {
    const out = new Float32Array(tile.length);
    for (let i = 0; i < out.length; i++) out[i] = c * tile[i] + s * tile[(i + far) & mask];
    return out;
  };
  return { ...bank, mottled: turned(bank.mottled), fibrous: turned(bank.fibrous), folds: turned(bank.folds) };
}
