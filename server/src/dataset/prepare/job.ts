import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { throwIfCancelled, UserError } from '@disc-labeling/models/errors';
import { writeNpy } from '@disc-labeling/models/npy';
import { readVolume } from '../../volume/nifti.js';
import type { Image2D } from '../../volume/resample.js';
import { writeWhole } from '../../volume/write-whole.js';
import type { Sample } from '../samples.js';
import { prepareOwn, type OwnPreparation, type PreparedSlice } from './own.js';
import { earlierRecord, type SampleRecord } from './records.js';
import { prepareReference, type SliceSize } from './reference.js';

/** How to prepare one image: everything that decides what comes out, besides the files. */
export type HowToPrepare =
  | ({ readonly preparation: 'own' } & OwnPreparation)
  | {
      readonly preparation: 'reference';
      readonly padded: SliceSize;
      /** Label file, from the dataset's root, whose lowest label tells the slice; null: the image's own. */
      readonly centreLabel: string | null;
    };

/** One image to prepare. */
export interface PrepareJob {
  readonly dataset: string;
  /** Folder of the prepared set. */
  readonly out: string;
  readonly how: HowToPrepare;
  readonly sample: Pick<Sample, 'name' | 'file' | 'subject' | 'session' | 'contrast' | 'split' | 'source'>;
}

/** What became of it: a sample, made now or found as an earlier call left it, or the reason why there is none. */
export type PrepareOutcome =
  { readonly sample: Sample; readonly kept: boolean } | { readonly reason: string };

/**
 * Prepares one image: reads it and its labels, writes the sample's picture and, beside it, its record, by which a
 * repeated call knows that nothing is left to do. Nothing is kept in memory.
 * @throws UserError the sample can't be written; what can't be read is an outcome, not an error
 * @throws CancelledError
 */
export async function runJob(job: PrepareJob, signal?: AbortSignal): Promise<PrepareOutcome> {
  throwIfCancelled(signal);
  const { dataset, out, sample } = job;
  const recordFile = join(out, sample.file.replace(/\.npy$/, '.json'));
  const key = await keyOf(job);
  const earlier = key === null ? null : await earlierRecord(recordFile, key, join(out, sample.file));
  if (earlier !== null) return { sample: { ...earlier, ...sample }, kept: true };
  let slice: PreparedSlice;
  try {
    slice = await prepareSlice(job, signal);
  } catch (error) {
    if (error instanceof UserError) return { reason: reasonIn(error, dataset) };
    throw error;
  }
  const { picture, ...rest } = slice;
  // Without waiting for the disk: should the power fail, the record's check finds what is missing.
  await writeWhole(join(out, sample.file), asNpy(picture), { flush: false });
  const made = { ...sample, ...rest } as Sample;
  const record: SampleRecord = { formatVersion: 1, key: key ?? '', sample: made };
  await writeWhole(recordFile, `${JSON.stringify(record, null, 2)}\n`, { flush: false });
  return { sample: made, kept: false };
}

async function prepareSlice(
  { dataset, how, sample }: PrepareJob,
  signal?: AbortSignal,
): Promise<PreparedSlice> {
  const read = (path: string) => readVolume(join(dataset, path), { signal });
  const labels = await read(sample.source.label);
  const image = await read(sample.source.image);
  if (how.preparation === 'own') return prepareOwn(image, labels, how);
  const centre = how.centreLabel === null ? labels : await read(how.centreLabel);
  return prepareReference(image, labels, how.padded, centre);
}

const asNpy = ({ image, height, width }: Image2D): Uint8Array =>
  writeNpy({ data: image, shape: [height, width] });

/** `sub-01_T1w.nii.gz: <why>` */
function reasonIn({ why, file }: UserError, dataset: string): string {
  const name = file?.startsWith(dataset) ? file.split(/[\\/]/).at(-1) : file;
  return name === undefined ? why : `${name} cannot be read: ${why}`;
}

/** Changes when the files or what is to be done with them change; null where a file can't be looked at. */
async function keyOf({ dataset, how, sample }: PrepareJob): Promise<string | null> {
  const files = [sample.source.image, sample.source.label];
  if (how.preparation === 'reference' && how.centreLabel !== null) files.push(how.centreLabel);
  try {
    const states = await Promise.all(files.map((path) => stat(join(dataset, path))));
    return JSON.stringify([how, files, states.map(({ size, mtimeMs }) => [size, Math.round(mtimeMs)])]);
  } catch {
    return null;
  }
}
