import { setImmediate } from 'node:timers/promises';
import { throwIfCancelled, UserError } from '@disc-labeling/models/errors';
import { writeNpy } from '@disc-labeling/models/npy';
import type { Point } from '../labeling/peaks.js';
import { formatSkeleton, SkeletonTally, type SkeletonStatistics } from '../labeling/skeleton.js';
import { referenceHeatMap, referenceSpine, referenceTarget } from './reference-targets.js';
import type { PreparedSet, Sample } from './samples.js';

/** A mean skeleton and the set it was made of. */
export interface PreparedSkeleton extends SkeletonStatistics {
  /** Samples of the training split. */
  readonly samples: number;
  /** Disc label value of each joint; null in a `reference` set, whose joints count discs from the top. */
  readonly values: readonly number[] | null;
}

/**
 * The mean skeleton of a prepared set, of its training split alone. In a `reference` set joints are the components
 * of the target maps, as the reference has them; in our own, the discs by name.
 * @throws UserError no training sample has both its first and its fifth disc
 * @throws CancelledError
 */
export async function skeletonOf(set: PreparedSet, signal?: AbortSignal): Promise<PreparedSkeleton> {
  const reference = set.preparation === 'reference';
  const tally = new SkeletonTally(reference);
  const training = set.samples.filter(({ split }) => split === 'training');
  if (training.length === 0)
    throw new UserError(
      'cannot build the mean skeleton',
      'the set has no training samples; prepare it with --split train',
      set.folder,
    );
  for (const [n, sample] of training.entries()) {
    throwIfCancelled(signal);
    if (n % 50 === 0) await setImmediate();
    tally.add(reference ? componentSpine(sample) : ownSpine(sample, set.channels.values));
  }
  try {
    return { ...tally.result(), samples: training.length, values: reference ? null : set.channels.values };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError(error.what, error.why, set.folder, { cause: error });
  }
}

function componentSpine({ discs, size: [height, width] }: Sample): readonly Point[] {
  return referenceSpine(referenceTarget(referenceHeatMap(discs, { height, width })));
}

/** In mm would be the same: pixels are square. Columns of a skeleton run from posterior to anterior. */
const ownSpine = ({ discs }: Sample, values: readonly number[]): (Point | null)[] =>
  values.map((value) => {
    const disc = discs.find((one) => one.value === value);
    return disc ? { row: disc.row, column: -disc.column } : null;
  });

/** `<name>.json`: what `decode --skeleton` reads, with spread and counts. */
export function skeletonJson(skeleton: PreparedSkeleton, set: PreparedSet): string {
  const { mean, spread, counts, spines, values } = skeleton;
  const { preparation, contrast, dataset } = set;
  return formatSkeleton(mean, spines, { spread, counts, values, preparation, contrast, dataset });
}

/** `mean_skeleton.npy` as the reference keeps it: float64 `[joints, 2]`, not-a-number for a joint never seen. */
export function skeletonNpy({ mean }: SkeletonStatistics): Uint8Array {
  const data = Float64Array.from(mean.flatMap((joint) => joint ?? [NaN, NaN]));
  return writeNpy({ data, shape: [mean.length, 2] });
}
