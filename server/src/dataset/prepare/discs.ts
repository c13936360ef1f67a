import { worldToVoxel, voxelToWorld } from '../../volume/affine.js';
import { labelCentres, sameGrid, type LabelCentre } from '../../volume/labels.js';
import { discName, isDiscValue } from '../../volume/levels.js';
import { fromFileVoxel, orientedView } from '../../volume/orientation.js';
import type { Volume } from '../../volume/types.js';

/** A disc in the image. */
export interface PlacedDisc {
  readonly value: number;
  /** In the image's own voxels, may be fractional. */
  readonly voxel: readonly [number, number, number];
}

export interface DiscReading {
  /** From head to foot by value. */
  readonly discs: readonly PlacedDisc[];
  /** Levels between the first and the last that have no label. */
  readonly unlabelled: readonly number[];
  /** One sentence each. */
  readonly notices: readonly string[];
}

/**
 * The discs a label volume marks, in the voxels of its image: the centre of each value's voxels, by world
 * coordinates where the label volume has another grid. Landmarks that are no discs, values below `lowest` and
 * labels outside the image are left out.
 * @param lowest smallest value taken; 3 is C2/C3
 */
export function readDiscs(image: Volume, labels: Volume, lowest: number): DiscReading {
  const notices: string[] = [];
  if (hasFractions(labels))
    notices.push('Label values are no whole numbers (resampled with interpolation?); they were rounded.');
  const centres = labelCentres(labels).filter(({ value }) => isDiscValue(value) && value >= lowest);
  notices.push(...severalVoxels(centres));
  const shared = sameGrid(image, labels) || isUnplaced(image, labels);
  if (!shared)
    notices.push('The labels have another grid than the image; they were placed by world coordinates.');
  const discs: PlacedDisc[] = [];
  const outside: number[] = [];
  for (const { value, voxel } of centres) {
    const placed = shared ? voxel : worldToVoxel(image.affine, voxelToWorld(labels.affine, voxel));
    if (placed.every((at, axis) => at >= -0.5 && at <= image.shape[axis] - 0.5))
      discs.push({ value, voxel: placed });
    else outside.push(value);
  }
  if (outside.length > 0)
    notices.push(`${names(outside)} lie${outside.length === 1 ? 's' : ''} outside the image.`);
  const unlabelled = gaps(discs.map(({ value }) => value));
  if (unlabelled.length > 0)
    notices.push(`${names(unlabelled)} ${unlabelled.length === 1 ? 'has' : 'have'} no label.`);
  notices.push(...wrongOrder(image, discs));
  return { discs, unlabelled, notices };
}

/** Without a stated place in the world, equal shapes are all there is to go by. */
const isUnplaced = (image: Volume, labels: Volume): boolean =>
  (image.affineSource === 'none' || labels.affineSource === 'none') &&
  image.shape.every((size, axis) => size === labels.shape[axis]);

function hasFractions({ data }: Volume): boolean {
  if (!(data instanceof Float32Array || data instanceof Float64Array)) return false;
  return data.some((value) => Math.abs(value - Math.round(value)) > 0.01);
}

function severalVoxels(centres: readonly LabelCentre[]): string[] {
  const large = centres.filter(({ voxels }) => voxels > 1);
  if (large.length === 0) return [];
  const most = Math.max(...large.map(({ voxels }) => voxels));
  const many =
    large.length === 1
      ? `has ${most} voxels; its centre was`
      : `have up to ${most} voxels each; their centres were`;
  return [`${names(large.map(({ value }) => value))} ${many} taken.`];
}

function gaps(values: readonly number[]): number[] {
  const [first, last] = [Math.min(...values), Math.max(...values)];
  const between = values.length > 0 ? last - first + 1 : 0;
  return Array.from({ length: between }, (_, n) => first + n).filter((value) => !values.includes(value));
}

/** Values have to grow from head to foot. */
function wrongOrder(image: Volume, discs: readonly PlacedDisc[]): string[] {
  const view = orientedView(image);
  const heights = discs.map(({ voxel }) => fromFileVoxel(view, voxel)[2]);
  const wrong = discs.filter((_, n) => n > 0 && heights[n] >= heights[n - 1]).map(({ value }) => value);
  return wrong.length === 0
    ? []
    : [`${names(wrong)} lie${wrong.length === 1 ? 's' : ''} above the disc before.`];
}

const names = (values: readonly number[]): string => values.map(discName).join(', ');
