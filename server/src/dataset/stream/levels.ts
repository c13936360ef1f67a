import type { DiscPoint } from '../targets.js';
import type { Sample } from '../samples.js';

/** A disc about where it should be: it has no label. */
export interface UnlabelledDisc extends DiscPoint {
  /** Between two labelled ones: it is there. Otherwise it may be there, or hidden. */
  readonly certain: boolean;
}

/** L5/S1: below it there is no disc. */
const last = 25;
/** mm from disc to disc in the neck, where a single label gives nothing to go by. */
const usualDistance = 17;

/**
 * Discs a sample should show but has no label for: those between labelled ones, and those that would come before the
 * first or after the last at the distance of their neighbours, as long as they lie in the picture. Label files often
 * end where the rater did, not where the picture does: a network must not learn that there is nothing.
 * @param first label value of the set's first channel: what is above it is no concern of training
 * @param spacing mm per row of our own preparation, frame `picture`
 */
export function unlabelledDiscs(
  { discs, size: [height, width] }: Pick<Sample, 'discs' | 'size'>,
  first: number,
  spacing: number,
): UnlabelledDisc[] {
  if (discs.length === 0) return [];
  const inside = ({ row, column }: DiscPoint) => row >= 0 && column >= 0 && row < height && column < width;
  const sorted = [...discs].sort((a, b) => a.value - b.value);
  const found: UnlabelledDisc[] = [];
  sorted.slice(1).forEach((disc, n) => {
    const before = sorted[n];
    for (let value = before.value + 1; value < disc.value; value++) {
      const part = (value - before.value) / (disc.value - before.value);
      const between = (a: number, b: number) => a + part * (b - a);
      found.push({
        value,
        row: between(before.row, disc.row),
        column: between(before.column, disc.column),
        certain: true,
      });
    }
  });
  const beyond = (end: DiscPoint, next: DiscPoint | undefined, direction: 1 | -1) => {
    const apart = next ? Math.abs(end.value - next.value) : 1;
    const row = next ? (end.row - next.row) / apart : (direction * usualDistance) / spacing;
    const column = next ? (end.column - next.column) / apart : 0;
    for (let n = 1; ; n++) {
      const value = end.value + direction * n;
      const point = { value, row: end.row + n * row, column: end.column + n * column };
      if (value < first || value > last || !inside(point)) return;
      found.push({ ...point, certain: false });
    }
  };
  beyond(sorted[0], sorted[1], -1);
  beyond(sorted.at(-1)!, sorted.at(-2), 1);
  return found;
}
