/** One prepared sample through a model: as labelling reads a volume, and as the reference reads its own samples. */
import type { Inference } from '@disc-labeling/models/engines/types';
import type { ModelDescription } from '@disc-labeling/models/model';
import { referenceSize } from '../dataset/prepare/reference.js';
import { referenceHeatMap, referenceInput, referenceTarget } from '../dataset/reference-targets.js';
import { pixelSpacing, sampleToVoxel, type PreparedSet, type Sample } from '../dataset/samples.js';
import { unlabelledDiscs } from '../dataset/stream/levels.js';
import type { Point } from '../labeling/peaks.js';
import { discsOnSlab, readSlabs } from '../labeling/reading.js';
import type { Skeleton } from '../labeling/skeleton.js';
import { withChannels } from '../training/batches.js';
import { turnedPlace } from '../training/turned.js';
import { voxelToWorld } from '../volume/affine.js';
import { flatSlab } from '../volume/flat-slab.js';
import type { Image2D } from '../volume/resample.js';
import { turnToPicture } from '../volume/slice.js';
import { compareReferencePoints, referencePoints, type ReferenceImageMetrics } from './reference-metrics.js';
import type { LocatedDisc, PredictedDisc } from './report.js';

/** A set's way of laying out its pictures. */
export type SampleFrame = Pick<PreparedSet, 'input' | 'preparation'>;

/** A model ready to run. */
export interface RunningModel {
  readonly description: ModelDescription;
  readonly inference: Inference;
}

/** The true discs of a sample. */
export function trueDiscs(set: SampleFrame, sample: Sample): LocatedDisc[] {
  const [perRow, perColumn] = pixelSpacing(set, sample);
  return sample.discs.map(({ value, voxel, world, row, column }) => ({
    value,
    voxel,
    world,
    position: [row * perRow, column * perColumn],
  }));
}

/**
 * Finds the discs of a sample by the path a volume takes: resampled to the model's pixel size, read at several
 * scales, decoded into a chain, placed in the image file.
 * @param image of the sample
 * @throws CancelledError once `signal` is aborted
 */
export async function findDiscs(
  set: SampleFrame,
  sample: Sample,
  image: Image2D,
  { description, inference }: RunningModel,
  signal?: AbortSignal,
): Promise<PredictedDisc[]> {
  const spacing = pixelSpacing(set, sample);
  const slice = withoutPadding(set, sample, image);
  const turned = description.input.frame !== set.input.frame;
  const slab = flatSlab(
    turned ? turnToPicture(slice) : slice,
    turned ? [spacing[1], spacing[0]] : spacing,
    description.input.frame,
  );
  const reading = await readSlabs([slab], description, inference, { signal });
  return discsOnSlab(reading).map((disc) => {
    const { row, column } = turned ? turnedPlace(disc, [slab.height, slab.width]) : disc;
    const voxel = sampleToVoxel(sample, set.input.frame, row, column);
    return {
      value: disc.value,
      score: disc.score,
      voxel,
      world: voxelToWorld(sample.affine, voxel),
      position: [row * spacing[0], column * spacing[1]],
    };
  });
}

/** The part of a sample that shows its image: the reference pads with what is neither black nor seen by labelling. */
export function withoutPadding({ preparation }: SampleFrame, sample: Sample, image: Image2D): Image2D {
  if (preparation !== 'reference') return image;
  const [rows, columns] = referenceSize(sample);
  const [height, width] = [Math.min(rows, image.height), Math.min(columns, image.width)];
  const cut = new Float32Array(height * width);
  for (let row = 0; row < height; row++)
    cut.set(image.image.subarray(row * image.width, row * image.width + width), row * width);
  return { image: cut, height, width };
}

/** Levels that are, or may be, in a sample without a label: nobody knows whether a prediction of theirs is right. */
export function unknownLevels(
  set: SampleFrame & Pick<PreparedSet, 'channels'>,
  sample: Sample,
): ReadonlySet<number> {
  const [perRow, perColumn] = pixelSpacing(set, sample);
  const turned = set.input.frame === 'reference';
  const discs = turned
    ? sample.discs.map((disc) => ({ ...disc, ...turnedPlace(disc, sample.size) }))
    : sample.discs;
  const size: Sample['size'] = turned ? [sample.size[1], sample.size[0]] : sample.size;
  const missing = unlabelledDiscs({ discs, size }, set.channels.values[0], turned ? perColumn : perRow);
  return new Set([...sample.unlabelled, ...missing.map(({ value }) => value)]);
}

/**
 * The paper's measures of discs found our way, in mm: blind to names, z along the spine.
 * @param frame of the sample's set
 */
export function compareBlindly(
  frame: SampleFrame['input']['frame'],
  truth: readonly LocatedDisc[],
  predicted: readonly LocatedDisc[],
): ReferenceImageMetrics {
  // The reference's columns run along the spine, a picture's rows do.
  const points = (discs: readonly LocatedDisc[]): Point[] =>
    discs.map(({ position: [row, column] }) =>
      frame === 'reference' ? { row, column } : { row: column, column: row },
    );
  return compareReferencePoints(points(truth), points(predicted));
}

/**
 * The paper's measures exactly as the original takes them, in pixels of the padded image: its network input, as many
 * maps as the truth has components, the combination nearest to the mean skeleton, components after a nearest-neighbour
 * resize.
 * @param image of a sample of the reference's preparation
 */
export async function compareAsReference(
  sample: Pick<Sample, 'discs' | 'size'>,
  image: Image2D,
  { description, inference }: RunningModel,
  skeleton: Skeleton,
): Promise<ReferenceImageMetrics> {
  const input = referenceInput(image);
  const batch = withChannels(
    { data: input.image, shape: [1, 1, input.height, input.width] },
    description.network.inputChannels,
  );
  const { heatmaps } = await inference.run(batch, { stacks: 'last' });
  const { data, shape } = heatmaps.at(-1)!;
  return measureReferenceMaps({ data, shape: shape.slice(1) }, sample, skeleton);
}

/**
 * The same of heat maps at hand.
 * @param maps `[maps, 256, 256]` in the reference's frame
 */
export function measureReferenceMaps(
  maps: { readonly data: Float32Array; readonly shape: readonly number[] },
  { discs, size: [height, width] }: Pick<Sample, 'discs' | 'size'>,
  skeleton: Skeleton,
): ReferenceImageMetrics {
  const { visibility } = referenceTarget(referenceHeatMap(discs, { height, width }));
  const components = visibility.reduce((sum, present) => sum + present, 0);
  const channels = Math.min(components, maps.shape[0]);
  const points = channels === 0 ? [] : referencePoints(maps, skeleton, [height, width], { channels });
  return compareReferencePoints(discs, points);
}
