import { describe, expect, test } from 'vitest';
import {
  badness,
  confusionsOf,
  cumulative,
  distanceLimit,
  duration,
  errorsOf,
  filtered,
  histogramOf,
  signed,
  spreadOf,
  worstDisc,
} from '../../../webview/src/report/figures.js';
import { makeReport } from '../../support/test-report.js';

const report = makeReport({ seed: 11 });

describe('a histogram', () => {
  test('counts every distance once, on the edge in the bin above, far ones in the last', () => {
    const { edges, width, counts } = histogramOf([0, 0.19, 0.2, 0.6, 5.99, 6, 40], 6);
    expect(width).toBe(0.2);
    expect(edges.length).toBe(30);
    expect(counts[0]).toBe(2);
    expect(counts[1]).toBe(1);
    expect(counts[3]).toBe(1);
    expect(counts.at(-1)).toBe(3);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(7);
  });

  test.each([1, 2, 6, 7, 10, 20, 33])('has at most 40 bins for %i mm, which cover it', (limit) => {
    const { edges, width } = histogramOf([], limit);
    expect(edges.length).toBeLessThanOrEqual(40);
    expect(edges[edges.length - 1] + width).toBeCloseTo(limit, 6);
  });

  test('goes past the tolerance, and one outlier does not stretch it', () => {
    expect(distanceLimit([0.4, 1.2], 5)).toBe(6);
    expect(distanceLimit([0.4, 140], 5)).toBe(10);
    expect(distanceLimit([], 5)).toBe(6);
  });

  test('the curve counts against all true discs, found or not', () => {
    expect(cumulative([3, 1, 1, 2], 8, [0, 1, 2.5, Infinity])).toEqual([0, 0.25, 0.375, 0.5]);
  });

  test('five numbers as NumPy has them', () => {
    expect(spreadOf([4, 1, 3, 2])).toEqual([1.15, 1.75, 2.5, 3.25, 3.85].map((v) => expect.closeTo(v, 9)));
    expect(spreadOf([])).toBeNull();
  });
});

describe('images', () => {
  test('the worst has most errors; distances decide among equals', () => {
    const ranked = [...report.subjects].sort((a, b) => badness(b) - badness(a));
    const errors = ranked.map(({ counts }) => errorsOf(counts));
    expect(errors[0]).toBeGreaterThan(0);
    expect(errors).toEqual([...errors].sort((a, b) => b - a));
    expect(worstDisc(ranked[0])!.outcome).not.toBe('identified');
  });

  test('a filter needs every word, in name, path or notice, and knows outcomes', () => {
    const all = { text: '', outcome: 'all', contrast: '' } as const;
    expect(filtered(report.subjects, all)).toHaveLength(report.subjects.length);
    expect(filtered(report.subjects, { ...all, text: 'SITE0003 anat' }).map(({ name }) => name)).toEqual([
      'sub-site0003_T1w',
    ]);
    const missed = filtered(report.subjects, { ...all, outcome: 'missed', contrast: 'T2w' });
    expect(missed.length).toBeGreaterThan(0);
    for (const { counts, contrast } of missed) {
      expect(counts.missed).toBeGreaterThan(0);
      expect(contrast).toBe('T2w');
    }
    const wrong = filtered(report.subjects, { ...all, outcome: 'wrong' });
    const right = filtered(report.subjects, { ...all, outcome: 'right' });
    expect(wrong.length + right.length).toBe(report.subjects.length);
  });

  test('confusions name the true disc and the name it got, most frequent first', () => {
    const found = confusionsOf(report);
    expect(found[0]).toMatchObject({ truth: 'C2/C3', predicted: 'C3/C4' });
    expect(found.reduce((sum, { count }) => sum + count, 0)).toBe(
      report.summary.shifted + report.summary.misnamed,
    );
  });
});

test('numbers in words', () => {
  expect([signed(0.126), signed(-0.126), signed(-0.001), signed(null)]).toEqual([
    '+0.13',
    '\u22120.13',
    '0.00',
    '\u2013',
  ]);
  expect([duration(3.21), duration(42), duration(119.6)]).toEqual(['3.2 s', '42 s', '2 min 0 s']);
});
