import { describe, expect, it } from 'vitest';
import { levelDoubt } from '@disc-labeling/server/labeling/level-doubt';

const discs = (...values: number[]) => values.map((value) => ({ value }));

describe('doubt about the levels', () => {
  it('is silent where the top of the neck was found, or nothing', () => {
    expect(levelDoubt(discs(3, 4, 5, 6))).toBeNull();
    expect(levelDoubt(discs(4, 5, 6))).toBeNull();
    expect(levelDoubt([])).toBeNull();
  });

  it('says so where the count has no beginning', () => {
    expect(levelDoubt(discs(5, 6, 7))).toMatch(/Neither C2\/C3 nor C3\/C4 .* estimate/);
    expect(levelDoubt(discs(10, 11, 12, 13))).toMatch(/off by several levels/);
  });
});
