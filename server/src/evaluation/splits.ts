import { UserError } from '@disc-labeling/models/errors';
import type { PreparedSet, Sample } from '../dataset/samples.js';

type Split = Sample['split'];

/** The samples a model is judged on. */
export interface ChosenSamples {
  readonly samples: readonly Sample[];
  readonly splits: readonly Split[];
  /** Says so where these are not the samples that were wanted. */
  readonly notices: readonly string[];
}

/** What is taken in the place of a split a set has no samples of: held-out ones before those that were trained on. */
const instead: Readonly<Record<'validation' | 'test', readonly Split[]>> = {
  test: ['test', 'validation', 'training'],
  validation: ['validation', 'test', 'training'],
};

/**
 * The samples of a split; where a set has none, those of the next best one.
 * @throws UserError the set has no samples at all
 */
export function chooseSamples(set: PreparedSet, wanted: 'validation' | 'test'): ChosenSamples {
  for (const split of instead[wanted]) {
    const samples = set.samples.filter((sample) => sample.split === split);
    if (samples.length === 0) continue;
    const seen =
      split === 'training' ? '; a model that was trained on them does better here than elsewhere' : '';
    const notices =
      split === wanted
        ? []
        : [`The set has no ${wanted} samples; its ${samples.length} ${split} samples were taken${seen}.`];
    return { samples, splits: [split], notices };
  }
  throw new UserError('cannot evaluate', 'the set has no samples; prepare it again', set.folder);
}
