import { describe, expect, it } from 'vitest';
import {
  referenceSplit,
  referenceTrainingCount,
  splitSubjects,
} from '@disc-labeling/server/dataset/prepare/split';

const names = (count: number) => Array.from({ length: count }, (_, n) => `sub-${String(n).padStart(3, '0')}`);
const count = (splits: Map<string, string>, wanted: string) =>
  [...splits.values()].filter((split) => split === wanted).length;
const shares = { validation: 0.1, test: 0.2 };

describe('splitSubjects', () => {
  it('gives the shares asked for, the same whatever the order of the names', () => {
    const splits = splitSubjects(names(50), 7, shares);
    expect(['training', 'validation', 'test'].map((split) => count(splits, split))).toEqual([35, 5, 10]);
    const reversed = splitSubjects(names(50).reverse(), 7, shares);
    for (const [name, split] of splits) expect(reversed.get(name)).toBe(split);
  });

  it('depends on the seed', () => {
    const [one, other] = [1, 2].map((seed) =>
      JSON.stringify([...splitSubjects(names(50), seed, shares)].sort()),
    );
    expect(one).not.toBe(other);
  });

  it('leaves no split empty from three subjects on, unless its share is zero', () => {
    expect([...splitSubjects(names(3), 1, shares).values()].sort()).toEqual([
      'test',
      'training',
      'validation',
    ]);
    expect(new Set(splitSubjects(names(2), 1, shares).values())).toEqual(new Set(['training']));
    expect(count(splitSubjects(names(10), 1, { validation: 0, test: 0.1 }), 'validation')).toBe(0);
  });
});

describe('referenceSplit', () => {
  it('takes the first 90 % and the last 5 %, rounded as NumPy rounds', () => {
    const splits = referenceSplit(names(30).reverse());
    expect([count(splits, 'train'), count(splits, 'test'), splits.size]).toEqual([27, 2, 29]);
    expect(splits.get('sub-000')).toBe('train');
    expect(splits.get('sub-027')).toBeUndefined();
    expect(splits.get('sub-029')).toBe('test');
    // 4.5 goes to 4, 13.5 to 14.
    expect([5, 15].map(referenceTrainingCount)).toEqual([4, 14]);
  });
});
