/** Gathering, preparing and drawing datasets, as the editor asks for it and hears of it. */
import { join } from 'node:path';
import type {
  CreateDatasetParams,
  DatasetOutcome,
  LeftOut,
  PrepareParams,
  SynthesizeParams,
} from '../protocol/index.js';
import { formatBytes } from '../volume/sniff.js';
import type { MeasuredProgress, Work } from '../work.js';
import { createDataset } from './create.js';
import { prepareDataset, type PreparedDataset } from './prepare/prepare.js';
import { writeContactSheets } from './sheets.js';
import { synthesizeDataset } from './synthesize.js';

/** Makes datasets and prepared sets; holds nothing between calls. */
export class DatasetService {
  /** @param options `threads`: that prepare and draw; default: as many as there are cores */
  constructor(private readonly options: { readonly threads?: number } = {}) {}

  /** See {@link createDataset}. @throws UserError, CancelledError */
  async create(
    { bids, output, link }: CreateDatasetParams,
    work: Work<MeasuredProgress>,
  ): Promise<DatasetOutcome> {
    // Looking at files is quick, bringing them is not.
    const stages = stagesOf(work, { looking: [0, 0.2], copying: [0.2, 1], linking: [0.2, 1] });
    const { folder, taken, leftOut, files, notDownloaded, notices } = await createDataset(bids, output, {
      link,
      signal: work.signal,
      progress: stages,
    });
    const missing =
      notDownloaded === null
        ? []
        : [
            `${notDownloaded.files} files (${formatBytes(notDownloaded.bytes)}) are not downloaded yet; to get them: ${notDownloaded.command}`,
          ];
    return {
      folder,
      taken: new Set(taken.map(({ subject }) => subject)).size,
      leftOut: leftOut.map(pickLeftOut),
      notices: [...notices, ...missing, ...there(files.kept, 'files')],
      example: taken.length > 0 ? join(folder, taken[0].image) : null,
    };
  }

  /** See {@link prepareDataset}; with `pictures` also contact sheets. @throws UserError, CancelledError */
  async prepare(params: PrepareParams, work: Work<MeasuredProgress>): Promise<DatasetOutcome> {
    const { dataset, output, contrast, split, preparation, seed, pictures = false } = params;
    const stages = stagesOf(work, { preparing: [0, pictures ? 0.8 : 1], drawing: [0.8, 1] });
    const prepared = await prepareDataset(dataset, output, {
      contrast,
      split,
      preparation,
      seed,
      threads: this.options.threads,
      signal: work.signal,
      progress: stages,
    });
    const [sheet = null] = pictures
      ? await writeContactSheets(prepared.set, {
          signal: work.signal,
          progress: (done, total) => stages('drawing', done, total, 'contact sheets'),
        })
      : [];
    const { folder, samples, leftOut } = prepared.set;
    return {
      folder,
      taken: samples.length,
      leftOut: leftOut.map(pickLeftOut),
      notices: noticesOf(prepared),
      example: sheet,
    };
  }

  /** See {@link synthesizeDataset}. @throws UserError, CancelledError */
  async synthesize(
    { output, subjects, seed }: SynthesizeParams,
    { signal, progress }: Work<MeasuredProgress>,
  ): Promise<DatasetOutcome> {
    const written = await synthesizeDataset(output, {
      subjects,
      seed,
      threads: this.options.threads,
      signal,
      progress: (fraction, note) => progress({ message: note, fraction }),
    });
    return {
      folder: written.folder,
      taken: written.subjects.length,
      leftOut: [],
      notices: there(written.kept, 'images'),
      example: written.images[0] ?? null,
    };
  }

  /** Holds nothing between calls. */
  async dispose(): Promise<void> {}
}

/** Reports stages as parts of one whole. @param shares where each begins and ends, 0..1 */
function stagesOf(
  { progress }: Work<MeasuredProgress>,
  shares: Readonly<Record<string, readonly [number, number]>>,
): (stage: string, done: number, total: number, note: string) => void {
  return (stage, done, total, note) => {
    const [from, to] = shares[stage] ?? [0, 1];
    progress({ message: `${stage} ${note}`, fraction: from + ((to - from) * done) / Math.max(1, total) });
  };
}

const pickLeftOut = ({ subject, name, reason }: LeftOut): LeftOut => ({ subject, name, reason });

const there = (kept: number, what: string): string[] =>
  kept > 0 ? [`${kept} ${what} were there already and are kept.`] : [];

function noticesOf({ set, kept, elsewhere, notices }: PreparedDataset): string[] {
  const counts = (['training', 'validation', 'test'] as const).flatMap((split) => {
    const count = set.samples.filter((sample) => sample.split === split).length;
    return count === 0 ? [] : [`${count} ${split}`];
  });
  return [
    ...notices,
    counts.join(', '),
    ...set.samples.flatMap(({ name, notices: about }) => about.map((notice) => `${name}: ${notice}`)),
    ...there(kept, 'samples'),
    ...(elsewhere > 0 ? [`${elsewhere} images belong to another split.`] : []),
  ];
}
