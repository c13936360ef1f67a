import { compareReports } from '@disc-labeling/server/evaluation/compare';
import { signedRankTest, signTest } from '@disc-labeling/server/evaluation/paired-tests';
import { describe, expect, it } from 'vitest';
import { reportOf } from './reports.js';

describe('the sign test', () => {
  it('is exact', () => {
    // 8 of 9: 2 (1 + 9) / 512.
    expect(signTest([1, 1, 1, 1, 1, 1, 1, 1, -1, 0])).toEqual({ positive: 8, negative: 1, p: 20 / 512 });
    expect(signTest([1, 1, 1, -1, -1, -1])!.p).toBe(1);
  });

  it('says nothing of fewer than six that differ', () => {
    expect(signTest([1, 1, 1, 1, 1, 0, 0, 0])).toBeNull();
  });
});

describe("Wilcoxon's signed-rank test", () => {
  it('is exact for few pairs', () => {
    // All of one sign: 2 / 2^6. The classic table: n = 10, W = 8 gives p = 0.0488.
    expect(signedRankTest([1, 2, 3, 4, 5, 6])).toEqual({ median: 3.5, p: 2 / 64 });
    expect(signedRankTest([-1, -7, 2, 3, 4, 5, 6, 8, 9, 10])!.p).toBeCloseTo(0.0488, 4);
  });

  it('gives ties the mean of their ranks', () => {
    // Ranks 2, 2, 2, 4, 5, 6, one of the first three negative: sums of 2 or less: {}, and each of the three 2s.
    expect(signedRankTest([1, 1, -1, 2, 3, 4])!.p).toBe((2 * 4) / 64);
  });

  it('agrees with itself where it changes to the normal distribution', () => {
    const forty = Array.from({ length: 40 }, (_, i) => (i % 3 === 0 ? -1 : 1) * (i + 1));
    // One more, of the least rank, changes next to nothing.
    const [exact, normal] = [signedRankTest(forty)!.p, signedRankTest([...forty, 0.5])!.p];
    expect(exact).toBeLessThan(0.2);
    expect(Math.abs(exact - normal)).toBeLessThan(0.01);
  });
});

const images = (count: number, discs: (n: number) => Record<number, number | null>) =>
  Object.fromEntries(Array.from({ length: count }, (_, n) => [`s${n}`, discs(n)]));
const compare = (a: ReturnType<typeof reportOf>, b: ReturnType<typeof reportOf>) =>
  compareReports({ folder: '/a', report: a }, { folder: '/b', report: b });

describe('two reports', () => {
  it('are compared on what both have', () => {
    const found = compare(
      reportOf('one', { s1: { 3: 1, 4: 3, 5: null }, s2: { 3: 2 } }),
      reportOf('two', { s1: { 3: 2, 4: 1, 5: 4 }, s3: { 3: 2 } }),
    );
    expect(found.names).toEqual(['one', 'two']);
    expect(found.reports).toEqual(['/a', '/b']);
    expect(found.subjects.map(({ name }) => name)).toEqual(['s1']);
    expect(found.subjects[0]).toMatchObject({
      counts: [{ identified: 2 }, { identified: 3 }],
      // Of the two discs both found: (1 - 2) / 2.
      distanceDifference: -0.5,
    });
    expect(found.summary.map(({ identified }) => identified)).toEqual([2, 3]);
    expect(found.levels.map(({ value, counts }) => [value, ...counts.map((one) => one.identified)])).toEqual([
      [3, 1, 1],
      [4, 1, 1],
      [5, 0, 1],
    ]);
    expect(found.only).toEqual([['s2'], ['s3']]);
    expect(found.verdict).toBeNull();
  });

  it('get a verdict that names the better one', () => {
    const worse = reportOf(
      'worse',
      images(8, () => ({ 3: 2, 4: null })),
    );
    const better = reportOf(
      'better',
      images(8, (n) => ({ 3: 1 + n / 100, 4: 1 })),
    );
    const { verdict, tests } = compare(worse, better);
    expect(tests!.identified).toEqual({ better: [0, 8], p: 2 / 256 });
    expect(verdict).toMatch(/^better identifies more discs .* better is nearer/);
    expect(compare(better, worse).verdict).toMatch(/^better identifies more discs .* better is nearer/);
  });

  it('get an honest one where chance may be all', () => {
    const a = reportOf(
      'a',
      images(8, (n) => ({ 3: 2, 4: n % 2 ? 1 : null })),
    );
    const b = reportOf(
      'b',
      images(8, (n) => ({ 3: n % 2 ? 2.3 + n / 50 : 1.7 - n / 50, 4: n % 2 ? null : 1 })),
    );
    expect(compare(a, b).verdict).toMatch(
      /^No clear difference in the discs.*No clear difference in the distance/,
    );
  });

  it('count persons, not images', () => {
    const twice = (discs: Record<number, number | null>) =>
      Object.fromEntries(
        Array.from({ length: 8 }, (_, n) => [`s${n % 4}_${n < 4 ? 'T1w' : 'T2w'}`, discs] as const),
      );
    expect(compare(reportOf('a', twice({ 3: null })), reportOf('b', twice({ 3: 1 }))).verdict).toBeNull();
  });

  it('with nothing in common are refused', () => {
    expect(() => compare(reportOf('a', { s1: {} }), reportOf('b', { s2: {} }))).toThrow(/no image in common/);
  });

  it('of one model are told apart', () => {
    const a = reportOf('m', { s1: { 3: 1 } });
    expect(compare(a, a).names).toEqual(['m (1)', 'm (2)']);
    expect(compare(a, { ...a, date: '2026-02-03T04:05:06.000Z' }).names[1]).toBe('m, 2026-02-03 04:05');
  });
});
