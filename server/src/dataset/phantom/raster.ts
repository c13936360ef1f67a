/** Largest number of edges that may cross one row of the picture within one polygon. */
const maxCrossings = 256;

/** A grid of labels into which closed polygons are filled (non-zero winding), later over earlier. */
export class LabelRaster {
  readonly labels: Uint16Array;
  readonly #count: Int32Array;
  readonly #cross: Float32Array;
  readonly #wind: Int8Array;
  /** Per row, from where to where nothing is left unfilled, as far as is known. */
  readonly #solidFrom: Int32Array;
  readonly #solidTo: Int32Array;

  constructor(
    readonly width: number,
    readonly height: number,
  ) {
    this.labels = new Uint16Array(width * height);
    this.#count = new Int32Array(height);
    this.#cross = new Float32Array(height * maxCrossings);
    this.#wind = new Int8Array(height * maxCrossings);
    this.#solidFrom = new Int32Array(height);
    this.#solidTo = new Int32Array(height).fill(-1);
  }

  clear(): void {
    this.labels.fill(0);
    this.#solidTo.fill(-1);
    this.#solidFrom.fill(0);
  }

  /**
   * Fills the polygon `xy` (x0, y0, x1, y1 …; whole numbers are sample centres) with a label.
   * @param over also where nothing has been filled yet (label 0)
   */
  fill(xy: Float32Array, corners: number, label: number, over: boolean): void {
    let low = Infinity;
    let high = -Infinity;
    for (let i = 0; i < corners; i++) {
      const y = xy[2 * i + 1];
      if (y < low) low = y;
      if (y > high) high = y;
    }
    const first = Math.max(0, Math.ceil(low));
    const last = Math.min(this.height - 1, Math.floor(high));
    if (!(first <= last)) return;
    this.#count.fill(0, first, last + 1);
    for (let i = 0, j = corners - 1; i < corners; j = i++)
      this.#edge(xy[2 * j], xy[2 * j + 1], xy[2 * i], xy[2 * i + 1], first, last);
    for (let row = first; row <= last; row++) this.#span(row, label, over);
  }

  #edge(x0: number, y0: number, x1: number, y1: number, first: number, last: number): void {
    if (y0 === y1) return;
    const sense = y0 < y1 ? 1 : -1;
    const [xa, ya, xb, yb] = sense > 0 ? [x0, y0, x1, y1] : [x1, y1, x0, y0];
    const from = Math.max(first, Math.ceil(ya));
    const to = Math.min(last, Math.ceil(yb) - 1);
    const slope = (xb - xa) / (yb - ya);
    for (let row = from; row <= to; row++) {
      const n = this.#count[row];
      if (n >= maxCrossings) continue;
      const x = xa + (row - ya) * slope;
      const start = row * maxCrossings;
      let k = n;
      while (k > 0 && this.#cross[start + k - 1] > x) {
        this.#cross[start + k] = this.#cross[start + k - 1];
        this.#wind[start + k] = this.#wind[start + k - 1];
        k--;
      }
      this.#cross[start + k] = x;
      this.#wind[start + k] = sense;
      this.#count[row] = n + 1;
    }
  }

  #span(row: number, label: number, over: boolean): void {
    const start = row * maxCrossings;
    const n = this.#count[row];
    let winding = 0;
    for (let k = 0; k + 1 < n; k++) {
      winding += this.#wind[start + k];
      if (winding === 0) continue;
      const from = Math.max(0, Math.ceil(this.#cross[start + k]));
      const to = Math.min(this.width - 1, Math.floor(this.#cross[start + k + 1]));
      if (from > to) continue;
      if (over) this.#fillOver(row, from, to, label);
      else this.#fillFilled(row, from, to, label);
    }
  }
  #fillOver(row: number, from: number, to: number, label: number): void {
    const line = row * this.width;
    this.labels.fill(label, line + from, line + to + 1);
    const [a, b] = [this.#solidFrom[row], this.#solidTo[row]];
    if (b < a || (to - from > b - a && (from > b + 1 || to < a - 1))) {
      this.#solidFrom[row] = from;
      this.#solidTo[row] = to;
    } else if (from <= b + 1 && to >= a - 1) {
      this.#solidFrom[row] = Math.min(a, from);
      this.#solidTo[row] = Math.max(b, to);
    }
  }

  /** Where something has been filled already; known stretches in one go. */
  #fillFilled(row: number, from: number, to: number, label: number): void {
    const line = row * this.width;
    const a = Math.max(from, this.#solidFrom[row]);
    const b = Math.min(to, this.#solidTo[row]);
    const known = a <= b;
    if (known) this.labels.fill(label, line + a, line + b + 1);
    const low = known ? a - 1 : to;
    for (let i = line + from; i <= line + low; i++) if (this.labels[i] !== 0) this.labels[i] = label;
    if (known)
      for (let i = line + b + 1; i <= line + to; i++) if (this.labels[i] !== 0) this.labels[i] = label;
  }
}
