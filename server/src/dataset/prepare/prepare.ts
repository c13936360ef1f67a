import { readdir, rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { UserError } from '@disc-labeling/models/errors';
import { reasonOf } from '@disc-labeling/models/system-errors';
import { version } from '../../version.js';
import { writeWhole } from '../../volume/write-whole.js';
import {
  readPreparedSet,
  samplesFile,
  type LeftOutSample,
  type PreparedIndex,
  type PreparedSet,
  type Sample,
} from '../samples.js';
import { bundledThread } from '../bundled-thread.js';
import { JobThreads } from '../job-threads.js';
import { inParallel } from '../parallel.js';
import { runJob, type PrepareJob, type PrepareOutcome } from './job.js';
import type { OwnPreparation } from './own.js';
import { planOwn, planReference, refuseEmpty, type PlanOptions } from './plan.js';
import { findSources } from './sources.js';

export interface PrepareOptions {
  /** `T1w`, `T2w`, `both` of these, or another contrast by name; default both. */
  readonly contrast?: string;
  /** `train`: the splits training and validation. Default `train`. */
  readonly split?: 'train' | 'test' | 'all';
  /** Default `own`. */
  readonly preparation?: 'own' | 'reference';
  /** Decides which subjects are for validation and test; default 1. Not used by the reference preparation. */
  readonly seed?: number;
  /** Shares of the subjects; default a tenth each. */
  readonly validation?: number;
  readonly test?: number;
  /** mm per pixel; default 1. Own preparation only, as the next two. */
  readonly spacing?: number;
  readonly normalization?: OwnPreparation['normalization'];
  /** Smallest label value taken, also that of channel 0; default 3 (C2/C3). */
  readonly lowest?: number;
  /** Threads that prepare; default: one per core, at most 4. */
  readonly threads?: number;
  readonly signal?: AbortSignal;
  readonly progress?: (stage: string, done: number, total: number, note: string) => void;
}

/** A prepared set just made. */
export interface PreparedDataset {
  readonly set: PreparedSet;
  /** Samples that an earlier call had left and that are still up to date. */
  readonly kept: number;
  /** Images of subjects in another split. */
  readonly elsewhere: number;
  readonly notices: readonly string[];
}

/** Channels a prepared set is described for; a network may have fewer or more. */
const channels = 11;

/**
 * Makes the samples for training or testing out of a dataset: one sagittal slice per image with its discs, see
 * {@link readPreparedSet}. One volume per thread is in memory at a time. Images that can't be used are listed in
 * the set with the reason; a repeated call makes only what has changed.
 * @throws UserError nothing to prepare, no dataset, no space
 * @throws CancelledError whole files stay, and the next call continues from them
 */
export async function prepareDataset(
  dataset: string,
  out: string,
  options: PrepareOptions = {},
): Promise<PreparedDataset> {
  const { contrast = 'both', split = 'train', preparation = 'own', seed = 1, lowest = 3, signal } = options;
  const { spacing = 1, normalization = 'percentile' } = options;
  const root = resolve(dataset);
  const folder = resolve(out);
  await refuseForeign(folder);
  checkNumbers(options);
  const contrasts = contrast === 'both' ? ['T1w', 'T2w'] : [contrast];
  const sources = await findSources(root, { contrasts, signal });
  const shares = { validation: options.validation ?? 0.1, test: options.test ?? 0.1 };
  const planning: PlanOptions = { dataset: root, out: folder, split, seed, shares };
  const plan =
    preparation === 'own'
      ? planOwn(sources, planning, { spacing, normalization, lowest })
      : await planReference(sources, planning);
  refuseEmpty(plan, planning);
  const { samples, failed, kept } = await runAll(plan.jobs, options);
  const leftOut = [...plan.leftOut, ...failed].sort((a, b) => (a.name < b.name ? -1 : 1));
  if (samples.length === 0)
    throw new UserError(
      'cannot prepare dataset',
      `no image can be used (${leftOut[0].name}: ${leftOut[0].reason})`,
      root,
    );
  const index: PreparedIndex = {
    formatVersion: 1,
    kind: 'disc-labeling prepared set',
    generatedBy: `disc-labeling ${version}`,
    preparation,
    split,
    contrast,
    dataset: root,
    seed,
    input:
      preparation === 'own'
        ? { frame: 'picture', spacing, normalization }
        : { frame: 'reference', spacing: null, normalization: 'zscore' },
    channels: {
      values: Array.from({ length: channels }, (_, n) => (preparation === 'own' ? lowest : 3) + n),
    },
    leftOut,
    samples,
  };
  await writeWhole(join(folder, samplesFile), indexText(index));
  await removeStale(folder, samples);
  return {
    set: await readPreparedSet(folder),
    kept,
    elsewhere: plan.elsewhere,
    notices: sources.notices,
  };
}

/** One line per sample: a large set stays readable and small. */
function indexText({ samples, leftOut, ...head }: PreparedIndex): string {
  const lines = (entries: readonly unknown[]) =>
    entries.map((entry) => `\n    ${JSON.stringify(entry)}`).join(',') + (entries.length > 0 ? '\n  ' : '');
  const start = JSON.stringify(head, null, 2).replace(/\n}$/, '');
  return `${start},\n  "leftOut": [${lines(leftOut)}],\n  "samples": [${lines(samples)}]\n}\n`;
}

