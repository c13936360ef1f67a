import type { Output, Progress } from './output.js';

/** A progress display for work that tells how much it is only once it has begun. */
export class CountProgress {
  #bar: Progress | null = null;

  constructor(
    private readonly output: Output,
    private readonly title: string,
  ) {}

  readonly update = ({ done, total, name }: { done: number; total: number; name: string }): void => {
    this.#bar ??= this.output.progress(this.title, total);
    this.#bar.update(done, name);
  };

  finish(): void {
    this.#bar?.finish();
  }
}
