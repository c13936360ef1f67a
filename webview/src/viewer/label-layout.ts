/**
 * Moves values as little as possible (least squares) so that each is at least `gap` above the one before it and
 * all stay within `[low, high]`, if they fit there. Values must be ascending.
 *
 * Subtracting i * gap turns the demand into "not decreasing", which pooling adjacent violators solves exactly.
 */
export function spread(values: readonly number[], gap: number, low: number, high: number): number[] {
  const shifted = values.map((value, i) => value - i * gap);
  const blocks: { sum: number; count: number }[] = [];
  for (const value of shifted) {
    blocks.push({ sum: value, count: 1 });
    while (blocks.length > 1) {
      const last = blocks[blocks.length - 1];
      const before = blocks[blocks.length - 2];
      if (before.sum / before.count <= last.sum / last.count) break;
      before.sum += last.sum;
      before.count += last.count;
      blocks.pop();
    }
  }
  const top = Math.max(low, high - (values.length - 1) * gap);
  const clamp = (value: number): number => Math.min(Math.max(value, low), top);
  return blocks
    .flatMap(({ sum, count }) => new Array<number>(count).fill(clamp(sum / count)))
    .map((value, i) => value + i * gap);
}
