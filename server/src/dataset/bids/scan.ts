import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { throwIfCancelled, UserError } from '@disc-labeling/models/errors';
import { reasonOf } from '@disc-labeling/models/system-errors';
import { hasContrast, parseImageName, parseLabelName, type ImageName } from './names.js';

/** An image and its disc labels, either of which may be missing. */
export interface LabelledImage extends ImageName {
  /** Path from the dataset's root, with forward slashes; null where there is none. */
  readonly image: string | null;
  readonly label: string | null;
}

/** One `sub-…` and its images, in the order of session, contrast and name. */
export interface ScannedSubject {
  readonly name: string;
  readonly images: readonly LabelledImage[];
}

export interface ScanOptions {
  /** Contrasts by name, see {@link hasContrast}; default: all. */
  readonly contrasts?: readonly string[];
  readonly signal?: AbortSignal;
}

/**
 * The subjects of a dataset with their images and disc labels, by file names alone: a BIDS dataset (images in
 * `sub-X[/ses-Y]/anat`, labels and preprocessed images in `derivatives/<any>/sub-X[/ses-Y]/anat`), or one
 * gathered into `sub-X/`. A raw image goes before a derived one of the same name, today's label names before
 * older ones, and an image resampled into another space (`space-…`) counts only where the session has no other
 * labelled image of the contrast.
 * @returns all subjects, also those without a matching image, sorted by name
 * @throws UserError the folder can't be read or holds no subject
 */
export async function scanDataset(root: string, options: ScanOptions): Promise<ScannedSubject[]> {
  const places = [
    '',
    ...(await folders(join(root, 'derivatives'))).sort(labelsFirst).map((name) => `derivatives/${name}`),
  ];
  const holders = new Map<string, string[]>();
  for (const place of places) {
    const names = place === '' ? await rootFolders(root) : await folders(join(root, place));
    for (const name of names.filter((folder) => /^sub-[a-zA-Z0-9+]+$/.test(folder)))
      holders.set(name, [...(holders.get(name) ?? []), place === '' ? name : `${place}/${name}`]);
  }
  if (holders.size === 0)
    throw new UserError(
      'cannot read dataset',
      'it holds no subject folder (sub-…); give the root of a BIDS dataset',
      root,
    );
  const subjects: ScannedSubject[] = [];
  for (const [name, where] of [...holders].sort(([a], [b]) => (a < b ? -1 : 1))) {
    throwIfCancelled(options.signal);
    subjects.push({ name, images: pairUp(await filesOf(root, where), options.contrasts) });
  }
  return subjects;
}

const labelsFirst = (a: string, b: string): number =>
  Number(b === 'labels') - Number(a === 'labels') || (a < b ? -1 : 1);

async function rootFolders(root: string): Promise<string[]> {
  try {
    return await readdir(root);
  } catch (cause) {
    throw new UserError('cannot read dataset', reasonOf(cause, 'reading'), root, { cause });
  }
}

/** Names in a folder; none where it isn't one. */
const folders = (path: string): Promise<string[]> => readdir(path).catch(() => []);

/** NIfTI files of a subject (paths from the root): in its folder, in `anat`, and in these of each session. */
async function filesOf(root: string, subjectFolders: readonly string[]): Promise<string[]> {
  const files: string[] = [];
  for (const subject of subjectFolders) {
    const names = await folders(join(root, subject));
    const sessions = names.filter((name) => name.startsWith('ses-')).map((name) => `${subject}/${name}`);
    for (const place of [subject, ...sessions].flatMap((folder) => [folder, `${folder}/anat`]))
      for (const name of (await folders(join(root, place))).sort())
        if (/\.nii(\.gz)?$/i.test(name)) files.push(`${place}/${name}`);
  }
  return files;
}

interface Pair {
  readonly name: ImageName;
  image: string | null;
  label: string | null;
  rank: number;
}

function pairUp(files: readonly string[], contrasts: readonly string[] | undefined): LabelledImage[] {
  const pairs = new Map<string, Pair>();
  const pairOf = (name: ImageName): Pair => {
    const pair = pairs.get(name.stem) ?? { name, image: null, label: null, rank: Infinity };
    pairs.set(name.stem, pair);
    return pair;
  };
  for (const path of files) {
    const file = path.slice(path.lastIndexOf('/') + 1);
    const label = parseLabelName(file);
    const image = label === null ? parseImageName(file) : null;
    if (label !== null) {
      const pair = pairOf(label.image);
      if (label.rank < pair.rank) Object.assign(pair, { label: path, rank: label.rank });
    } else if (image !== null) pairOf(image).image ??= path;
  }
  const wanted = [...pairs.values()].filter(
    ({ name }) => contrasts === undefined || contrasts.some((one) => hasContrast(name, one)),
  );
  return wanted
    .filter((pair) => !isSpareCopy(pair, wanted))
    .map(({ name, image, label }) => ({ ...name, image, label }))
    .sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1));
}

const sortKey = ({ session, contrast, stem }: ImageName): string =>
  [session ?? '', contrast, stem].join('\n');

/** An image in another space beside the scan itself, or one without labels beside a labelled one in another space. */
function isSpareCopy(pair: Pair, all: readonly Pair[]): boolean {
  const elsewhere = ({ name }: Pair) => name.entities.some((part) => part.startsWith('space-'));
  const rivals = all.filter(
    (other) =>
      other !== pair &&
      other.name.contrast === pair.name.contrast &&
      other.name.session === pair.name.session &&
      elsewhere(other) !== elsewhere(pair),
  );
  const whole = ({ image, label }: Pair) => image !== null && label !== null;
  if (rivals.length === 0) return false;
  return elsewhere(pair) ? !whole(pair) || rivals.some(whole) : !whole(pair) && rivals.some(whole);
}
