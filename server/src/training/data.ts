import type { BatchSource, SampleBatch } from './batches.js';
import type { TrainingConfig } from './config.js';
import { phantomData } from './phantom-batches.js';
import { preparedData } from './prepared-batches.js';

/** What a network is trained and validated on. */
export interface TrainingData {
  /** Rows and columns of every training image. */
  readonly size: readonly [height: number, width: number];
  /** The training batches from the given step on. */
  open(firstStep: number): BatchSource;
  /** The held-out samples, always the same. @throws CancelledError */
  heldOut(signal?: AbortSignal): AsyncIterable<SampleBatch>;
  close(): Promise<void>;
}

/**
 * Opens the data of a complete configuration.
 * @throws UserError a sample of a prepared set is missing
 */
export async function openTrainingData(config: TrainingConfig): Promise<TrainingData> {
  return config.data.source === 'prepared' ? preparedData(config) : phantomData(config);
}
