/** Largest number of edges that may cross one row of the picture within one polygon. */
const maxCrossings = 256;

/** Up to so many samples are written one by one: a call to fill them costs more. */
const shortStretch = 24;

/** A grid of labels into which closed polygons are filled (non-zero winding), later over earlier. */
export class LabelRaster {
  readonly labels: Uint16Array;
  readonly #count: Int32Array;
  /** Crossing by crossing, row by row within each: an edge passes from row to row. */
  readonly #cross: Float32Array;
  readonly #wind: Int8Array;
  /** Per row, first and last sample of every stretch where something has been filled; apart from each other. */
  readonly #filled: number[][];

  constructor(
    readonly width: number,
    readonly height: number,
  ) {
    this.labels = new Uint16Array(width * height);
    this.#count = new Int32Array(height);
    this.#cross = new Float32Array(height * maxCrossings);
    this.#wind = new Int8Array(height * maxCrossings);
    this.#filled = Array.from({ length: height }, () => []);
  }

  clear(): void {
    this.labels.fill(0);
    for (const stretches of this.#filled) stretches.length = 0;
  }

  /**
   * Fills the polygon `xy` (x0, y0, x1, y1 …; whole numbers are sample centres) with a label.
   * @param label at least 1
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
    if (from > to) return;
    const slope = (xb - xa) / (yb - ya);
    const height = this.height;
    for (let row = from; row <= to; row++) {
      const n = this.#count[row];
      if (n >= maxCrossings) continue;
      const x = xa + (row - ya) * slope;
      let at = row + n * height;
      for (; at >= height && this.#cross[at - height] > x; at -= height) {
        this.#cross[at] = this.#cross[at - height];
        this.#wind[at] = this.#wind[at - height];
      }
      this.#cross[at] = x;
      this.#wind[at] = sense;
      this.#count[row] = n + 1;
    }
  }

  #span(row: number, label: number, over: boolean): void {
    const height = this.height;
    const end = row + (this.#count[row] - 1) * height;
    let winding = 0;
    for (let at = row; at < end; at += height) {
      winding += this.#wind[at];
      if (winding === 0) continue;
      const from = Math.max(0, Math.ceil(this.#cross[at]));
      const to = Math.min(this.width - 1, Math.floor(this.#cross[at + height]));
      if (from > to) continue;
      if (over) this.#fillOver(row, from, to, label);
      else this.#fillFilled(row, from, to, label);
    }
  }

  #fillOver(row: number, from: number, to: number, label: number): void {
    this.#write(row, from, to, label);
    const stretches = this.#filled[row];
    let [low, high] = [from, to];
    let kept = 0;
    for (let k = 0; k < stretches.length; k += 2) {
      const [a, b] = [stretches[k], stretches[k + 1]];
      if (b < low - 1 || a > high + 1) {
        stretches[kept++] = a;
        stretches[kept++] = b;
      } else {
        low = Math.min(low, a);
        high = Math.max(high, b);
      }
    }
    stretches.length = kept;
    stretches.push(low, high);
  }

  /** Only where something has been filled already. */
  #fillFilled(row: number, from: number, to: number, label: number): void {
    const stretches = this.#filled[row];
    for (let k = 0; k < stretches.length; k += 2)
      this.#write(row, Math.max(from, stretches[k]), Math.min(to, stretches[k + 1]), label);
  }

  #write(row: number, from: number, to: number, label: number): void {
    const line = row * this.width;
    if (to - from > shortStretch) this.labels.fill(label, line + from, line + to + 1);
    else for (let i = line + from; i <= line + to; i++) this.labels[i] = label;
  }
}
