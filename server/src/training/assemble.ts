import { createTrainingStep } from '@disc-labeling/models/compile/training-step';
import { createInference } from '@disc-labeling/models/engines';
import type { EngineChoice, Inference } from '@disc-labeling/models/engines/types';
import { defaultThreads } from '@disc-labeling/models/engines/threads';
import { initialWeights } from '@disc-labeling/models/layers-listing';
import type { Model } from '@disc-labeling/models/model';
import { writeModel } from '@disc-labeling/models/weights/folder';
import { targetGrid, trainingBatch } from './batches.js';
import type { SampleBatch } from './batches.js';
import { lossOf } from './config.js';
import type { TrainingConfig } from './config.js';
import { modelCard } from './model-card.js';
import { trainingEngine } from './engine.js';
import { createOptimizer } from './optimizer.js';
import { phantomBatches, validationPhantoms } from './phantom-batches.js';
import type { TrainerParts, Validation } from './trainer.js';
import { validationPicture } from './validation-picture.js';
import { ValidationTally } from './validation.js';

export interface AssembleOptions {
  readonly engine?: EngineChoice;
  readonly threads?: number;
  readonly signal?: AbortSignal;
}

/** Side length of the phantoms a network is trained on. */
const side = 256;

/** Compiles the network's training step and draws the validation set: all that a training needs. */
export async function assembleTraining(
  config: TrainingConfig,
  options: AssembleOptions = {},
): Promise<TrainerParts & { dispose(): Promise<void> }> {
  const { threads = defaultThreads() } = options;
  const engine = trainingEngine(options.engine);
  const { network, training } = config;
  const step = await createTrainingStep(
    network,
    initialWeights(network, training.seed),
    lossOf(config),
    [training.trainBatch, network.inputChannels, side, side],
    { threads },
  );
  const held = await validationPhantoms(config, options.signal);
  return {
    engine,
    step,
    optimizer: createOptimizer(training, step.parameters.length),
    openBatches: (firstStep) => phantomBatches(config, firstStep),
    validate: async (model) => {
      const inference = await createInference(network, model.weights, { engine, threads });
      try {
        return await validate(inference, config, held);
      } finally {
        await inference.dispose();
      }
    },
    saveModel: (folder, model: Model, extraFiles) =>
      writeModel(folder, model, { card: modelCard(model), extraFiles }),
    now: () => performance.now(),
    dispose: () => step.dispose(),
  };
}

/** Runs a network over held-out samples, and draws the first of them. */
export async function validate(
  inference: Inference,
  config: TrainingConfig,
  held: readonly SampleBatch[],
): Promise<Validation> {
  const grid = targetGrid(config.network, side, side);
  const tally = new ValidationTally(grid, lossOf(config));
  let picture: Uint8Array | null = null;
  for (const samples of held) {
    const batch = trainingBatch(samples, config.network, config.training.targetSigma);
    const output = await inference.run(batch.images);
    tally.add(output, batch, samples.discs, samples.spacing);
    picture ??= await validationPicture(samples, batch.targets, output.heatmaps.at(-1)!, grid);
  }
  return { result: tally.result(), picture };
}
