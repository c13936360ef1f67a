import { Random } from '../phantom/random.js';
import type { Sample } from '../samples.js';

export type Split = Sample['split'];

/** Shares of the subjects for validation and test; the rest is for training. */
export interface SplitShares {
  readonly validation: number;
  readonly test: number;
}

/**
 * Which split each subject belongs to. All images of a subject share one, and it depends on the seed and the
 * names alone: whatever is prepared, and in however many calls, no subject is in two splits. From three
 * subjects on, none of the three is empty.
 */
export function splitSubjects(
  subjects: readonly string[],
  seed: number,
  { validation, test }: SplitShares,
): Map<string, Split> {
  const drawn = subjects
    .map((name) => ({ name, at: new Random(`split ${seed}/${name}`).uniform() }))
    .sort((a, b) => a.at - b.at || (a.name < b.name ? -1 : 1));
  const count = (share: number) =>
    share === 0 || drawn.length < 3 ? 0 : Math.max(1, Math.round(share * drawn.length));
  const [tests, validations] = [count(test), count(validation)];
  return new Map(
    drawn.map(({ name }, n) => [
      name,
      n < tests ? 'test' : n < tests + validations ? 'validation' : 'training',
    ]),
  );
}

/**
 * The reference's split (Azad et al. 2021): by sorted name the first 90 % for training and the last 5 % for
 * testing; what is between is used for neither.
 */
export function referenceSplit(subjects: readonly string[]): Map<string, 'train' | 'test'> {
  const sorted = [...subjects].sort();
  const [train, test] = [0.9, 0.95].map((share) => roundHalfEven(share * sorted.length));
  const splits = new Map<string, 'train' | 'test'>();
  sorted.slice(0, train).forEach((name) => splits.set(name, 'train'));
  sorted.slice(test).forEach((name) => splits.set(name, 'test'));
  return splits;
}

/** How many of `count` samples, in order, the reference trains on; the others are for validation. */
export const referenceTrainingCount = (count: number): number => roundHalfEven(0.9 * count);

/** As NumPy rounds. */
function roundHalfEven(value: number): number {
  const below = Math.floor(value);
  if (value - below !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}
