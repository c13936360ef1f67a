import { describe, expect, it } from 'vitest';
import { movedLevelsNotice, withLevelsMoved } from '@disc-labeling/server/labeling/moved-levels';
import type { Reading } from '@disc-labeling/server/labeling/reading';

const confidence = { bias: -2, evidence: 8, rival: -4 };
const reading = {
  discs: [12, 13, 14].map((value, n) => ({ value, row: 5 + 4 * n, column: 7, score: 0.1 })),
  evidence: [0.1, 0.25, 0.9],
  lateral: [30, 31, 32],
  rival: { shift: -1, ratio: 0.9 },
} as unknown as Reading;

describe('levels moved by a reader', () => {
  it('moves all names, and leaves the places', () => {
    const { discs, lateral } = withLevelsMoved(reading, -9, { confidence });
    expect(discs.map(({ value }) => value)).toEqual([3, 4, 5]);
    expect(discs.map(({ row }) => row)).toEqual([5, 9, 13]);
    expect(lateral).toEqual([30, 31, 32]);
  });

  it('leaves out what would lie past the ends of the spine', () => {
    const up = withLevelsMoved(reading, -10, { confidence });
    expect(up.discs.map(({ value }) => value)).toEqual([3, 4]);
    expect(up.lateral).toEqual([31, 32]);
    expect(withLevelsMoved(reading, 12, { confidence }).discs.map(({ value }) => value)).toEqual([24, 25]);
  });

  it('refuses to leave none', () => {
    expect(() => withLevelsMoved(reading, -12, { confidence })).toThrow(
      /cannot name discs.*T4\/T5 to T6\/T7.*C2\/C3 and L5\/S1/,
    );
    expect(withLevelsMoved({ ...reading, discs: [] }, -12, { confidence }).discs).toEqual([]);
  });

  it('scores places alone, as nothing rivals names that are known', () => {
    const { discs, rival } = withLevelsMoved(reading, 0, { confidence });
    expect(rival).toBeNull();
    expect(discs[1].score).toBeCloseTo(0.5);
    expect(withLevelsMoved(reading, 1, {}).discs.map(({ score }) => score)).toEqual([0.1, 0.25, 0.9]);
  });

  it('says what was done', () => {
    expect(movedLevelsNotice(0, 0)).toBe('Names confirmed by hand.');
    expect(movedLevelsNotice(1, 0)).toBe('Names moved one level down by hand.');
    expect(movedLevelsNotice(-9, 1)).toBe(
      'Names moved 9 levels up by hand; one disc is left out that would lie past the ends of the spine.',
    );
  });
});
