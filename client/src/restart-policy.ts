/** Crashes within `span` ms that make further restarts pointless. */
const limit = 4;
const span = 3 * 60_000;

/**
 * Decides whether a backend that died is started again: yes, unless it has died several times within a few
 * minutes.
 */
export class RestartPolicy {
  #crashes: number[] = [];

  /** Notes a crash. @param now ms @returns whether to start again */
  crashed(now: number): boolean {
    this.#crashes = [...this.#crashes.filter((time) => now - time < span), now];
    return this.#crashes.length < limit;
  }

  /** Forgets the past, when the user restarts by hand. */
  reset(): void {
    this.#crashes = [];
  }
}
