import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join, relative, resolve } from 'node:path';
import { throwIfCancelled, UserError } from '@disc-labeling/models/errors';
import { reasonOf } from '@disc-labeling/models/system-errors';
import { version } from '../version.js';
import { writeWhole } from '../volume/write-whole.js';
import { checkImage, isLeftOut, type LeftOut, type MissingContent, type UsableImage } from './bids/check.js';
import { readExclusions } from './bids/exclude.js';
import { formatParticipants, readParticipants, type Participants } from './bids/participants.js';
import { scanDataset, type ScannedSubject } from './bids/scan.js';
import { bringFile, type Placed } from './bring-file.js';
import { inventoryFile, inventorySchema, type Inventory, type TakenImage } from './inventory.js';
import { inParallel } from './parallel.js';

export interface CreateOptions {
  /** Contrasts by name; default T1w and T2w. */
  readonly contrasts?: readonly string[];
  /** List of images not to take; `true`: the dataset's own `exclude.yml`. */
  readonly exclude?: string | true;
  /** Links to the source instead of copies. */
  readonly link?: boolean;
  readonly signal?: AbortSignal;
  /** @param stage what is being done: files are looked at, then copied or linked */
  readonly progress?: (stage: string, done: number, total: number, note: string) => void;
}

/** A gathered dataset and what was left behind. */
export interface CreatedDataset {
  readonly folder: string;
  readonly source: string;
  readonly contrasts: readonly string[];
  /** Every subject of the source, sorted. */
  readonly subjects: readonly string[];
  readonly taken: readonly TakenImage[];
  readonly leftOut: readonly LeftOut[];
  /** Files copied or linked now, and those that were there already. */
  readonly files: { readonly brought: number; readonly kept: number; readonly bytes: number };
  readonly notDownloaded: { readonly files: number; readonly bytes: number; readonly command: string } | null;
  readonly notices: readonly string[];
}

const cannot = 'cannot create dataset';
/** Files looked at or copied at the same time. */
const together = 4;

/**
 * Gathers the images and disc labels of a BIDS dataset into `<out>/sub-X/`, under their own names, with
 * `participants.tsv` and `dataset.json`. Files that are there already are kept, so that an interrupted or repeated
 * call continues. See {@link scanDataset} for the layouts understood.
 * @throws UserError no dataset there, nothing to take, `out` holds something else, no space
 * @throws CancelledError once `signal` is aborted; whole files stay
 */
export async function createDataset(
  bids: string,
  out: string,
  options: CreateOptions = {},
): Promise<CreatedDataset> {
  const { contrasts = ['T1w', 'T2w'], signal } = options;
  const [source, folder] = [resolve(bids), resolve(out)];
  await refuseForeign(folder, source);
  const subjects = await scanDataset(source, { contrasts, signal });
  const participants = await readParticipants(source);
  const { usable, leftOut } = await checkAll(source, subjects, options);
  leftOut.push(...absentSubjects(subjects, participants, contrasts));
  const notDownloaded = fetchAdvice(source, leftOut);
  if (usable.length === 0) throw nothingToTake(source, leftOut, notDownloaded);
  const names = subjects.map(({ name }) => name);
  const taken = usable.map(destinationOf);
  const inventory: Inventory = {
    formatVersion: 1,
    kind: 'disc-labeling dataset',
    source,
    generatedBy: `disc-labeling ${version}`,
    complete: false,
    contrasts: [...contrasts],
    subjects: names,
    taken,
    leftOut: leftOut.map(({ subject, session, contrast, name, reason }) => ({
      subject,
      session,
      contrast,
      name,
      reason,
    })),
  };
  await writeInventory(folder, inventory);
  const files = await bringAll(source, folder, taken, options);
  if (participants) {
    const present = [...new Set(taken.map(({ subject }) => subject))];
    await writeWhole(join(folder, 'participants.tsv'), formatParticipants(participants, present));
  }
  await writeInventory(folder, { ...inventory, complete: true });
  const notices = participants ? unlisted(names, participants) : [];
  return { folder, source, contrasts, subjects: names, taken, leftOut, files, notDownloaded, notices };
}

const writeInventory = (folder: string, inventory: Inventory): Promise<void> =>
  writeWhole(join(folder, inventoryFile), `${JSON.stringify(inventory, null, 2)}\n`);

