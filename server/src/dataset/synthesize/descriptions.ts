import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '@disc-labeling/models/errors';
import { version } from '../../version.js';
import { writeWhole } from '../../volume/write-whole.js';
import { phantomFindings, type VolumeContrast } from '../phantom/volume.js';
import { generator, type SynthesizeJob } from './job.js';

/** What decides the bytes of a synthetic dataset, beside the number of subjects. */
export interface Recipe {
  readonly seed: number;
  readonly contrasts: readonly VolumeContrast[];
  readonly drawing: SynthesizeJob['drawing'];
}

const cannot = 'cannot write the synthetic dataset';
/** The edition of BIDS that the files follow. */
const bidsVersion = '1.10.0';

/** `sub-001`, `sub-002`, … */
export const subjectNames = (count: number): string[] =>
  Array.from({ length: count }, (_, n) => `sub-${String(n + 1).padStart(3, '0')}`);

const isBoth = (contrasts: Recipe['contrasts']): boolean => contrasts.join() === 'T1w,T2w';

/** The recipe as options of the command line. */
function optionsOf({ seed, contrasts, drawing }: Recipe): string {
  const { field = 'cervical', pathology = [], spacing, thickness, width } = drawing;
  return [
    `--seed ${seed} --contrast ${isBoth(contrasts) ? 'both' : contrasts.join(' ')} --field ${field}`,
    ...(pathology.length > 0 ? [`--pathology ${[...pathology].sort().join(' ')}`] : []),
    ...Object.entries({ spacing, thickness, width }).flatMap(([name, mm]) =>
      mm === undefined ? [] : [`--${name} ${mm}`],
    ),
  ].join(' ');
}

/**
 * Looks at the folder first: only an empty one or one with an earlier synthetic dataset is written into, the latter
 * if it was drawn from the same recipe. With `force` earlier subjects are deleted.
 * @returns the number of subjects that an earlier call began with the same recipe
 * @throws UserError the folder holds something else, or a synthetic dataset of another recipe
 */
export async function claimFolder(folder: string, recipe: Recipe, force: boolean): Promise<number> {
  const entries = await entriesOf(folder);
  if (entries.length === 0) return 0;
  const earlier = await readFile(join(folder, 'dataset_description.json'), 'utf8')
    .then(
      (text) =>
        JSON.parse(text) as { GeneratedBy?: { Name?: string; Version?: string; Description?: string }[] },
      () => null,
    )
    .catch(() => null);
  const by = earlier?.GeneratedBy?.[0];
  if (by?.Name !== generator)
    throw new UserError(cannot, 'the folder holds something else; choose an empty or a new folder', folder);
  const listed = await readFile(join(folder, 'participants.tsv'), 'utf8').catch(() => '');
  const subjects = listed.split('\n').flatMap((row) => /^sub-\d+(?=\t)/.exec(row) ?? []);
  if (force) {
    for (const name of subjects) await discard(folder, name);
    return 0;
  }
  if (by.Description !== optionsOf(recipe) || by.Version !== version)
    throw new UserError(
      cannot,
      `the folder holds one drawn with ${by.Description ?? 'other options'} by version ${by.Version}; ` +
        'choose another folder, or replace it with --force',
      folder,
    );
  return subjects.length;
}

async function discard(folder: string, name: string): Promise<void> {
  for (const place of [join(folder, 'derivatives', 'labels', name), join(folder, name)])
    await rm(place, { recursive: true, force: true });
}

async function entriesOf(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    const why = 'it is no folder that can be read; choose another name';
    throw new UserError(cannot, why, folder, { cause: error });
  }
}

/** Everything in the dataset that is no image: descriptions, participants, README. */
export async function writeDescriptions(
  folder: string,
  names: readonly string[],
  recipe: Recipe,
): Promise<void> {
  const generatedBy = [{ Name: generator, Version: version, Description: optionsOf(recipe) }];
  const common = { BIDSVersion: bidsVersion, License: 'CC0', GeneratedBy: generatedBy };
  const describe = (path: string, text: object): Promise<void> =>
    writeWhole(join(folder, path), `${JSON.stringify(text, null, 2)}\n`);
  await describe('dataset_description.json', {
    Name: 'Synthetic spine phantoms',
    ...common,
    DatasetType: 'raw',
  });
  await describe('derivatives/labels/dataset_description.json', {
    Name: 'Disc labels of synthetic spine phantoms',
    ...common,
    DatasetType: 'derivative',
  });
  const pathology = recipe.drawing.pathology ?? [];
  const rows = names.map((name) => {
    const seed = `${recipe.seed}/${name}`;
    const findings = pathology.length > 0 ? [phantomFindings(seed, pathology) || 'n/a'] : [];
    return [name, 'homo sapiens (drawn)', seed, ...findings].join('\t');
  });
  const head = ['participant_id', 'species', 'phantom_seed', ...(pathology.length > 0 ? ['pathology'] : [])];
  await writeWhole(join(folder, 'participants.tsv'), `${[head.join('\t'), ...rows].join('\n')}\n`);
  await describe('participants.json', {
    species: { Description: 'What the phantom is modelled on; nobody was scanned' },
    phantom_seed: { Description: 'Seed the anatomy was drawn from' },
    ...(pathology.length > 0
      ? { pathology: { Description: 'What was drawn into the spine, and where' } }
      : {}),
  });
  await writeWhole(join(folder, 'README'), readme(names.length, recipe));
}

const readme = (subjects: number, recipe: Recipe): string =>
  `Synthetic spine MRI: ${subjects} drawn subject${subjects === 1 ? '' : 's'}, seed ${recipe.seed}.

Nobody was scanned. Head, neck and spine were drawn by ${generator} ${version} with random anatomy and
random contrast; all images of a subject show the same anatomy. The labels in derivatives/labels hold one
voxel per intervertebral disc at its posterior tip: 3 = C2/C3, 4 = C3/C4, ... 8 = C7/T1, 9 = T1/T2, ...
A disc that bone bridges (fusion) keeps its label, so that the levels below are counted right.

To write the same bytes again: disc-labeling dataset synthesize <folder> --subjects ${subjects} ${optionsOf(recipe)}
`;