/** Only an empty folder, or an earlier prepared set (also one cut short), is written into. */
async function refuseForeign(folder: string): Promise<void> {
  const entries = await readdir(folder).catch((error: NodeJS.ErrnoException): string[] => {
    if (error.code === 'ENOENT') return [];
    throw new UserError('cannot prepare dataset', reasonOf(error, 'writing'), folder, { cause: error });
  });
  if (entries.includes(samplesFile)) return;
  const foreign = entries.filter((name) => name !== 'samples' && !name.endsWith('.part'));
  if (foreign.length > 0)
    throw new UserError(
      'cannot prepare dataset',
      `the folder holds something else (${foreign[0]}); choose an empty or a new folder`,
      folder,
    );
}

function checkNumbers({ validation = 0.1, test = 0.1, spacing = 1 }: PrepareOptions): void {
  const refuse = (why: string): never => {
    throw new UserError('cannot prepare dataset', why);
  };
  if (validation < 0 || test < 0 || validation + test >= 1)
    refuse('shares must be at least 0 and leave something for training');
  if (!(spacing > 0 && spacing <= 10)) refuse('give a pixel size of at most 10 mm');
}

/** Runs the jobs, keeping nothing but the samples' descriptions. */
async function runAll(
  jobs: readonly PrepareJob[],
  { threads = defaultThreads(), signal, progress }: PrepareOptions,
): Promise<{ samples: Sample[]; failed: LeftOutSample[]; kept: number }> {
  const pool = new JobThreads<PrepareJob, PrepareOutcome>({
    count: threads,
    file: bundledThread('./prepare-worker.mjs'),
    work: 'prepares images',
    run: runJob,
    signal,
  });
  let done = 0;
  try {
    const outcomes = await inParallel(jobs, pool.count, async (job): Promise<PrepareOutcome> => {
      const outcome = await pool.run(job);
      progress?.('preparing', ++done, jobs.length, job.sample.name);
      return outcome;
    });
    const failed = outcomes.flatMap((outcome, n) =>
      'reason' in outcome ? [asLeftOut(jobs[n], outcome.reason)] : [],
    );
    const made = outcomes.filter((outcome) => 'sample' in outcome);
    return {
      samples: made.map(({ sample }) => sample),
      failed,
      kept: made.filter(({ kept }) => kept).length,
    };
  } finally {
    await pool.close();
  }
}

const asLeftOut = (
  { sample: { name, subject, session, contrast } }: PrepareJob,
  reason: string,
): LeftOutSample => ({
  subject,
  session,
  contrast,
  name,
  reason,
});

const defaultThreads = (): number => Math.min(4, availableParallelism());

/** Removes what an earlier call with other options has left. */
async function removeStale(folder: string, samples: readonly Sample[]): Promise<void> {
  const current = new Set(
    samples.flatMap(({ file }) => [basename(file), basename(file).replace(/\.npy$/, '.json')]),
  );
  for (const name of await readdir(join(folder, 'samples')))
    if (!current.has(name)) await rm(join(folder, 'samples', name), { recursive: true, force: true });
}
