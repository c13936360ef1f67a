import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '@disc-labeling/models/errors';
import { version } from '../version.js';
import { writeLabelVolume } from '../volume/labels.js';
import { writeVolume } from '../volume/nifti.js';
import { writeWhole } from '../volume/write-whole.js';
import { drawPhantomVolume } from './phantom/volume.js';

export interface SynthesizeOptions {
  readonly subjects: number;
  readonly seed: number;
  /** Default: both. */
  readonly contrasts?: readonly ('T1w' | 'T2w')[];
  readonly signal?: AbortSignal;
  readonly progress?: (fraction: number, note: string) => void;
}

export interface SynthesizedDataset {
  readonly folder: string;
  readonly subjects: readonly string[];
  readonly images: readonly string[];
  readonly labels: readonly string[];
}

const generator = 'disc-labeling phantoms';
const cannot = 'cannot write the synthetic dataset';

/**
 * Writes a synthetic BIDS dataset of spine phantoms with disc labels as spine-generic has them
 * (`derivatives/labels`). The same seed gives the same bytes.
 * @throws UserError the folder holds something else, no permission, no space
 * @throws CancelledError once `signal` is aborted; what was written so far stays, whole files only
 */
export async function synthesizeDataset(
  folder: string,
  options: SynthesizeOptions,
): Promise<SynthesizedDataset> {
  const { subjects, seed, contrasts = ['T1w', 'T2w'], signal, progress } = options;
  await refuseForeign(folder);
  const names = Array.from({ length: subjects }, (_, n) => `sub-${String(n + 1).padStart(3, '0')}`);
  await writeDescriptions(folder, names, seed, contrasts);
  const images: string[] = [];
  const labels: string[] = [];
  const total = names.length * contrasts.length;
  for (const name of names)
    for (const contrast of contrasts) {
      const note = `${name} ${contrast}`;
      const drawn = await drawPhantomVolume(`${seed}/${name}`, contrast, {
        signal,
        progress: (fraction) => progress?.((images.length + fraction) / total, note),
      });
      const image = join(folder, name, 'anat', `${name}_${contrast}.nii.gz`);
      await writeVolume(image, drawn.volume, { description: `${generator}, seed ${seed}` });
      await writeJson(image.replace(/\.nii\.gz$/, '.json'), imageSidecar(contrast));
      const label = await writeLabels(folder, name, image, drawn);
      images.push(image);
      labels.push(label);
    }
  return { folder, subjects: names, images, labels };
}

async function writeLabels(
  folder: string,
  name: string,
  image: string,
  drawn: Awaited<ReturnType<typeof drawPhantomVolume>>,
): Promise<string> {
  // The same seed has to give the same bytes: no date of today.
  const provenance = { model: generator, version, date: new Date(0) };
  const written = await writeLabelVolume(image, drawn.volume, drawn.discs, provenance, {
    folder: join(folder, 'derivatives', 'labels', name, 'anat'),
  });
  return written.volume;
}

/** Only an empty folder or an earlier synthetic dataset is written into. */
async function refuseForeign(folder: string): Promise<void> {
  let entries: string[];
  try {
    entries = await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    const why = 'it is no folder that can be read; choose another name';
    throw new UserError(cannot, why, folder, { cause: error });
  }
  if (entries.length === 0) return;
  const description = await readFile(join(folder, 'dataset_description.json'), 'utf8').catch(() => '');
  if (!description.includes(`"Name": "${generator}"`))
    throw new UserError(cannot, 'the folder holds something else; choose an empty or a new folder', folder);
}

async function writeDescriptions(
  folder: string,
  names: readonly string[],
  seed: number,
  contrasts: readonly string[],
): Promise<void> {
  const generatedBy = [{ Name: generator, Version: version }];
  await writeJson(join(folder, 'dataset_description.json'), {
    Name: 'Synthetic spine phantoms',
    BIDSVersion: '1.10.0',
    DatasetType: 'raw',
    License: 'CC0',
    GeneratedBy: generatedBy,
  });
  await writeJson(join(folder, 'derivatives', 'labels', 'dataset_description.json'), {
    Name: 'Disc labels of synthetic spine phantoms',
    BIDSVersion: '1.10.0',
    DatasetType: 'derivative',
    GeneratedBy: generatedBy,
  });
  const rows = names.map((name) => `${name}\thomo sapiens (drawn)\t${seed}/${name}`);
  await writeWhole(
    join(folder, 'participants.tsv'),
    `${['participant_id\tspecies\tphantom_seed', ...rows].join('\n')}\n`,
  );
  await writeJson(join(folder, 'participants.json'), {
    species: { Description: 'What the phantom is modelled on; nobody was scanned' },
    phantom_seed: { Description: 'Seed the anatomy was drawn from' },
  });
  await writeWhole(
    join(folder, 'README'),
    readme(names.length, seed, contrasts.length > 1 ? 'both' : contrasts[0]),
  );
}

const readme = (subjects: number, seed: number, contrast: string): string =>
  `Synthetic spine MRI: ${subjects} drawn subject${subjects === 1 ? '' : 's'}, seed ${seed}.

Nobody was scanned. Head, neck and spine were drawn by ${generator} ${version} with random anatomy and
random contrast; T1w and T2w of a subject show the same anatomy. The labels in derivatives/labels hold one
voxel per intervertebral disc at its posterior tip: 3 = C2/C3, 4 = C3/C4, ... 8 = C7/T1, 9 = T1/T2, ...

To write the same bytes again: disc-labeling dataset synthesize <folder> --subjects ${subjects} --seed ${seed} --contrast ${contrast}
`;

const imageSidecar = (contrast: string): object => ({
  Modality: 'MR',
  Manufacturer: 'none (synthetic)',
  SeriesDescription: `${contrast} phantom, sagittal`,
});

const writeJson = (path: string, value: unknown): Promise<void> =>
  writeWhole(path, `${JSON.stringify(value, null, 2)}\n`);
