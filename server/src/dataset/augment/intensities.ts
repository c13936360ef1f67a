import { addNoise } from '../phantom/corruption.js';
import { applyGamma, multiplyField } from '../phantom/filters.js';
import type { Random } from '../phantom/random.js';
import { resample, sampleBilinear, type Image2D } from '../../volume/resample.js';
import type { Place } from '../../volume/warp.js';
import { cutOut } from './cut-out.js';
import type { Augmentation } from './settings.js';

/** Control points of the gain along each axis. */
const biasPoints = 4;

/**
 * What another coil, scanner or patient would have changed in the grey values, in the order in which a scanner
 * does: gain, resolution, noise, display curve; then a blanked rectangle.
 * @param picture 0..1
 * @param spacing mm per row and column
 * @param points discs, which are never blanked
 * @returns a new picture, or the same where nothing was drawn; not clipped
 */
export function augmentIntensities(
  picture: Image2D,
  spacing: readonly [row: number, column: number],
  points: readonly Place[],
  settings: Augmentation,
  random: Random,
): Image2D {
  const { bias, resolution, noise, gamma, cutOut: blank } = settings;
  const { height, width } = picture;
  let image = picture.image;
  const copy = () => (image = image === picture.image ? image.slice() : image);
  const when = (kind: string, { probability }: { probability: number }, change: (own: Random) => void) => {
    // Each kind has random numbers of its own: switching one off changes no other.
    const own = random.fork(kind);
    if (own.chance(probability)) change(own);
  };
  when('bias', bias, (own) => {
    const strength = own.uniform(...bias.strength);
    const log = Float32Array.from({ length: biasPoints ** 2 }, () => own.normal(0, strength));
    const last = biasPoints - 1;
    multiplyField(copy(), width, height, (u, v) =>
      Math.exp(sampleBilinear(log, biasPoints, biasPoints, u * last, v * last)),
    );
  });
  when('resolution', resolution, (own) => {
    image = coarser({ image, height, width }, own.logUniform(...resolution.factor), own);
  });
  when('noise', noise, (own) => {
    addNoise(copy(), { width, height }, own.uniform(...noise.sigma), own.chance(0.5), own);
  });
  when('gamma', gamma, (own) => applyGamma(copy(), own.logUniform(...gamma.exponent)));
  when('cut-out', blank, (own) => {
    const pixel = Math.sqrt(spacing[0] * spacing[1]);
    const sides = blank.mm.map((mm) => Math.max(1, Math.round(mm / pixel))) as [number, number];
    const margin = blank.margin / Math.min(...spacing);
    cutOut(copy(), width, height, points, own, { sides, margin });
  });
  return { image, height, width };
}

/** As acquired with larger voxels, along rows, columns or both, and shown at the same size. */
function coarser(picture: Image2D, factor: number, random: Random): Float32Array {
  const which = random.integer(0, 2);
  const less = (size: number) => Math.max(2, Math.round(size / factor));
  const { height, width } = picture;
  const small = resample(picture, [which === 0 ? height : less(height), which === 1 ? width : less(width)]);
  return resample(small, [height, width]).image;
}
