import type { BackendStatus } from '../protocol/index.js';

/**
 * Knows what the backend is doing and says so whenever that changes. Several requests may run at once; the oldest
 * one is named.
 */
export class Activity {
  readonly #running = new Map<number, string>();
  readonly #report: (status: BackendStatus) => void;
  #next = 0;
  #engine: string | null = null;
  #model: string | null = null;

  constructor(report: (status: BackendStatus) => void) {
    this.#report = report;
  }

  get status(): BackendStatus {
    const [activity] = this.#running.values();
    return {
      state: activity === undefined ? 'ready' : 'busy',
      activity: activity ?? null,
      engine: this.#engine,
      model: this.#model,
    };
  }

  /** Runs `work` under a name that the status bar shows. */
  async during<T>(what: string, work: () => Promise<T>): Promise<T> {
    const id = this.#next++;
    this.#running.set(id, what);
    this.#report(this.status);
    try {
      return await work();
    } finally {
      this.#running.delete(id);
      this.#report(this.status);
    }
  }

  /** Remembers what the last labelling ran on. */
  used(engine: string, model: string): void {
    this.#engine = engine;
    this.#model = model;
  }
}
