import { CancelledError, UserError } from '@disc-labeling/models/errors';
import type { EngineChoice } from '@disc-labeling/models/engines/types';
import { basename, resolve } from 'node:path';
import type { NotificationMethod, Notifications } from '../protocol/index.js';
import type {
  RunDetails,
  RunSummary,
  StartTrainingParams,
  StartTrainingResult,
} from '../protocol/training.js';
import type { Work } from '../work.js';
import { ActiveTraining } from './active-training.js';
import { RunFollower } from './run-follower.js';
import { RunList } from './run-list.js';
import { lockState } from './run-lock.js';
import { readRun } from './run-reading.js';
import { startingPoint } from './starting-point.js';
import { searchWorkspace } from './workspace-search.js';

/**
 * Niceness of training processes. At the lowest priority a labelling gets the processor nearly to itself; the figures
 * are in docs/benchmarks.md.
 */
const leastPriority = 19;

export interface TrainingServiceOptions {
  readonly engine?: EngineChoice;
  readonly threads?: number;
  /** By default the lowest. */
  readonly priority?: number;
  /** The training process's program, see {@link RunOptions.program}. */
  readonly program?: string;
  /** ms between two looks at a followed run. */
  readonly followEvery?: number;
  readonly notify: <Method extends NotificationMethod>(method: Method, params: Notifications[Method]) => void;
}

/** Trainings: starts, stops and follows them, and reads what they left. */
export class TrainingService {
  readonly #active = new Map<string, ActiveTraining>();
  readonly #runs = new RunList();
  readonly #follower: RunFollower;

  constructor(private readonly options: TrainingServiceOptions) {
    this.#follower = new RunFollower(
      (run) => options.notify('discLabeling/runChanged', { run }),
      options.followEvery,
    );
  }

  /**
   * Starts or resumes a training, unless others have the processor and `beside` is not given.
   * @returns once its process has begun to train
   * @throws UserError when it can't begin, CancelledError when aborted before
   */
  async start(
    params: StartTrainingParams,
    { signal, progress }: Partial<Work> = {},
  ): Promise<StartTrainingResult> {
    const from = await startingPoint(params, (path) => this.#active.has(path));
    const run = from.output;
    await this.#refuseTaken(run);
    const busy = [...this.#active.keys()].map((path) => basename(path));
    if (busy.length > 0 && params.beside !== true) return { run: null, busy };
    if (signal?.aborted) throw new CancelledError();
    progress?.({ message: `preparing to train ${from.config.name}` });
    const { engine, threads, program, priority = leastPriority, notify } = this.options;
    const training = new ActiveTraining(from, {
      engine,
      threads,
      priority,
      program,
      onEvent: (event) => {
        if (event.kind === 'notice') progress?.({ message: event.message });
        notify('discLabeling/training', { run, event });
      },
    });
    this.#active.set(run, training);
    void training.ended.then((ended) => {
      this.#active.delete(run);
      notify('discLabeling/trainingEnded', { run, ...ended });
    });
    const stop = (): void => training.stop();
    signal?.addEventListener('abort', stop, { once: true });
    try {
      await training.started;
    } finally {
      signal?.removeEventListener('abort', stop);
    }
    return { run, busy: null };
  }

  async #refuseTaken(run: string): Promise<void> {
    const lock = await lockState(run);
    if (!this.#active.has(run) && lock.kind !== 'held') return;
    const who = lock.kind === 'held' && !this.#active.has(run) ? ` (${lock.holder})` : '';
    throw new UserError(
      'cannot train here',
      `a training is running in this folder${who}; stop it first`,
      run,
    );
  }

  /**
   * Stops a training with a checkpoint.
   * @returns once its process has ended
   * @throws UserError where this process did not start it
   */
  async stop(path: string): Promise<void> {
    const run = resolve(path);
    const training = this.#active.get(run);
    if (training) {
      training.stop();
      await training.ended;
      return;
    }
    const lock = await lockState(run);
    if (lock.kind === 'held')
      throw new UserError(
        'cannot stop training',
        `${lock.holder}, which another program started, trains here; stop it there (Ctrl-C)`,
        run,
      );
  }

  /** Runs below the given folders, newest first. */
  async list(folders: readonly string[]): Promise<readonly RunSummary[]> {
    const summaries = await this.#runs.below(folders);
    return summaries.map((summary) =>
      this.#active.has(summary.path) ? { ...summary, state: 'training', problem: null } : summary,
    );
  }

  /** Prepared sets below the given folders. */
  async preparedSets(folders: readonly string[]): Promise<readonly string[]> {
    return (await searchWorkspace(folders)).sets;
  }

  /** Everything about a run. @throws UserError the folder is none */
  async read(path: string): Promise<RunDetails> {
    const run = resolve(path);
    const training = this.#active.get(run);
    const details = await readRun(run);
    if (!training) return details;
    return {
      ...details,
      summary: { ...details.summary, state: 'training', interrupted: false, problem: null },
      elsewhere: false,
      live: training.live,
      steps: training.losses.points,
      engine: training.facts?.engine ?? details.engine,
      parameters: training.facts?.parameters ?? details.parameters,
    };
  }

  /** While a run is followed, changes of its files are told. */
  follow(path: string, follow: boolean): void {
    if (follow) this.#follower.follow(resolve(path));
    else this.#follower.leave(resolve(path));
  }

  /**
   * Ends what this process does. Trainings stop with a checkpoint by themselves, which may take longer than anybody
   * waits for a window that closes, and can be resumed.
   */
  async dispose(): Promise<void> {
    this.#follower.dispose();
    for (const training of this.#active.values()) training.abandon();
  }
}
