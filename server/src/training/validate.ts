import type { Float32Tensor, ImageBatch, Inference } from '@disc-labeling/models/engines/types';
import { throwIfCancelled } from '@disc-labeling/models/errors';
import type { TargetGrid } from '../dataset/targets.js';
import { targetGrid, trainingBatch, type SampleBatch } from './batches.js';
import { lossOf, type TrainingConfig } from './config.js';
import type { ValidateOptions, Validation } from './trainer.js';
import { turnedMaps } from './turned.js';
import { validationPicture } from './validation-picture.js';
import { ValidationTally } from './validation.js';

/** A batch that was looked at. */
export interface ValidatedBatch {
  readonly samples: SampleBatch;
  readonly targets: Float32Tensor;
  /** The last stack's maps. */
  readonly predicted: Float32Tensor;
  readonly grid: TargetGrid;
}

/**
 * Runs a network over held-out samples.
 * @param onBatch told of each batch; the next waits for it
 * @throws CancelledError between two batches
 */
export async function tallySamples(
  inference: Inference,
  config: TrainingConfig,
  held: AsyncIterable<SampleBatch>,
  { sigma, signal }: ValidateOptions,
  onBatch: (batch: ValidatedBatch) => Promise<void>,
): Promise<ValidationTally> {
  let tally: ValidationTally | null = null;
  for await (const samples of held) {
    throwIfCancelled(signal);
    const batch = trainingBatch(samples, config, sigma);
    const [, , height, width] = batch.images.shape;
    const grid = targetGrid(config, height, width);
    const output = await inference.run(batch.images);
    tally ??= new ValidationTally(grid, lossOf(config));
    tally.add(output, batch, samples.discs, samples.spacing, samples);
    await onBatch({ samples, targets: batch.targets, predicted: output.heatmaps.at(-1)!, grid });
    // Between two blocking runs a cancellation has to get through.
    await new Promise(setImmediate);
  }
  if (tally === null) throw new Error('there are no held-out samples');
  return tally;
}

/**
 * Runs a network over held-out samples, and draws the first of them.
 * @throws CancelledError between two batches
 */
export async function validate(
  inference: Inference,
  config: TrainingConfig,
  held: AsyncIterable<SampleBatch>,
  options: ValidateOptions,
): Promise<Validation> {
  let picture: Uint8Array | null = null;
  const tally = await tallySamples(inference, config, held, options, async (batch) => {
    picture ??= await batchPicture(batch);
  });
  return { result: tally.result(), picture };
}

/** The picture of a batch, upright. */
export function batchPicture({ samples, targets, predicted, grid }: ValidatedBatch): Promise<Uint8Array> {
  if (samples.frame !== 'reference') return validationPicture(samples, targets, predicted, grid);
  const { data, shape } = turnedMaps(samples.images);
  const images = { data, shape: shape as ImageBatch['shape'] };
  // Rows and columns change places.
  const spacing = samples.spacing.map((mm) => (typeof mm === 'number' ? mm : ([mm[1], mm[0]] as const)));
  return validationPicture({ ...samples, images, spacing }, turnedMaps(targets), turnedMaps(predicted), grid);
}
