/** Run folders as they lie on disk, whoever trained there. */
import { UserError } from '@disc-labeling/models/errors';
import { reasonOf } from '@disc-labeling/models/system-errors';
import { listModels } from '@disc-labeling/models/weights/folder';
import { existsSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { EpochMetrics, RunDetails, RunState, RunSummary } from '../protocol/training.js';
import { readConfiguration } from '../configuration/read.js';
import type { TrainingConfig } from './config.js';
import { isBetter } from './progress.js';
import { RunFolder } from './run-folder.js';
import { lockState, type LockState } from './run-lock.js';
import { readLogEnd, type LogEnd } from './run-log.js';
import { epochMetricsSchema } from './state.js';

/** What changes whenever something happens in a run: reading it anew is worth it only then. */
export async function runSignature(path: string): Promise<string> {
  const files = ['config.json', 'metrics.jsonl', 'log.txt', 'last', 'pictures'];
  const stamps = await Promise.all(
    files.map((name) =>
      stat(join(path, name)).then(
        ({ mtimeMs, size }) => `${mtimeMs}/${size}`,
        () => '-',
      ),
    ),
  );
  const lock = await lockState(path);
  return [...stamps, lock.kind === 'held' ? lock.holder : lock.kind].join(' ');
}

/** Whether a folder looks like a run: a configuration, and something a training left there. */
export const isRunFolder = (names: readonly string[]): boolean =>
  names.includes('config.json') && ['metrics.jsonl', 'last', '.lock'].some((name) => names.includes(name));

/** What stands in a run folder. */
interface RunContents {
  readonly path: string;
  readonly config: TrainingConfig | null;
  readonly metrics: readonly EpochMetrics[];
  /** Why something of it can't be read. */
  readonly problem: string | null;
  readonly lock: LockState;
  readonly log: LogEnd;
  /** There is a checkpoint to go on from. */
  readonly resumable: boolean;
  readonly updated: number;
}

async function readContents(path: string): Promise<RunContents> {
  const [config, metrics, lock, log, updated] = await Promise.all([
    attempt(readConfiguration(join(path, 'config.json'))),
    attempt(readMetrics(join(path, 'metrics.jsonl'))),
    lockState(path),
    readLogEnd(path),
    lastChange(path),
  ]);
  return {
    path,
    config: config.value?.training ?? null,
    metrics: metrics.value ?? [],
    problem: config.problem ?? metrics.problem,
    lock,
    log,
    resumable: existsSync(new RunFolder(path).state()),
    updated,
  };
}

async function attempt<T>(work: Promise<T>): Promise<{ value: T | null; problem: string | null }> {
  try {
    return { value: await work, problem: null };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { value: null, problem: `${error.what}: ${error.why}` };
  }
}

/** The lines of `metrics.jsonl`; none where no epoch was finished. @throws UserError */
export async function readMetrics(file: string): Promise<EpochMetrics[]> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw new UserError('cannot read metrics', reasonOf(error), file, { cause: error });
  });
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return lines.map((line, number) => {
    try {
      return epochMetricsSchema.parse(JSON.parse(line));
    } catch (cause) {
      throw new UserError('cannot read metrics', `line ${number + 1} is damaged`, file, { cause });
    }
  });
}

async function lastChange(path: string): Promise<number> {
  const times = ['config.json', 'metrics.jsonl', 'log.txt'].map((name) =>
    stat(join(path, name)).then(
      ({ mtimeMs }) => mtimeMs,
      () => 0,
    ),
  );
  return Math.max(...(await Promise.all(times)));
}

/** The best epoch, by what the configuration looks at. */
export function bestEpoch(config: TrainingConfig, metrics: readonly EpochMetrics[]): EpochMetrics | null {
  return metrics.reduce<EpochMetrics | null>(
    (best, line) => (isBetter(config, line, best) ? line : best),
    null,
  );
}

interface Standing {
  readonly state: RunState;
  readonly interrupted: boolean;
  readonly problem: string | null;
}

/** Where a training stands, from its lock, its log and its checkpoint. */
function standing({ config, metrics, problem, lock, log, resumable }: RunContents): Standing {
  const as = (state: RunState, why: string | null = null, interrupted = false): Standing => ({
    state,
    interrupted,
    problem: why,
  });
  if (lock.kind === 'held') return as('training', problem);
  if (config === null || problem !== null) return as('broken', problem);
  if (log.kind === 'done' || (log.kind === 'none' && metrics.length > 0 && isComplete(config, metrics)))
    return as('finished');
  if (!resumable) return as('broken', log.reason ?? 'it never came to a checkpoint; train again');
  if (lock.kind === 'left') return as('stopped', 'its process was killed', true);
  return as('stopped', log.reason, log.kind === 'interrupted');
}

const isComplete = ({ training }: TrainingConfig, metrics: readonly EpochMetrics[]): boolean =>
  metrics.at(-1)!.epoch + 1 >= training.epochs;

function summarize(contents: RunContents): RunSummary {
  const { path, config, metrics, updated } = contents;
  const best = config === null ? null : bestEpoch(config, metrics);
  const last = metrics.at(-1);
  return {
    path,
    name: basename(path),
    model: config?.name ?? basename(path),
    ...standing(contents),
    epoch: last ? last.epoch + 1 : (config?.training.startEpoch ?? 0),
    epochs: config?.training.epochs ?? 0,
    best: best && {
      epoch: best.epoch,
      accuracy: best.accuracy,
      ...(best.pck === undefined ? {} : { pck: best.pck }),
      validationLoss: best.validationLoss,
    },
    updated: new Date(updated).toISOString(),
  };
}

/** A run in a few words; one that can't be read is `broken` and says why. */
export const readRunSummary = async (path: string): Promise<RunSummary> =>
  summarize(await readContents(path));

/**
 * Everything a run folder holds. What only the process that trains knows (`live`, `steps`) is not there.
 * @throws UserError the folder is no run
 */
export async function readRun(path: string): Promise<RunDetails> {
  if (!existsSync(join(path, 'config.json')))
    throw new UserError('cannot open run', 'the folder holds no training (there is no config.json)', path);
  const [contents, config, pictures, models] = await Promise.all([
    readContents(path),
    readFile(join(path, 'config.json'), 'utf8').then(parsed, () => null),
    readPictures(path),
    listModels([path]),
  ]);
  const summary = summarize(contents);
  const model = models.at(-1);
  const engine = model?.description.provenance['engine'];
  const { config: complete, metrics } = contents;
  return {
    summary,
    config,
    stepsPerEpoch: stepsOfEpoch(complete, metrics),
    metrics,
    pictures,
    steps: [],
    live: null,
    elsewhere: summary.state === 'training',
    engine: typeof engine === 'string' ? engine : null,
    parameters: model?.parameters ?? null,
    card: [join(path, 'best', 'README.md')].find(existsSync) ?? null,
  };
}

/** A configuration may leave it to the prepared set; then the epochs tell. */
const stepsOfEpoch = (config: TrainingConfig | null, metrics: readonly EpochMetrics[]): number =>
  config?.training.stepsPerEpoch || (metrics[0] ? metrics[0].step / (metrics[0].epoch + 1) : 0);

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

async function readPictures(run: string): Promise<RunDetails['pictures']> {
  const folder = join(run, 'pictures');
  const names = await readdir(folder).catch(() => []);
  return names
    .flatMap((name) => {
      const number = /^epoch_(\d+)\.png$/.exec(name)?.[1];
      return number === undefined ? [] : [{ epoch: Number(number) - 1, path: join(folder, name) }];
    })
    .sort((a, b) => a.epoch - b.epoch);
}
