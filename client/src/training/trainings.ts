import {
  notifications,
  type Notifications,
  type TrainingEvent,
  type TrainingStepEvent,
} from '@disc-labeling/server/protocol';
import * as vscode from 'vscode';
import type { Backend } from '../backend.js';

/** Where the runs are remembered whose training began in this workspace and has not ended. */
const key = 'discLabeling.runningTrainings';

/** How far a training of this window's backend is. */
export interface Running {
  readonly run: string;
  readonly step: TrainingStepEvent | null;
  readonly epochs: number;
}

type Told = Notifications['discLabeling/training'];
type Ended = Notifications['discLabeling/trainingEnded'];

/**
 * The trainings of this window: what they tell, and which of them were under way when the window was last closed.
 */
export class Trainings implements vscode.Disposable {
  readonly #running = new Map<string, Running>();
  /** Runs the user is being asked about. */
  readonly #asked = new Set<string>();
  readonly #told = new vscode.EventEmitter<Told>();
  readonly #ended = new vscode.EventEmitter<Ended>();
  readonly #changed = new vscode.EventEmitter<void>();
  /** Everything a training tells. */
  readonly onDidTell = this.#told.event;
  readonly onDidEnd = this.#ended.event;
  /** Another training runs, or one has gone on. */
  readonly onDidChange = this.#changed.event;
  readonly #memory: vscode.Memento;
  readonly #listeners: vscode.Disposable;

  constructor(backend: Backend, memory: vscode.Memento) {
    this.#memory = memory;
    this.#listeners = vscode.Disposable.from(
      backend.onNotification(notifications.training, (told) => this.#tell(told)),
      backend.onNotification(notifications.trainingEnded, (ended) => this.#end(ended)),
      // Trainings of a backend that is gone stop by themselves.
      backend.onDidChangeHealth((health) => {
        if (health === 'ready' || this.#running.size === 0) return;
        this.#running.clear();
        this.#changed.fire();
      }),
      this.#told,
      this.#ended,
      this.#changed,
    );
  }

  /** The trainings that run now, oldest first. */
  get running(): readonly Running[] {
    return [...this.#running.values()];
  }

  /** Runs that were not seen to end: their window was closed, or their backend died. */
  get unfinished(): readonly string[] {
    return this.#memory
      .get<string[]>(key, [])
      .filter((run) => !this.#running.has(run) && !this.#asked.has(run));
  }

  /** The user is asked about a run; until it is forgotten it is not {@link unfinished} any more. */
  asking(run: string): void {
    this.#asked.add(run);
  }

  /** The user has been asked about a run. */
  forget(run: string): void {
    this.#asked.delete(run);
    void this.#memory.update(
      key,
      this.#memory.get<string[]>(key, []).filter((other) => other !== run),
    );
  }

  #tell(told: Told): void {
    const { run, event } = told;
    this.#note(run, event);
    this.#told.fire(told);
    this.#changed.fire();
  }

  #note(run: string, event: TrainingEvent): void {
    const before = this.#running.get(run);
    if (event.kind === 'started') {
      this.#running.set(run, { run, step: null, epochs: event.epochs });
      void this.#memory.update(key, [...new Set([...this.#memory.get<string[]>(key, []), run])]);
    } else if (event.kind === 'step' && before) this.#running.set(run, { ...before, step: event });
  }

  #end(ended: Ended): void {
    this.#running.delete(ended.run);
    this.forget(ended.run);
    this.#ended.fire(ended);
    this.#changed.fire();
  }

  dispose(): void {
    this.#listeners.dispose();
  }
}
