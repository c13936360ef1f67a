import { join } from 'node:path';
import { UserError } from '@disc-labeling/models/errors';
import { readHeader } from '../../volume/nifti.js';
import { NotDownloadedError } from '../../volume/source.js';
import { describeExclusion, exclusionOf, type Exclusion } from './exclude.js';
import type { LabelledImage } from './scan.js';

/** A labelled image whose files are there and look like NIfTI. */
export type UsableImage = LabelledImage & { readonly image: string; readonly label: string };

/** A file still to be fetched. */
export interface MissingContent {
  /** From the dataset's root. */
  readonly path: string;
  readonly bytes: number | null;
  readonly tool: 'git annex' | 'git lfs';
}

/** Why an image was left out. */
export interface LeftOut {
  readonly subject: string;
  readonly session: string | null;
  readonly contrast: string;
  /** Its name, or the subject's where there is no image at all. */
  readonly name: string;
  readonly reason: string;
  readonly notDownloaded: readonly MissingContent[];
}

/** Looks at the headers of an image and its labels. */
export async function checkImage(
  root: string,
  pair: LabelledImage,
  exclusions: readonly Exclusion[] = [],
): Promise<UsableImage | LeftOut> {
  const leftOut = (reason: string, notDownloaded: readonly MissingContent[] = []): LeftOut => ({
    subject: pair.subject,
    session: pair.session,
    contrast: pair.contrast,
    name: pair.stem,
    reason,
    notDownloaded,
  });
  const excluded = exclusionOf(pair, exclusions);
  if (excluded) return leftOut(describeExclusion(excluded));
  const { image, label } = pair;
  if (image === null) return leftOut('labels, but no image');
  if (label === null) return leftOut('no disc labels');
  const problems = [await problemOf(root, image), await problemOf(root, label)];
  const missing = problems.filter((problem) => problem !== null && typeof problem !== 'string');
  const [broken] = problems.filter((problem) => typeof problem === 'string');
  if (broken !== undefined) return leftOut(broken, missing);
  if (missing.length > 0) return leftOut(`not downloaded yet (${whatIsMissing(problems)})`, missing);
  return { ...pair, image, label };
}

export const isLeftOut = (checked: UsableImage | LeftOut): checked is LeftOut => 'reason' in checked;

const whatIsMissing = ([image, label]: readonly unknown[]): string =>
  [image === null ? '' : 'image', label === null ? '' : 'labels'].filter(Boolean).join(' and ');

/** Null: nothing; text: why it can't be read. */
async function problemOf(root: string, path: string): Promise<MissingContent | string | null> {
  try {
    await readHeader(join(root, path));
    return null;
  } catch (error) {
    if (error instanceof NotDownloadedError) return { path, bytes: error.bytes, tool: error.tool };
    if (error instanceof UserError) return unreadable(path, error);
    throw error;
  }
}

/** `sub-01_T1w.nii.gz cannot be read: …` */
export const unreadable = (path: string, { why }: UserError): string =>
  `${path.split('/').at(-1)} cannot be read: ${why}`;
