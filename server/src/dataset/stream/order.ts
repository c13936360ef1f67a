import { Random } from '../phantom/random.js';

/** Which sample comes at which place of an endless sequence: every one once in each pass, shuffled by seed and pass. */
export class SampleOrder {
  private readonly kept = new Map<number, Uint32Array>();

  constructor(
    private readonly seed: number,
    private readonly count: number,
  ) {}

  at(position: number): { index: number; pass: number } {
    const pass = Math.floor(position / this.count);
    return { index: this.order(pass)[position % this.count], pass };
  }

  private order(pass: number): Uint32Array {
    const kept = this.kept.get(pass);
    if (kept) return kept;
    const random = new Random(`order ${this.seed}/${pass}`);
    const order = Uint32Array.from({ length: this.count }, (_, i) => i);
    for (let i = order.length - 1; i > 0; i--) {
      const j = random.integer(0, i);
      [order[i], order[j]] = [order[j], order[i]];
    }
    // A batch may lie across two passes.
    for (const old of this.kept.keys()) if (Math.abs(old - pass) > 1) this.kept.delete(old);
    this.kept.set(pass, order);
    return order;
  }
}
