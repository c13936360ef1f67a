import { augmentView, drawFlip, flipPicture, flipPlace } from '../augment/augment.js';
import type { Random } from '../phantom/random.js';
import {
  referenceHeatMap,
  referenceInput,
  referenceTarget,
  type ReferenceTarget,
} from '../reference-targets.js';
import type { DiscPoint } from '../targets.js';
import type { Image2D } from '../../volume/resample.js';
import { unlabelledDiscs } from './levels.js';
import type { StreamOptions, StreamSample, UnknownLevel } from './types.js';

/** A sample as the network is shown it. */
export interface SampleView {
  readonly picture: Image2D;
  readonly discs: readonly DiscPoint[];
  readonly unknown: readonly UnknownLevel[];
  readonly spacing: readonly [row: number, column: number];
  readonly target: ReferenceTarget | null;
}

type ViewOptions = Pick<StreamOptions, 'augmentation' | 'normalization' | 'window' | 'values'>;

const isInside = ({ row, column }: DiscPoint, { height, width }: Image2D): boolean =>
  row >= -0.5 && column >= -0.5 && row < height - 0.5 && column < width - 0.5;

const pointOf = ({ value, row, column }: DiscPoint): DiscPoint => ({ value, row, column });

/**
 * A sample of our own preparation: augmented, cut and padded to the window. Levels that may be in it unlabelled are
 * unknown; all others that are not listed are not in it.
 */
export function ownView(
  picture: Image2D,
  sample: StreamSample,
  { augmentation: settings, normalization, window, values }: ViewOptions,
  random: Random,
): SampleView {
  const { spacing } = sample;
  const known = sample.discs.map((disc) => ({ ...pointOf(disc), known: true, certain: true }));
  const doubtful = unlabelledDiscs(sample, values[0], spacing[0]).map((disc) => ({ ...disc, known: false }));
  const view = augmentView(
    { picture, points: [...known, ...doubtful], anchors: known, spacing },
    { settings, window, normalization },
    random,
  );
  const flip = drawFlip(settings, random);
  const shown = (flip ? view.points.map((point) => flipPlace(point, view.picture, 'picture')) : view.points)
    // What left the window is as absent as if the picture ended there.
    .filter((point) => isInside(point, view.picture));
  return {
    picture: flip ? flipPicture(view.picture, 'picture') : view.picture,
    discs: shown.filter((point) => point.known).map(pointOf),
    unknown: shown.filter((point) => !point.known).map(({ value, certain }) => ({ value, certain })),
    spacing,
    target: null,
  };
}

/**
 * A sample of the reference's preparation, as its network takes it: stretched to 256 x 256, channels counting the
 * discs from the top; a flip turns finished targets, so that each keeps its channel. Discs are listed under the
 * values of their channels, for measuring.
 */
export function referenceView(
  picture: Image2D,
  sample: StreamSample,
  { augmentation: settings, normalization, values }: ViewOptions,
  random: Random,
): SampleView {
  const discs = sample.discs.map(pointOf);
  const view = augmentView(
    { picture, points: discs, spacing: sample.spacing },
    { settings, window: null, normalization },
    random,
  );
  const input = referenceInput(view.picture);
  const target = referenceTarget(referenceHeatMap(view.points, view.picture));
  const stretch = [view.picture.height / input.height, view.picture.width / input.width] as const;
  const stretched = view.points.map(({ value, row, column }) => ({
    value,
    row: (row + 0.5) / stretch[0] - 0.5,
    column: (column + 0.5) / stretch[1] - 0.5,
  }));
  const shown = byChannel(target, stretched, values);
  const flip = drawFlip(settings, random);
  return {
    picture: flip ? flipPicture(input, 'reference') : input,
    discs: flip ? shown.map((point) => flipPlace(point, input, 'reference')) : shown,
    // The reference lets a channel without a component count for nothing.
    unknown: values.filter((_, n) => target.visibility[n] === 0).map((value) => ({ value, certain: false })),
    spacing: [sample.spacing[0] * stretch[0], sample.spacing[1] * stretch[1]],
    target: flip ? flippedTarget(target) : target,
  };
}

/** For each channel that holds a component, the disc nearest to the component's peak, under the channel's value. */
function byChannel(
  { maps, visibility }: ReferenceTarget,
  discs: readonly DiscPoint[],
  values: readonly number[],
): DiscPoint[] {
  const [, height, width] = maps.shape;
  return values.flatMap((value, joint) => {
    if (visibility[joint] !== 1 || discs.length === 0) return [];
    const map = maps.data.subarray(joint * height * width, (joint + 1) * height * width);
    const peak = map.reduce((best, level, i) => (level > map[best] ? i : best), 0);
    const [row, column] = [Math.floor(peak / width), peak % width];
    const distance = (point: DiscPoint) => Math.hypot(point.row - row, point.column - column);
    const nearest = discs.reduce((best, point) => (distance(point) < distance(best) ? point : best));
    return [{ ...nearest, value }];
  });
}

function flippedTarget({ maps, visibility }: ReferenceTarget): ReferenceTarget {
  const [joints, height, width] = maps.shape;
  const area = height * width;
  const data = new Float32Array(maps.data.length);
  for (let joint = 0; joint < joints; joint++) {
    const image = maps.data.subarray(joint * area, (joint + 1) * area);
    data.set(flipPicture({ image, height, width }, 'reference').image, joint * area);
  }
  return { maps: { data, shape: maps.shape }, visibility };
}
