/** Labels every volume of a folder. */
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { CancelledError, UserError } from '@disc-labeling/models/errors';
import { reasonOf } from '@disc-labeling/models/system-errors';
import { isLabelFile } from '../protocol/label-file.js';
import type {
  FolderVolume,
  FolderVolumes,
  LabelFolderResult,
  LabelledVolume,
  LabelPlace,
  LabelResult,
} from '../protocol/index.js';
import { version } from '../version.js';
import { labelPaths } from '../volume/labels.js';
import { writeWhole } from '../volume/write-whole.js';
import type { MeasuredProgress, Work } from '../work.js';
import type { LabelOptions, LabelOutcome } from './labeler.js';
import type { LabelsToSave } from './service.js';

const descriptionFile = 'dataset_description.json';
const derivatives = 'derivatives';

/**
 * The volumes below a folder, label files, hidden folders and `derivatives` left out, and where their labels go.
 * @throws UserError the folder can't be read
 */
export async function findVolumes(folder: string, place: LabelPlace): Promise<FolderVolumes> {
  const start = resolve(folder);
  const dataset = datasetOf(start);
  const base = dataset ?? start;
  const root = place === 'beside' ? start : join(base, derivatives, 'labels');
  const volumes = (await imagesBelow(start)).map((image): FolderVolume => {
    const into = place === 'beside' ? undefined : join(root, relative(base, dirname(image)));
    const labels = labelPaths(image, into).volume;
    return { image, labels, labelled: existsSync(labels) };
  });
  return { root, volumes, bids: dataset !== null };
}

/** The BIDS dataset a folder belongs to: the nearest one above that is no derivative's. */
function datasetOf(folder: string): string | null {
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(join(at, descriptionFile)) && !at.split(sep).includes(derivatives)) return at;
    if (at === dirname(at)) return null;
  }
}

async function imagesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((cause: unknown) => {
    throw new UserError('cannot read folder', reasonOf(cause, 'reading'), folder, { cause });
  });
  const images: string[] = [];
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    if (entry.name.startsWith('.')) continue;
    if (entry.isDirectory()) {
      if (entry.name !== derivatives) images.push(...(await imagesBelow(path)));
    } else if (/\.nii(\.gz)?$/i.test(entry.name) && !isLabelFile(entry.name)) images.push(path);
  }
  return images;
}

/** What labels and saves; the labelling service. */
export interface VolumeLabeler {
  label(path: string, options: LabelOptions & Work<MeasuredProgress>): Promise<Pick<LabelOutcome, 'result'>>;
  saveLabels(path: string, labels: LabelsToSave): Promise<unknown>;
}

export interface LabelFolderOptions extends Work<MeasuredProgress> {
  readonly existing: 'keep' | 'replace';
  readonly model?: string;
}

/**
 * Labels volumes one after the other and writes their label files. A volume that can't be labelled does not cost
 * the others their labels; once `signal` is aborted, what is done stays and is told.
 * @throws UserError nothing to label, or no volume can be (the model is missing, the place can't be written, …)
 */
export async function labelFolder(
  labeler: VolumeLabeler,
  { root, volumes }: FolderVolumes,
  { existing, model, signal, progress }: LabelFolderOptions,
): Promise<LabelFolderResult> {
  if (volumes.length === 0)
    throw new UserError('cannot label folder', 'there is no NIfTI volume in it that is no label file', root);
  const done: LabelledVolume[] = [];
  let last: LabelResult | null = null;
  for (const [n, volume] of volumes.entries()) {
    if (signal.aborted) break;
    const where = (message: string, part = 0): void =>
      progress({
        message: `${n + 1}/${volumes.length} ${basename(volume.image)}: ${message}`,
        fraction: (n + part) / volumes.length,
      });
    if (volume.labelled && existing === 'keep') {
      done.push({ image: volume.image, outcome: 'kept', labels: volume.labels, discs: [], remarks: [] });
      continue;
    }
    try {
      const { result } = await labeler.label(volume.image, {
        model,
        signal,
        progress: ({ message, fraction }) => where(message, fraction),
      });
      last = result;
      done.push(await save(labeler, volume, result));
    } catch (error) {
      if (signal.aborted && (error instanceof CancelledError || (error as Error).name === 'AbortError'))
        break;
      if (!(error instanceof UserError)) throw error;
      const remarks = [`${error.what}: ${error.why}`];
      done.push({ image: volume.image, outcome: 'failed', labels: null, discs: [], remarks });
    }
  }
  if (done.some(({ outcome }) => outcome === 'labelled')) await describeDerivatives(root);
  return {
    root,
    volumes: done,
    total: volumes.length,
    cancelled: done.length < volumes.length,
    model: last?.model ?? null,
    engine: last?.engine ?? null,
  };
}

async function save(
  labeler: VolumeLabeler,
  { image, labels }: FolderVolume,
  { discs, model, engine, notices }: LabelResult,
): Promise<LabelledVolume> {
  const none = discs.length === 0 ? ['no disc found'] : [];
  await labeler.saveLabels(image, { discs, model, engine, overwrite: true, folder: dirname(labels) });
  const names = discs.map(({ name }) => name);
  return { image, outcome: 'labelled', labels, discs: names, remarks: [...none, ...notices] };
}

/** BIDS wants every folder of derivatives to say what it is; one that does is left alone. */
async function describeDerivatives(root: string): Promise<void> {
  const path = join(root, descriptionFile);
  if (basename(dirname(root)) !== derivatives || existsSync(path)) return;
  const description = {
    Name: 'Disc labels',
    BIDSVersion: '1.10.0',
    DatasetType: 'derivative',
    GeneratedBy: [{ Name: 'disc-labeling', Version: version }],
  };
  await writeWhole(path, `${JSON.stringify(description, null, 2)}\n`);
}
