import { normalizeIntensities } from '../phantom/filters.js';
import type { Random } from '../phantom/random.js';
import { percentiles, rescale, type Image2D } from '../../volume/resample.js';
import { Warp, type Place } from '../../volume/warp.js';
import { elasticDisplacement } from './elastic.js';
import { augmentIntensities } from './intensities.js';
import type { Augmentation } from './settings.js';
import { placeWindow } from './window.js';

/** A sample's picture with the points in it. */
export interface View<Point extends Place> {
  readonly picture: Image2D;
  readonly points: readonly Point[];
  /** Those a window is placed around; default: all. */
  readonly anchors?: readonly Place[];
  /** mm per row and column. */
  readonly spacing: readonly [row: number, column: number];
}

export interface AugmentOptions {
  readonly settings: Augmentation;
  /** Size of the result; pictures larger than it are cut, smaller ones padded with zeros. Null: the picture's own. */
  readonly window: readonly [height: number, width: number] | null;
  readonly normalization: 'percentile' | 'minmax' | 'zscore';
}

/**
 * A view of a sample as it might have been taken another time: moved, turned, scaled and bent, with other grey
 * values. Points move along with their anatomy; targets are to be drawn afterwards. Points outside the result are
 * returned too.
 * @param random decides everything; each kind of change has a stream of its own
 * @returns a new view; the picture as it was, but for cutting and padding, where nothing was drawn
 */
export function augmentView<Point extends Place>(
  view: View<Point>,
  { settings, window, normalization }: AugmentOptions,
  random: Random,
): View<Point> {
  const { picture, spacing } = view;
  const size = window ?? ([picture.height, picture.width] as const);
  const warp = drawWarp(view, size, settings, random);
  const warped = warp.apply(picture);
  const moved = view.points.map((point) => ({ ...point, ...warp.fromPicture(point) }));
  const greys = { ...warped, image: greysOf(warped.image, normalization, settings) };
  const changed = augmentIntensities(greys, spacing, moved, settings, random);
  const inverted = random.fork('inversion').chance(settings.inversion.probability);
  let { image } = changed;
  if (image !== greys.image) image = asNormalized(image, normalization);
  if (inverted) image = image.map((value) => 1 - value);
  // What lies outside the picture stays empty, as labelling pads it.
  if (image !== warped.image) image.forEach((_, i) => warped.inside[i] === 1 || (image[i] = 0));
  return { picture: { image, height: size[0], width: size[1] }, points: moved, spacing };
}

function drawWarp<Point extends Place>(
  { picture, points, anchors = points, spacing }: View<Point>,
  size: readonly [height: number, width: number],
  { rotation, scale, shift, elastic }: Augmentation,
  random: Random,
): Warp {
  const drawn = <T>(kind: string, probability: number, usual: T, draw: (own: Random) => T): T => {
    const own = random.fork(kind);
    return own.chance(probability) ? draw(own) : usual;
  };
  const offset = drawn('shift', shift.probability, placeWindow(picture, size, anchors, null), (own) => {
    const place = placeWindow(picture, size, anchors, own);
    return [0, 1].map((axis) => place[axis] + Math.round(own.uniform(...shift.mm) / spacing[axis])) as [
      number,
      number,
    ];
  });
  const radians = (degrees: number) => (degrees * Math.PI) / 180;
  return new Warp({
    size,
    spacing,
    offset,
    angle: drawn('rotation', rotation.probability, 0, (own) => radians(own.uniform(...rotation.degrees))),
    scale: drawn('scale', scale.probability, 1, (own) => own.logUniform(...scale.factor)),
    elastic: drawn('elastic', elastic.probability, null, (own) =>
      elasticDisplacement(size, spacing, own.uniform(...elastic.mm), own),
    ),
  });
}

/** Grey values as 0..1 where they are about to be changed; z-scores are left alone otherwise. */
function greysOf(
  image: Float32Array,
  normalization: AugmentOptions['normalization'],
  { bias, resolution, noise, gamma, cutOut, inversion }: Augmentation,
): Float32Array {
  const kinds = [bias, resolution, noise, gamma, cutOut, inversion];
  if (normalization !== 'zscore' || kinds.every(({ probability }) => probability === 0)) return image;
  return asNormalized(image, normalization);
}

function asNormalized(image: Float32Array, normalization: AugmentOptions['normalization']): Float32Array {
  if (normalization === 'percentile') return normalizeIntensities(image);
  const [low, high] = percentiles(image, [0, 1]);
  return rescale(image, low, high);
}

/** Whether a view is to be flipped as well; apart from {@link augmentView}, as the reference flips finished targets. */
export const drawFlip = ({ flip }: Augmentation, random: Random): boolean =>
  random.fork('flip').chance(flip.probability);

/** A point turned from head to foot; that axis runs along the columns in the `reference` frame. */
export function flipPlace<Point extends Place>(
  point: Point,
  { height, width }: Pick<Image2D, 'height' | 'width'>,
  frame: 'picture' | 'reference',
): Point {
  return frame === 'picture'
    ? { ...point, row: height - 1 - point.row }
    : { ...point, column: width - 1 - point.column };
}

/** A picture or map turned from head to foot. */
export function flipPicture({ image, height, width }: Image2D, frame: 'picture' | 'reference'): Image2D {
  const out = new Float32Array(image.length);
  for (let row = 0; row < height; row++) {
    const line = image.subarray(row * width, (row + 1) * width);
    if (frame === 'picture') out.set(line, (height - 1 - row) * width);
    else out.set(line.slice().reverse(), row * width);
  }
  return { image: out, height, width };
}
