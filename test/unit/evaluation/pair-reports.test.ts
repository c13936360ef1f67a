import { expect, test } from 'vitest';
import { pairReports, signTest } from '@disc-labeling/server/evaluation/pair-reports';
import { madeImages, makeReport } from '../../support/test-report.js';

const images = madeImages(30);
const good = makeReport({ images, seed: 2, shiftedShare: 0, model: 'good' });
const bad = makeReport({ images: images.slice(4), seed: 3, shiftedShare: 0.9, model: 'bad' });

test('only common images count, and the rest is said', () => {
  const { subjects, only, summary, names } = pairReports([good, bad], ['/a', '/b']);
  expect(subjects).toHaveLength(26);
  expect(only).toEqual([images.slice(0, 4).map(({ name }) => name), []]);
  expect(summary[1]).toEqual({ ...bad.summary });
  expect(summary[0].total).toBe(bad.summary.total);
  expect(names[0]).not.toBe(names[1]);
});

test('a clear difference is called one, whichever way round; equal reports are not', () => {
  expect(pairReports([good, bad], ['/a', '/b']).verdict).toMatch(/^The first is better/);
  expect(pairReports([bad, good], ['/b', '/a']).verdict).toMatch(/^The second is better/);
  expect(pairReports([good, good], ['/a', '/a']).verdict).toMatch(/chance/);
  expect(pairReports([makeReport({ images: images.slice(0, 3) }), good], ['/a', '/b']).verdict).toBeNull();
});

test('the sign test is exact', () => {
  expect(signTest(0, 5)).toBeCloseTo(2 / 32, 12);
  expect(signTest(1, 9)).toBeCloseTo((2 * 11) / 1024, 12);
  expect(signTest(4, 4)).toBe(1);
  expect(signTest(0, 0)).toBe(1);
});
