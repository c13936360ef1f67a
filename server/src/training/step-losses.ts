import type { StepLoss } from '../protocol/training.js';

/** More points than a chart has columns say nothing more. */
const most = 2000;

/** The loss within epochs, thinned out as it grows: each point is the mean of as many steps as the others. */
export class StepLosses {
  #points: StepLoss[] = [];
  /** Steps in one point. */
  #span = 1;
  #sum = 0;
  #count = 0;

  get points(): readonly StepLoss[] {
    return this.#points;
  }

  add(step: number, loss: number): void {
    this.#sum += loss;
    this.#count++;
    if (this.#count < this.#span) return;
    this.#points.push({ step, loss: this.#sum / this.#count });
    this.#sum = this.#count = 0;
    if (this.#points.length > most) this.#thin();
  }

  #thin(): void {
    const pairs: StepLoss[] = [];
    for (let i = 1; i < this.#points.length; i += 2) {
      const [a, b] = [this.#points[i - 1]!, this.#points[i]!];
      pairs.push({ step: b.step, loss: (a.loss + b.loss) / 2 });
    }
    // An odd one out begins the next pair.
    if (this.#points.length % 2 === 1) {
      this.#sum = this.#points.at(-1)!.loss * this.#span;
      this.#count = this.#span;
    }
    this.#points = pairs;
    this.#span *= 2;
  }
}
