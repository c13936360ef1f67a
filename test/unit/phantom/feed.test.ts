import { describe, expect, it } from 'vitest';
import { PhantomBatches } from '@disc-labeling/server/dataset/phantom/batches';
import { createPhantomFeed } from '@disc-labeling/server/dataset/phantom/feed';

const options = { seed: 7, batch: 2, reuse: 2, phantom: { width: 64, height: 64 } } as const;

describe('the feed of phantoms', () => {
  it('gives the same batch for a step wherever it starts', async () => {
    const all = createPhantomFeed({ ...options, workers: 0 });
    const batches = [
      await all.next(),
      await all.next(),
      await all.next(),
      await all.next(),
      await all.next(),
    ];
    const resumed = createPhantomFeed({ ...options, workers: 0, startStep: 4 });
    const again = await resumed.next();
    expect(again.step).toBe(4);
    expect(again).toEqual(batches[4]);
    await Promise.all([all.close(), resumed.close()]);
  });

  it('stacks normalised pictures with their discs', async () => {
    const feed = createPhantomFeed({ ...options, workers: 0 });
    const batch = await feed.next();
    expect(batch.images).toHaveLength(2 * 64 * 64);
    expect(batch.discs).toHaveLength(2);
    expect(batch.spacing).toHaveLength(2);
    expect(batch.images.every((v) => v >= 0 && v <= 1)).toBe(true);
    expect(Math.max(...batch.images)).toBeGreaterThan(0.8);
    await feed.close();
  });

  it('uses each phantom as often as asked, never in neighbouring batches', () => {
    const batches = new PhantomBatches(options);
    const seen = new Map<string, number[]>();
    // Four streams of eight batches, twice.
    for (let step = 0; step < 4 * 8 * 2; step++)
      for (const spacing of batches.at(step).spacing)
        seen.set(String(spacing), [...(seen.get(String(spacing)) ?? []), step]);
    expect(seen.size).toBe(4 * 8 * options.batch);
    for (const [first, second, ...more] of seen.values()) {
      expect(more).toEqual([]);
      expect(second - first).toBeGreaterThan(4);
    }
  });

  it('stops when it is told to', async () => {
    const abort = new AbortController();
    const feed = createPhantomFeed({ ...options, workers: 0, signal: abort.signal });
    await feed.next();
    abort.abort();
    await expect(feed.next()).rejects.toThrow('cancelled');
  });
});
