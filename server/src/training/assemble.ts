import { createInference } from '@disc-labeling/models/engines';
import type { EngineChoice, EngineNotice } from '@disc-labeling/models/engines/types';
import { defaultThreads } from '@disc-labeling/models/engines/threads';
import { createEngineTrainingStep } from '@disc-labeling/models/engines/training';
import { throwIfCancelled } from '@disc-labeling/models/errors';
import type { Model } from '@disc-labeling/models/model';
import { writeModel } from '@disc-labeling/models/weights/folder';
import { lossOf } from './config.js';
import type { TrainingConfig } from './config.js';
import { openTrainingData } from './data.js';
import { modelCard } from './model-card.js';
import { createOptimizer } from './optimizer.js';
import { startingWeights } from './initial.js';
import type { TrainerParts } from './trainer.js';
import { validate } from './validate.js';

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
    { engine, threads, onNotice, parts: training.parts, norms: training.norms },
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
