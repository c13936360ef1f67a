import { readFile } from 'node:fs/promises';
import { isMap, isScalar, isSeq, LineCounter, parseDocument, type Node, type Scalar } from 'yaml';
import { UserError } from '@disc-labeling/models/errors';
import { reasonOf } from '@disc-labeling/models/system-errors';
import type { ImageName } from './names.js';

/** One entry of an exclusion list. */
export interface Exclusion {
  /** Subject (`sub-X`), site (`beijingVerio`: every subject whose name begins so), or file name. */
  readonly entry: string;
  /** The key it stands under, e.g. `csa_t1`; empty at the top. */
  readonly key: string;
  /** The comment behind it. */
  readonly comment: string;
}

/**
 * Reads an `exclude.yml` as spine-generic has it: lists of subjects under keys that name the measurement they
 * are unfit for (`csa_t1`, `csa_t2`, `mtr`, …), each with a comment saying why.
 * @throws UserError it can't be read or is no YAML
 */
export async function readExclusions(file: string): Promise<Exclusion[]> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    throw new UserError('cannot read exclusion list', reasonOf(cause, 'reading'), file, { cause });
  }
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter });
  const [error] = document.errors;
  if (error)
    throw new UserError(
      'cannot read exclusion list',
      `it is not YAML: ${error.message.split('\n')[0]}`,
      file,
    );
  const found: Exclusion[] = [];
  collect(document.contents, '', found);
  return found;
}

function collect(node: unknown, key: string, found: Exclusion[]): void {
  if (isMap(node)) {
    for (const pair of node.items) {
      const name = isScalar(pair.key) ? String(pair.key.value) : '';
      // `sub-X: why` is an entry as well.
      if (name.startsWith('sub-') && isScalar(pair.value))
        found.push({ entry: name, key, comment: String(pair.value.value ?? '') });
      else collect(pair.value, key === '' ? name : `${key} ${name}`, found);
    }
  } else if (isSeq(node)) for (const item of node.items) collect(item, key, found);
  else if (isScalar(node) && typeof node.value === 'string')
    found.push({ entry: node.value.trim(), key, comment: commentOf(node) });
}

const commentOf = (node: Scalar | Node): string => (node.comment ?? '').split('\n')[0].trim();

/** What a word of a key says about the image it concerns: a contrast, or a measurement from other images. */
const keyWords: Readonly<Record<string, string>> = {
  t1: 'T1w',
  t1w: 'T1w',
  t2: 'T2w',
  t2w: 'T2w',
  t2s: 'T2star',
  t2star: 'T2star',
  gm: 'T2star',
  pd: 'PDw',
  pdw: 'PDw',
};
const otherMeasurements = new Set([
  'dti',
  'dwi',
  'fa',
  'md',
  'rd',
  'mt',
  'mtr',
  'mts',
  'mtsat',
  'bold',
  'fmri',
  'func',
]);

/** Whether entries under a key concern images of a contrast; a key that names no contrast concerns all. */
function concerns(key: string, contrast: string): boolean {
  const words = key.toLowerCase().split(/[^a-z0-9]+/);
  if (words.includes(contrast.toLowerCase())) return true;
  // In spine-generic, a bare `t1` is the map of relaxation times, made from the magnetisation transfer images.
  if (key.toLowerCase() === 't1' || words.some((word) => otherMeasurements.has(word))) return false;
  const named = words.filter((word) => Object.hasOwn(keyWords, word)).map((word) => keyWords[word]);
  return named.length === 0 || named.includes(contrast);
}

/** The entry that takes an image out, or null. */
export function exclusionOf(image: ImageName, exclusions: readonly Exclusion[]): Exclusion | null {
  return (
    exclusions.find(({ entry, key }) => {
      const stem = entry.replace(/\.(nii(\.gz)?|json)$/i, '');
      if (stem === image.stem || (image.session !== null && stem === `${image.subject}_${image.session}`))
        return true;
      if (!concerns(key, image.contrast)) return false;
      if (stem.startsWith('sub-')) return stem === image.subject;
      return stem !== '' && new RegExp(`^sub-${escaped(stem)}[0-9]*$`).test(image.subject);
    }) ?? null
  );
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** Why an image is out, in one phrase. */
export function describeExclusion({ key, comment }: Exclusion): string {
  const where = key === '' ? 'excluded by list' : `excluded by list under ${key}`;
  return comment === '' ? where : `${where}: ${comment}`;
}
