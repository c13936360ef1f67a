import { createInference } from '@disc-labeling/models/engines';
import type { EngineChoice, EngineNotice, Inference } from '@disc-labeling/models/engines/types';
import { defaultThreads } from '@disc-labeling/models/engines/threads';
import { createEngineTrainingStep } from '@disc-labeling/models/engines/training';
import { throwIfCancelled } from '@disc-labeling/models/errors';
import type { Model } from '@disc-labeling/models/model';
import { writeModel } from '@disc-labeling/models/weights/folder';
import { targetGrid, trainingBatch } from './batches.js';
import type { SampleBatch } from './batches.js';
import { lossOf } from './config.js';
import type { TrainingConfig } from './config.js';
import { modelCard } from './model-card.js';
import { createOptimizer } from './optimizer.js';
import { phantomBatches, validationPhantoms } from './phantom-batches.js';
import { startingWeights } from './initial.js';
import type { TrainerParts, ValidateOptions, Validation } from './trainer.js';
import { unlessCancelled } from './unless-cancelled.js';
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

/** Side length of the phantoms a network is trained on. */
const side = 256;

/**
 * Compiles the network's training step: all that a training needs. The validation set is drawn by other threads
 * while the first epoch runs.
 */
export async function assembleTraining(
  config: TrainingConfig,
  options: AssembleOptions = {},
): Promise<TrainerParts & { dispose(): Promise<void> }> {
  const { threads = defaultThreads(), engine, onNotice } = options;
  const { network, training } = config;
  throwIfCancelled(options.signal);
  const step = await createEngineTrainingStep(
    network,
    await startingWeights(options.resume ? { ...config, initial: null } : config),
    lossOf(config),
    [training.trainBatch, network.inputChannels, side, side],
    { engine, threads, onNotice },
  );
  const held = new HeldOut(config);
  return {
    get engine() {
      return step.engine;
    },
    step,
    optimizer: createOptimizer(training, step.parameters.length),
    openBatches: (firstStep) => {
      const source = phantomBatches(config, firstStep);
      const next = async () => {
        const batch = await source.next();
        // Not before the first batch, which would come later for it.
        void held.draw();
        return batch;
      };
      return { next, close: () => source.close() };
    },
    validate: async (model, { sigma, signal }) => {
      const samples = await unlessCancelled(held.draw(), signal);
      const where = { engine: step.engine, threads, onNotice };
      const inference = await createInference(network, model.weights, where);
      try {
        return await validate(inference, config, samples, { sigma, signal });
      } finally {
        await inference.dispose();
      }
    },
    saveModel: (folder, model: Model, extraFiles) =>
      writeModel(folder, model, { card: modelCard(model), extraFiles }),
    now: () => performance.now(),
    dispose: async () => {
      await held.close();
      await step.dispose();
    },
  };
}

/** The validation set, drawn once, in the background. */
class HeldOut {
  private readonly abort = new AbortController();
  private samples: Promise<readonly SampleBatch[]> | undefined;

  constructor(private readonly config: TrainingConfig) {}

  draw(): Promise<readonly SampleBatch[]> {
    this.samples ??= validationPhantoms(this.config, this.abort.signal);
    // A failure is reported where the samples are asked for.
    this.samples.catch(() => {});
    return this.samples;
  }

  async close(): Promise<void> {
    this.abort.abort();
    await this.samples?.catch(() => {});
  }
}

/**
 * Runs a network over held-out samples, and draws the first of them.
 * @throws CancelledError between two batches
 */
export async function validate(
  inference: Inference,
  config: TrainingConfig,
  held: readonly SampleBatch[],
  { sigma, signal }: ValidateOptions,
): Promise<Validation> {
  const grid = targetGrid(config.network, side, side);
  const tally = new ValidationTally(grid, lossOf(config));
  let picture: Uint8Array | null = null;
  for (const samples of held) {
    throwIfCancelled(signal);
    const batch = trainingBatch(samples, config.network, sigma);
    const output = await inference.run(batch.images);
    tally.add(output, batch, samples.discs, samples.spacing);
    picture ??= await validationPicture(samples, batch.targets, output.heatmaps.at(-1)!, grid);
    // Between two blocking runs a cancellation has to get through.
    await new Promise(setImmediate);
  }
  return { result: tally.result(), picture };
}
