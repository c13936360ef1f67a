import { access } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { throwIfCancelled } from '@disc-labeling/models/errors';
import { bundledThread } from './bundled-thread.js';
import { JobThreads } from './job-threads.js';
import { inParallel } from './parallel.js';
import { checkSizes } from './phantom/volume.js';
import { claimFolder, type Recipe, subjectNames, writeDescriptions } from './synthesize/descriptions.js';
import { filesOf, runJob, type SynthesizedImage, type SynthesizeJob } from './synthesize/job.js';

export interface SynthesizeOptions extends Pick<Recipe, 'seed'> {
  readonly subjects: number;
  /** Default: both. */
  readonly contrasts?: Recipe['contrasts'];
  /** Field of view, pathology and voxel sizes. */
  readonly drawing?: Recipe['drawing'];
  /** Deletes the subjects of an earlier synthetic dataset in the folder and begins anew. */
  readonly force?: boolean;
  /** Threads that draw; default: one per processor, at most 8. They change nothing in the files. */
  readonly threads?: number;
  readonly signal?: AbortSignal;
  readonly progress?: (fraction: number, note: string) => void;
}

export interface SynthesizedDataset {
  readonly folder: string;
  readonly subjects: readonly string[];
  readonly images: readonly string[];
  readonly labels: readonly string[];
  /** Images that were there already, from an earlier call with the same options. */
  readonly kept: number;
}

/** A thread takes about 300 MB. */
const mostThreads = 8;

/**
 * Writes a synthetic BIDS dataset of spine phantoms with disc labels as spine-generic has them
 * (`derivatives/labels`). The same options give the same bytes; a subject does not depend on how many others there
 * are, nor on the threads. A call that was interrupted is continued by the same call.
 * @throws UserError the folder holds something else, impossible sizes, no permission, no space
 * @throws CancelledError once `signal` is aborted; what was written so far stays, whole files only
 */
export async function synthesizeDataset(
  folder: string,
  options: SynthesizeOptions,
): Promise<SynthesizedDataset> {
  const { subjects, seed, contrasts = ['T1w', 'T2w'], drawing = {}, signal, progress } = options;
  for (const contrast of contrasts) checkSizes(contrast, drawing);
  throwIfCancelled(signal);
  const recipe: Recipe = { seed, contrasts, drawing };
  const earlier = await claimFolder(folder, recipe, options.force === true);
  const names = subjectNames(subjects);
  await writeDescriptions(folder, subjectNames(Math.max(subjects, earlier)), recipe);
  const jobs = names.flatMap((subject) =>
    contrasts.map((contrast): SynthesizeJob => ({ folder, subject, seed, contrast, drawing })),
  );
  const missing = await pick(jobs);
  const kept = jobs.length - missing.length;
  const asked = options.threads ?? availableParallelism();
  const threads = new JobThreads<SynthesizeJob, SynthesizedImage>({
    count: Math.min(asked, mostThreads, missing.length),
    file: bundledThread('./synthesize-worker.mjs'),
    work: 'draws phantoms',
    run: runJob,
    // Drawing makes very many short-lived corners: room for the young saves collecting them.
    limits: { maxYoungGenerationSizeMb: 64 },
    signal,
  });
  let done = kept;
  try {
    await inParallel(missing, threads.count, async (job) => {
      await threads.run(job);
      progress?.(++done / jobs.length, `${job.subject} ${job.contrast}`);
    });
  } finally {
    await threads.close();
  }
  const files = jobs.map(filesOf);
  const list = (kind: keyof SynthesizedImage): string[] => files.map((file) => file[kind]);
  return { folder, subjects: names, images: list('image'), labels: list('label'), kept };
}

/** The jobs whose files are not all there. */
async function pick(jobs: readonly SynthesizeJob[]): Promise<SynthesizeJob[]> {
  const there = (path: string): Promise<boolean> =>
    access(path).then(
      () => true,
      () => false,
    );
  const finished = await Promise.all(
    jobs.map(async (job) => {
      const { image, label, sidecars } = filesOf(job);
      return (await Promise.all([image, label, ...sidecars].map(there))).every(Boolean);
    }),
  );
  return jobs.filter((_, n) => !finished[n]);
}
