import { readFile } from 'node:fs/promises';
import { UserError } from '@disc-labeling/models/errors';
import type { ModelDescription } from '@disc-labeling/models/model';
import { reasonOf } from '@disc-labeling/models/system-errors';
import { skeletonOf } from '../dataset/prepared-skeleton.js';
import { readPreparedSet, type PreparedSet } from '../dataset/samples.js';
import { parseSkeleton, type Skeleton } from '../labeling/skeleton.js';

export interface SkeletonSources {
  readonly description: Pick<ModelDescription, 'skeleton'>;
  readonly set: PreparedSet;
  /** A skeleton file, which goes before all else. */
  readonly file?: string;
  /** Prepared set the model was trained on, where that is known. */
  readonly trainedOn: string | null;
  readonly signal?: AbortSignal;
}

/**
 * The mean skeleton to decode with as the reference does: of a file, the model's, that of the set's training samples,
 * or that of the training samples of the set the model was trained on. Null where there is none.
 * @throws UserError the file can't be read; CancelledError
 */
export async function findSkeleton(sources: SkeletonSources): Promise<Skeleton | null> {
  const { description, set, file, trainedOn, signal } = sources;
  if (file !== undefined) return readSkeleton(file);
  if (description.skeleton !== null) return description.skeleton;
  const own = await skeletonOrNull(async () => set, signal);
  if (own !== null || trainedOn === null) return own;
  return skeletonOrNull(() => readPreparedSet(trainedOn), signal);
}

async function readSkeleton(file: string): Promise<Skeleton> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new UserError('cannot read skeleton', reasonOf(cause, 'reading'), file, { cause });
  });
  return parseSkeleton(text, file);
}

/** Null for a set that is gone, of another preparation, or has no spine to build on. */
async function skeletonOrNull(
  open: () => Promise<PreparedSet>,
  signal: AbortSignal | undefined,
): Promise<Skeleton | null> {
  try {
    const set = await open();
    return set.preparation === 'reference' ? (await skeletonOf(set, signal)).mean : null;
  } catch (error) {
    if (error instanceof UserError) return null;
    throw error;
  }
}
