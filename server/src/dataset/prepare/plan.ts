import { join } from 'node:path';
import { UserError } from '@disc-labeling/models/errors';
import { readGrid } from '../../volume/nifti.js';
import type { UsableImage } from '../bids/check.js';
import type { LeftOutSample } from '../samples.js';
import type { HowToPrepare, PrepareJob } from './job.js';
import type { OwnPreparation } from './own.js';
import { longestTrainingSide, referenceSize, type SliceSize } from './reference.js';
import type { Sources } from './sources.js';
import {
  referenceSplit,
  referenceTrainingCount,
  splitSubjects,
  type Split,
  type SplitShares,
} from './split.js';

/** What is to be prepared, and what not. */
export interface Plan {
  readonly jobs: readonly PrepareJob[];
  readonly leftOut: readonly LeftOutSample[];
  /** Images of subjects that belong to another split. */
  readonly elsewhere: number;
}

export interface PlanOptions {
  readonly dataset: string;
  readonly out: string;
  readonly split: 'train' | 'test' | 'all';
  readonly seed: number;
  readonly shares: SplitShares;
}

const jobOf = (
  { dataset, out }: PlanOptions,
  { stem, subject, session, contrast, image, label }: UsableImage,
  split: Split,
  how: HowToPrepare,
): PrepareJob => ({
  dataset,
  out,
  how,
  sample: {
    name: stem,
    file: `samples/${stem}.npy`,
    subject,
    session,
    contrast,
    split,
    source: { image, label },
  },
});

/** Our own preparation: each image by itself, subjects split by seed. */
export function planOwn(sources: Sources, options: PlanOptions, how: OwnPreparation): Plan {
  const splits = splitSubjects(sources.subjects, options.seed, options.shares);
  const wanted = (split: Split) =>
    options.split === 'all' || (split === 'test') === (options.split === 'test');
  const jobs = sources.images
    .map((image) => ({ image, split: splits.get(image.subject)! }))
    .filter(({ split }) => wanted(split))
    .map(({ image, split }) => jobOf(options, image, split, { preparation: 'own', ...how }));
  return { jobs, leftOut: sources.leftOut, elsewhere: sources.images.length - jobs.length };
}

/**
 * The reference's preparation: subjects split by the order of their names, large slices left out of training,
 * all slices padded to the size of the largest, and with both contrasts the slice index of the T2w image for both.
 * @throws UserError a header can't be read any more
 */
export async function planReference(sources: Sources, options: PlanOptions): Promise<Plan> {
  const splits = referenceSplit(sources.subjects);
  const chosen = sources.images.filter(
    ({ subject }) =>
      splits.has(subject) && (options.split === 'all' || splits.get(subject) === options.split),
  );
  const leftOut: LeftOutSample[] = [...sources.leftOut];
  const sized: { image: UsableImage; size: SliceSize; split: Split | null }[] = [];
  for (const image of chosen) {
    const size = referenceSize(await readGrid(join(options.dataset, image.image)));
    const training = splits.get(image.subject) === 'train';
    if (training && Math.max(...size) > longestTrainingSide) leftOut.push(tooLarge(image, size));
    else sized.push({ image, size, split: training ? null : 'test' });
  }
  const training = sized.filter(({ split }) => split === null);
  const count = referenceTrainingCount(training.length);
  const padded: SliceSize = [0, 1].map((axis) =>
    Math.max(...sized.map(({ size }) => size[axis])),
  ) as unknown as SliceSize;
  const jobs = sized.map(({ image, split }) => {
    const place = training.findIndex((one) => one.image === image);
    const own: Split = split ?? (place < count ? 'training' : 'validation');
    const centreLabel = centreOf(image, sources.images);
    return jobOf(options, image, own, { preparation: 'reference', padded, centreLabel });
  });
  return { jobs, leftOut, elsewhere: sources.images.length - chosen.length };
}

/** With both contrasts the reference takes the slice index of the T2w image for the T1w image as well. */
function centreOf(image: UsableImage, all: readonly UsableImage[]): string | null {
  if (image.contrast !== 'T1w') return null;
  const other = all.find(
    ({ subject, session, contrast }) =>
      contrast === 'T2w' && subject === image.subject && session === image.session,
  );
  return other?.label ?? null;
}

const tooLarge = ({ subject, session, contrast, stem }: UsableImage, size: SliceSize): LeftOutSample => ({
  subject,
  session,
  contrast,
  name: stem,
  reason: `its slice is ${size.join(' x ')} pixels; the reference trains on at most ${longestTrainingSide}`,
});

/** @throws UserError nothing is to be prepared */
export function refuseEmpty({ jobs, leftOut, elsewhere }: Plan, { dataset, split }: PlanOptions): void {
  if (jobs.length > 0) return;
  const why =
    elsewhere > 0
      ? `none of its subjects is in the ${split} split; choose another seed, other shares or another split`
      : `no image of this contrast has labels that can be read (${leftOut[0]?.reason ?? 'there is none'})`;
  throw new UserError('cannot prepare dataset', why, dataset);
}
