import { runSignature } from './run-reading.js';

/** ms between two looks: epochs take longer, and network drives don't tell of changes. */
const interval = 1000;

/** Watches the files of runs, whoever trains there, and tells when they change. */
export class RunFollower {
  readonly #followed = new Map<string, { count: number; readonly timer: NodeJS.Timeout }>();

  constructor(
    private readonly changed: (run: string) => void,
    private readonly every = interval,
  ) {}

  /** Follows a run; as often as it is called, {@link leave} has to be. */
  follow(run: string): void {
    const known = this.#followed.get(run);
    if (known) return void known.count++;
    let last: string | null = null;
    let looking = false;
    const look = async (): Promise<void> => {
      if (looking) return;
      looking = true;
      const signature = await runSignature(run);
      looking = false;
      if (last !== null && signature !== last && this.#followed.has(run)) this.changed(run);
      last = signature;
    };
    this.#followed.set(run, { count: 1, timer: setInterval(() => void look(), this.every).unref() });
    void look();
  }

  leave(run: string): void {
    const known = this.#followed.get(run);
    if (!known || --known.count > 0) return;
    clearInterval(known.timer);
    this.#followed.delete(run);
  }

  dispose(): void {
    for (const { timer } of this.#followed.values()) clearInterval(timer);
    this.#followed.clear();
  }
}
