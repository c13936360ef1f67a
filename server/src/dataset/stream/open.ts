import { join } from 'node:path';
import { UserError } from '@disc-labeling/models/errors';
import { inputMultiple } from '@disc-labeling/models/config';
import { inParallel } from '../parallel.js';
import { pixelSpacing, type PreparedSet, type Sample } from '../samples.js';
import { statOf } from './batches.js';
import type { StreamSample } from './types.js';

/** Files looked at together. */
const together = 16;

/**
 * The samples of a split as a stream wants them, their files looked at but not read.
 * @throws UserError a sample is missing or shorter than it should be: better now than hours into a training
 */
export function streamSamples(set: PreparedSet, split: Sample['split']): Promise<StreamSample[]> {
  const samples = set.samples.filter((sample) => sample.split === split);
  return inParallel(samples, together, async (sample) => {
    const { mtimeMs, size: bytes } = await statOf(set.folder, sample);
    const { name, file, size, discs } = sample;
    if (bytes < 4 * size[0] * size[1])
      throw new UserError(
        'cannot read sample',
        'the file is too short; prepare the set again',
        join(set.folder, file),
      );
    return { name, file, size, discs, spacing: pixelSpacing(set, sample), written: mtimeMs };
  });
}

/** The smallest size, a multiple of what networks take, into which every sample fits. */
export function commonWindow(samples: readonly Pick<StreamSample, 'size'>[]): [number, number] {
  const side = (axis: 0 | 1) => {
    const most = samples.reduce((largest, { size }) => Math.max(largest, size[axis]), 2 * inputMultiple);
    return Math.ceil(most / inputMultiple) * inputMultiple;
  };
  return [side(0), side(1)];
}
