import { CancelledError, UserError } from '@disc-labeling/models/errors';
import type { EngineChoice } from '@disc-labeling/models/engines/types';
import type { ErrorData } from '../protocol/core.js';
import type { TrainingEvent, TrainingNotifications, TrainingStepEvent } from '../protocol/training.js';
import { runTraining } from './runs.js';
import type { StartingPoint } from './starting-point.js';
import { StepLosses } from './step-losses.js';

/** ms between two steps that are told. */
const stepInterval = 250;

export interface ActiveOptions {
  readonly engine?: EngineChoice;
  readonly threads?: number;
  readonly priority?: number;
  readonly program?: string;
  readonly onEvent: (event: TrainingEvent) => void;
}

export type Ended = Omit<TrainingNotifications['discLabeling/trainingEnded'], 'run'>;

/** A training that this process has started and that still runs. */
export class ActiveTraining {
  readonly losses = new StepLosses();
  /** Settled with the first step's coming, or once it has ended before. */
  readonly started: Promise<void>;
  /** Settled once its process is gone; never rejected. */
  readonly ended: Promise<Ended>;
  live: TrainingStepEvent | null = null;
  facts: Extract<TrainingEvent, { kind: 'started' }> | null = null;
  #failure: unknown = null;
  readonly #stop = new AbortController();
  readonly #abandon = new AbortController();
  readonly #options: ActiveOptions;
  #untold: TrainingStepEvent | null = null;
  #timer: NodeJS.Timeout | null = null;

  constructor(
    readonly from: StartingPoint,
    options: ActiveOptions,
  ) {
    this.#options = options;
    let begun: () => void = () => {};
    const beginning = new Promise<void>((settle) => (begun = settle));
    const { engine, threads, priority, program } = options;
    const running = runTraining(from.config, from.output, {
      resume: from.resume,
      engine,
      threads,
      priority,
      program,
      command: 'trained in the editor',
      signal: this.#stop.signal,
      abandon: this.#abandon.signal,
      onEvent: (event) => {
        this.#note(event);
        if (event.kind === 'started') begun();
      },
    });
    this.ended = running.then(
      () => this.#end({ ending: 'done', problem: null }),
      (error: unknown) => {
        this.#failure = error;
        return error instanceof CancelledError
          ? this.#end({ ending: 'stopped', problem: null })
          : this.#end({ ending: 'failed', problem: problemOf(error, from.output) });
      },
    );
    this.started = Promise.race([
      beginning,
      this.ended.then(() => {
        if (this.#failure !== null) throw this.#failure;
      }),
    ]);
    // Who waits for the start hears of the failure; nobody has to.
    this.started.catch(() => {});
  }

  /** Stops it with a checkpoint. */
  stop(): void {
    this.#stop.abort();
  }

  /** Lets it come to its checkpoint alone: this process is about to end. */
  abandon(): void {
    this.#abandon.abort();
    this.#quiet();
  }

  #note(event: TrainingEvent): void {
    if (event.kind === 'started') this.facts = event;
    if (event.kind !== 'step') {
      this.#tellStep();
      return this.#options.onEvent(event);
    }
    this.live = this.#untold = event;
    this.losses.add(event.step, event.loss);
    this.#timer ??= setTimeout(() => this.#tellStep(), stepInterval);
  }

  #tellStep(): void {
    const step = this.#untold;
    this.#quiet();
    if (step !== null) this.#options.onEvent(step);
  }

  #quiet(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = this.#untold = null;
  }

  #end(ended: Ended): Ended {
    this.#quiet();
    return ended;
  }
}

function problemOf(error: unknown, run: string): ErrorData {
  if (error instanceof UserError)
    return { what: error.what, why: error.why, ...(error.file === undefined ? {} : { file: error.file }) };
  return { what: 'training failed', why: error instanceof Error ? error.message : String(error), file: run };
}
