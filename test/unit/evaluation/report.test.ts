import { UserError } from '@disc-labeling/models/errors';
import {
  countDiscs,
  countLevels,
  judgeDiscs,
  referenceFigures,
  type LocatedDisc,
  type PredictedDisc,
} from '@disc-labeling/server/evaluation/report';
import { parseReport } from '@disc-labeling/server/evaluation/report-schema';
import { summarizeReferenceMetrics } from '@disc-labeling/server/evaluation/reference-metrics';
import { describe, expect, it } from 'vitest';
import { reportOf } from './reports.js';

const at = (value: number, row: number, column = 0): LocatedDisc => ({
  value,
  voxel: [0, row, column],
  world: [0, row, column],
  position: [row, column],
});
const found = (value: number, row: number, column = 0): PredictedDisc => ({
  ...at(value, row, column),
  score: 0.9,
});
const none = new Set<number>();

describe('what became of the discs of an image', () => {
  const truth = [at(3, 0), at(4, 20), at(5, 40), at(6, 60)];
  // 3 is 3 mm off; 4 is named 5; 5 is named 7, and 5's own name lies 20 mm away; 6 is missing; 9 is invented.
  const predicted = [found(3, 0, 3), found(5, 20), found(7, 41), found(9, 100)];

  it('is told disc by disc, with the predictions concerned', () => {
    const discs = judgeDiscs(truth, predicted, { toleranceMm: 5, unjudged: none });
    expect(discs.map(({ value, outcome, distance }) => [value, outcome, distance])).toEqual([
      [3, 'identified', 3],
      [4, 'shifted', null],
      [5, 'misnamed', 20],
      [6, 'missed', null],
      [9, 'false', null],
    ]);
    expect(discs.map(({ predicted: other }) => other?.value ?? null)).toEqual([3, 5, 7, null, 9]);
    expect(discs[0]).toMatchObject({ name: 'C2/C3', truth: { voxel: [0, 0, 0] } });
    expect(discs[4]).toMatchObject({ name: 'T1/T2', truth: null });
  });

  it('does not call a prediction false that nobody can judge', () => {
    const discs = judgeDiscs(truth, predicted, { toleranceMm: 5, unjudged: new Set([9]) });
    expect(discs.map(({ outcome }) => outcome)).not.toContain('false');
    // A wrong name at a true disc stays wrong, even if a disc of that name may be there.
    expect(judgeDiscs([at(8, 0)], [found(9, 0)], { toleranceMm: 5, unjudged: new Set([9]) })).toMatchObject([
      { value: 8, outcome: 'shifted' },
    ]);
  });

  it('adds up over images and levels', () => {
    const images = [judgeDiscs(truth, predicted, { toleranceMm: 5, unjudged: none })];
    expect(countDiscs(images)).toMatchObject({
      total: 4,
      identified: 1,
      shifted: 1,
      misnamed: 1,
      missed: 1,
      false: 1,
      identificationRate: 0.25,
      distance: { mean: 11.5, std: 8.5, median: 11.5 },
    });
    const levels = countLevels(images);
    expect(levels.map(({ name, total, false: invented }) => [name, total, invented])).toEqual([
      ['C2/C3', 1, 0],
      ['C3/C4', 1, 0],
      ['C4/C5', 1, 0],
      ['C5/C6', 1, 0],
      ['T1/T2', 0, 1],
    ]);
  });

  it('has null where there is nothing to count, never NaN', () => {
    const nothing = countDiscs([]);
    expect(nothing.identificationRate).toBeNull();
    expect(nothing.distance).toEqual({ mean: null, std: null, median: null, p95: null });
    const figures = referenceFigures(summarizeReferenceMetrics([]));
    expect(Object.values(figures).filter((value) => Number.isNaN(value))).toEqual([]);
    expect(figures).toMatchObject({ l2Median: null, total: 0, falseNegativePercent: null });
  });
});

describe('the text of a report', () => {
  it('comes back as it was', () => {
    const report = reportOf('a', { s1: { 3: 1, 4: null } });
    expect(parseReport(JSON.stringify(report), 'report.json')).toEqual(report);
  });

  it.each([
    ['no JSON', '{', /not valid JSON/],
    ['of a later format', '{"formatVersion":2}', /format version is 2 where 1 is known/],
    ['damaged', JSON.stringify({ ...reportOf('a', {}), engine: 3 }), /damaged \(engine/],
  ])('is refused: %s', (_, text, message) => {
    expect(() => parseReport(text, 'report.json')).toThrow(UserError);
    expect(() => parseReport(text, 'report.json')).toThrow(message);
  });
});
