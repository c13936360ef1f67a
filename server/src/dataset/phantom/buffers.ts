/**
 * Pictures that are used again, of one size at a time: touching fresh memory for the first time takes longer than
 * painting into it.
 */
export class Buffers {
  #length = 0;
  #spare: Float32Array[] = [];

  /** One that nobody else has, with anything in it. */
  take(length: number): Float32Array {
    return (length === this.#length ? this.#spare.pop() : undefined) ?? new Float32Array(length);
  }

  /** Hands back what is not needed any more, all of one length. */
  give(used: readonly Float32Array[]): void {
    const length = used[0].length;
    if (length !== this.#length) this.#spare = [];
    this.#length = length;
    this.#spare.push(...used);
  }
}
