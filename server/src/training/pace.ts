import type { TrainingConfig } from './config.js';
import { totalSteps } from './schedule.js';

/** Where the wall time of one sitting goes. */
export class Pace {
  private readonly started: number;
  private steps = 0;
  private epochStarted: number;
  private epochWaited = 0;

  /**
   * @param now    milliseconds
   * @param before seconds of earlier sittings
   */
  constructor(
    private readonly now: () => number,
    private readonly before: number,
  ) {
    this.started = this.epochStarted = now();
  }

  /** Wall time spent training, over all sittings. */
  seconds(): number {
    return this.before + (this.now() - this.started) / 1000;
  }

  /** Waits for a batch; the network stands still meanwhile, and that is noted. */
  async waitFor<T>(work: Promise<T>): Promise<T> {
    const from = this.now();
    const result = await work;
    this.epochWaited += this.now() - from;
    return result;
  }

  countStep(): void {
    this.steps++;
  }

  /** Share of the wall time, 0..1, that the network stood still for want of data, in this epoch and sitting. */
  waiting(): number {
    const spent = this.now() - this.epochStarted;
    return spent <= 0 ? 0 : Math.min(1, this.epochWaited / spent);
  }

  startEpoch(): void {
    this.epochStarted = this.now();
    this.epochWaited = 0;
  }

  /** @param step steps done */
  estimate(config: TrainingConfig, step: number): { stepsPerSecond: number; secondsLeft: number } {
    const spent = Math.max(1e-9, (this.now() - this.started) / 1000);
    const stepsPerSecond = this.steps / spent;
    const bySteps = (totalSteps(config) - step) / stepsPerSecond;
    const budget = config.training.timeBudgetMinutes;
    const secondsLeft =
      budget === null ? bySteps : Math.min(bySteps, Math.max(0, budget * 60 - this.seconds()));
    return { stepsPerSecond, secondsLeft };
  }
}
