import { describe, expect, it } from 'vitest';
import { levelDoubt } from '@disc-labeling/server/labeling/level-doubt';

const discs = (...values: number[]) => values.map((value) => ({ value, score: 0.5 }));
const neck = Array.from({ length: 11 }, (_, i) => i + 3);
const spine = Array.from({ length: 23 }, (_, i) => i + 3);
const channels = (known: number[]) => ({ values: [...known, null], anyDisc: known.length });
const doubt = (values: number[], known: number[], rival: { shift: number; ratio: number } | null = null) =>
  levelDoubt({ discs: discs(...values), rival }, { channels: channels(known) });

describe('doubt about the levels', () => {
  it('is silent where the top of the neck was found, or nothing', () => {
    expect(doubt([3, 4, 5, 6], neck)).toBeNull();
    expect(doubt([4, 5, 6], neck)).toBeNull();
    expect(doubt([], neck)).toBeNull();
  });

  it('says so where the count has no beginning', () => {
    expect(doubt([5, 6, 7], neck)).toMatch(/Neither C2\/C3 nor C3\/C4 .* estimate/);
    expect(doubt([10, 11, 12, 13], neck)).toMatch(/off by several levels/);
  });

  it('counts from the sacrum with a model that knows it', () => {
    expect(doubt([20, 21, 22, 23, 24, 25], spine, { shift: -1, ratio: 0.2 })).toBeNull();
  });

  it('names what would fit nearly as well', () => {
    expect(doubt([3, 4, 5], neck, { shift: 1, ratio: 0.62 })).toMatch(
      /names C3\/C4 to C5\/C6 would fit nearly as well \(62 %/,
    );
    expect(doubt([24], spine, { shift: 1, ratio: 0.9 })).toMatch(/names L5\/S1 would fit/);
    expect(doubt([3, 4, 5], neck, { shift: 1, ratio: 0.1 })).toBeNull();
  });

  it('goes by the scores where they were fitted', () => {
    const fitted = (scores: number[], ratio: number) =>
      levelDoubt(
        { discs: scores.map((score, n) => ({ value: n + 3, score })), rival: { shift: 1, ratio } },
        { channels: channels(neck), confidence: { bias: 0, evidence: 8, rival: -6 } },
      );
    expect(fitted([0.7, 0.62, 0.98], 0.5)).toMatch(/right in about 70 % .* next best are C3\/C4 to C5\/C6/);
    expect(fitted([0.95, 0.97, 0.5], 0.5)).toBeNull();
    // Nothing else fits: the places are what is doubtful.
    expect(fitted([0.7, 0.6, 0.8], 0.1)).toBeNull();
  });
});