/** Only an empty folder, or what an earlier call for the same source left, is written into. */
async function refuseForeign(folder: string, source: string): Promise<void> {
  if (relative(source, folder) === '')
    throw new UserError(cannot, 'it cannot be gathered into itself; choose another folder', folder);
  const entries = await readdir(folder).catch((error: NodeJS.ErrnoException): string[] => {
    if (error.code === 'ENOENT') return [];
    throw new UserError(cannot, reasonOf(error, 'writing'), folder, { cause: error });
  });
  if (entries.length === 0) return;
  const text = await readFile(join(folder, inventoryFile), 'utf8').catch(() => 'null');
  const before = inventorySchema.pick({ kind: true, source: true }).safeParse(parsed(text));
  if (!before.success)
    throw new UserError(cannot, 'the folder holds something else; choose an empty or a new folder', folder);
  if (before.data.source !== source)
    throw new UserError(cannot, `it was gathered from ${before.data.source}; choose another folder`, folder);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

async function checkAll(
  source: string,
  subjects: readonly ScannedSubject[],
  { contrasts = ['T1w', 'T2w'], exclude, signal, progress }: CreateOptions,
): Promise<{ usable: UsableImage[]; leftOut: LeftOut[] }> {
  const list = exclude === true ? join(source, 'exclude.yml') : exclude;
  const exclusions = list === undefined ? [] : await readExclusions(list);
  let done = 0;
  const checked = await inParallel(subjects, together, async ({ name, images }) => {
    throwIfCancelled(signal);
    progress?.('looking', done++, subjects.length, name);
    const results: (UsableImage | LeftOut)[] = [];
    for (const image of images) results.push(await checkImage(source, image, exclusions));
    const absent = contrasts.filter((wanted) => !images.some(({ stem }) => stem.endsWith(`_${wanted}`)));
    return [...results, ...absent.map((contrast) => withoutImage(name, contrast))];
  });
  const all = checked.flat();
  return {
    usable: all.filter((one): one is UsableImage => !isLeftOut(one)),
    leftOut: all.filter(isLeftOut),
  };
}

const withoutImage = (subject: string, contrast: string, reason = 'no image'): LeftOut => ({
  subject,
  session: null,
  contrast,
  name: subject,
  reason,
  notDownloaded: [],
});

/** Subjects that `participants.tsv` lists and that have no folder. */
function absentSubjects(
  subjects: readonly ScannedSubject[],
  participants: Participants | null,
  contrasts: readonly string[],
): LeftOut[] {
  const present = new Set(subjects.map(({ name }) => name));
  const absent = [...(participants?.lines.keys() ?? [])].filter((name) => !present.has(name));
  return absent.flatMap((name) =>
    contrasts.map((contrast) =>
      withoutImage(name, contrast, 'listed in participants.tsv, but has no folder'),
    ),
  );
}

function unlisted(names: readonly string[], participants: Participants): string[] {
  const missing = names.filter((name) => !participants.lines.has(name));
  if (missing.length === 0) return [];
  return [`participants.tsv does not list ${missing.join(', ')}.`];
}

/** How much is not downloaded and the command that fetches it. */
function fetchAdvice(source: string, leftOut: readonly LeftOut[]): CreatedDataset['notDownloaded'] {
  const missing = leftOut.flatMap(({ notDownloaded }) => notDownloaded);
  if (missing.length === 0) return null;
  const bytes = missing.reduce((sum, file) => sum + (file.bytes ?? 0), 0);
  return { files: missing.length, bytes, command: `cd ${quoted(source)} && ${fetchCommand(missing)}` };
}

/** A few files by name, many by their endings. */
function fetchCommand(missing: readonly MissingContent[]): string {
  const lfs = missing.every(({ tool }) => tool === 'git lfs');
  const paths = missing.map(({ path }) => path);
  if (paths.length <= 4)
    return lfs
      ? `git lfs pull --include=${quoted(paths.join(','))}`
      : `git annex get ${paths.map(quoted).join(' ')}`;
  const endings = [...new Set(paths.map((path) => basename(path).replace(/^sub-[^_]+(_ses-[^_]+)?/, '*')))];
  return lfs
    ? `git lfs pull --include=${quoted(endings.join(','))}`
    : `git annex get . ${endings.map((ending) => `--include='${ending}'`).join(' --or ')}`;
}

const quoted = (path: string): string =>
  /^[\w./+:@,=-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;

function nothingToTake(
  source: string,
  leftOut: readonly LeftOut[],
  missing: CreatedDataset['notDownloaded'],
): UserError {
  if (missing !== null)
    return new UserError(cannot, `${missing.files} files are not downloaded yet: ${missing.command}`, source);
  const reasons = [...new Set(leftOut.map(({ reason }) => reason))];
  return new UserError(
    cannot,
    `no image has disc labels that can be read (${reasons.slice(0, 3).join('; ')}); check the contrasts and derivatives/labels`,
    source,
  );
}

function destinationOf({ subject, session, contrast, stem, image, label }: UsableImage): TakenImage {
  const place = (path: string) => `${subject}/${path.slice(path.lastIndexOf('/') + 1)}`;
  return {
    subject,
    session,
    contrast,
    name: stem,
    image: place(image),
    label: place(label),
    source: { image, label },
  };
}

async function bringAll(
  source: string,
  folder: string,
  taken: readonly TakenImage[],
  { link = false, signal, progress }: CreateOptions,
): Promise<CreatedDataset['files']> {
  const pairs = taken.flatMap(({ image, label, source: from }) => [
    [from.image, image],
    [from.label, label],
  ]);
  let done = 0;
  const placed = await inParallel(
    pairs,
    together,
    async ([from, to]): Promise<Placed & { bytes: number }> => {
      throwIfCancelled(signal);
      const path = join(source, from);
      const result = await bringFile(path, join(folder, to), link);
      progress?.(link ? 'linking' : 'copying', ++done, pairs.length, to);
      return { ...result, bytes: link ? 0 : (await stat(path)).size };
    },
  );
  const brought = placed.filter(({ kept }) => !kept);
  return {
    brought: brought.length,
    kept: placed.length - brought.length,
    bytes: brought.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}
