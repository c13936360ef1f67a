/** Placing text so that nothing overlaps or leaves the picture. */

/**
 * Positions closest (least squares) to the wanted ones that keep their order, at least `gap` apart and within
 * `low`..`high`: isotonic regression by pooling neighbours. The gap shrinks where the room is too small.
 * @param wanted ascending
 */
export function spread(wanted: readonly number[], gap: number, low: number, high: number): number[] {
  const distance = wanted.length > 1 ? Math.min(gap, (high - low) / (wanted.length - 1)) : 0;
  const pools: { sum: number; count: number }[] = [];
  wanted.forEach((position, n) => {
    pools.push({ sum: position - n * distance, count: 1 });
    while (pools.length > 1 && mean(pools.at(-2)!) > mean(pools.at(-1)!)) {
      const last = pools.pop()!;
      const before = pools.pop()!;
      pools.push({ sum: before.sum + last.sum, count: before.count + last.count });
    }
  });
  const last = high - (wanted.length - 1) * distance;
  return pools
    .flatMap((pool) => new Array<number>(pool.count).fill(mean(pool)))
    .map((position, n) => Math.min(last, Math.max(low, position)) + n * distance);
}

const mean = (pool: { sum: number; count: number }) => pool.sum / pool.count;

/** Shortens text in its middle (file names differ at both ends) until it fits. */
export function shorten(text: string, fits: (text: string) => boolean): string {
  if (fits(text)) return text;
  const letters = [...text];
  for (let keep = letters.length - 1; keep > 1; keep--) {
    const front = Math.ceil(keep / 2);
    const shorter = `${letters.slice(0, front).join('')}…${letters.slice(letters.length - (keep - front)).join('')}`;
    if (fits(shorter)) return shorter;
  }
  return '…';
}
