import { createInference } from '@disc-labeling/models/engines';
import type {
  EngineChoice,
  EngineNotice,
  Float32Tensor,
  ImageBatch,
  Inference,
} from '@disc-labeling/models/engines/types';
import { defaultThreads } from '@disc-labeling/models/engines/threads';
import { createEngineTrainingStep } from '@disc-labeling/models/engines/training';
import { throwIfCancelled } from '@disc-labeling/models/errors';
import type { Model } from '@disc-labeling/models/model';
import { writeModel } from '@disc-labeling/models/weights/folder';
import { targetGrid, trainingBatch } from './batches.js';
import type { SampleBatch } from './batches.js';
import { lossOf } from './config.js';
import type { TrainingConfig } from './config.js';
import { openTrainingData } from './data.js';
import { modelCard } from './model-card.js';
import { createOptimizer } from './optimizer.js';
import { startingWeights } from './initial.js';
import { turnedMaps } from './turned.js';
import type { TargetGrid } from '../dataset/targets.js';
import type { TrainerParts, ValidateOptions, Validation } from './trainer.js';
import { validationPicture } from './validation-picture.js';
import { ValidationTally } from './validation.js';

export interface AssembleOptions {
  readonly engine?: EngineChoice;
  readonly threads?: number;
  /** Told what computes, and when another engine takes over. */
  readonly onNotice?: (notice: EngineNotice) => void;
  /** The weights come from a checkpoint: the initial model is not read, and may be gone. */
  readonly resume?: boolean;
  readonly signal?: AbortSignal;
}

/**
 * Opens the data and compiles the network's training step: all that a training needs.
 * @param config complete, see `completeConfig`
 */
export async function assembleTraining(
  config: TrainingConfig,
  options: AssembleOptions = {},
): Promise<TrainerParts & { dispose(): Promise<void> }> {
  const { threads = defaultThreads(), engine, onNotice } = options;
  const { network, training } = config;
  throwIfCancelled(options.signal);
  const data = await openTrainingData(config);
  const step = await createEngineTrainingStep(
    network,
    await startingWeights(options.resume ? { ...config, initial: null } : config),
    lossOf(config),
    [training.trainBatch, network.inputChannels, ...data.size],
    { engine, threads, onNotice, parts: training.parts },
  );
  const optimizer = createOptimizer(training, step.parameters.length);
  return {
    get engine() {
      return step.engine;
    },
    step,
    optimizer,
    openBatches: (firstStep) => data.open(firstStep),
    validate: async (model, { sigma, signal }) => {
      const where = { engine: step.engine, threads, onNotice };
      const inference = await createInference(network, model.weights, where);
      try {
        return await validate(inference, config, data.heldOut(signal), { sigma, signal });
      } finally {
        await inference.dispose();
      }
    },
    saveModel: (folder, model: Model, extraFiles) =>
      writeModel(folder, model, { card: modelCard(model), extraFiles }),
    now: () => performance.now(),
    // maxRSS is in kilobytes on every system.
    peakMemory: () => process.resourceUsage().maxRSS * 1024,
    dispose: async () => {
      await data.close();
      await optimizer.dispose();
      await step.dispose();
    },
  };
}

/** The picture of a batch, upright. */
function pictureOf(
  samples: SampleBatch,
  targets: Float32Tensor,
  predicted: Float32Tensor,
  grid: TargetGrid,
): Promise<Uint8Array> {
  if (samples.frame !== 'reference') return validationPicture(samples, targets, predicted, grid);
  const { data, shape } = turnedMaps(samples.images);
  const images = { data, shape: shape as ImageBatch['shape'] };
  // Rows and columns change places.
  const spacing = samples.spacing.map((mm) => (typeof mm === 'number' ? mm : ([mm[1], mm[0]] as const)));
  return validationPicture({ ...samples, images, spacing }, turnedMaps(targets), turnedMaps(predicted), grid);
}

/**
 * Runs a network over held-out samples, and draws the first of them.
 * @throws CancelledError between two batches
 */
export async function validate(
  inference: Inference,
  config: TrainingConfig,
  held: AsyncIterable<SampleBatch>,
  { sigma, signal }: ValidateOptions,
): Promise<Validation> {
  let tally: ValidationTally | null = null;
  let picture: Uint8Array | null = null;
  for await (const samples of held) {
    throwIfCancelled(signal);
    const batch = trainingBatch(samples, config, sigma);
    const [, , height, width] = batch.images.shape;
    const grid = targetGrid(config, height, width);
    const output = await inference.run(batch.images);
    tally ??= new ValidationTally(grid, lossOf(config));
    tally.add(output, batch, samples.discs, samples.spacing, samples);
    picture ??= await pictureOf(samples, batch.targets, output.heatmaps.at(-1)!, grid);
    // Between two blocking runs a cancellation has to get through.
    await new Promise(setImmediate);
  }
  if (tally === null) throw new Error('there are no held-out samples');
  return { result: tally.result(), picture };
}
