import { createTrainingStep } from '../compile/training-step.js';
import type { NetworkConfig } from '../config.js';
import { UserError } from '../errors.js';
import type { Weights } from '../model.js';
import type { LossConfig, Norms, TrainingStep } from '../training.js';
import { PartedTrainingStep } from '../parts/step.js';
import { canTrain, cpuEngine } from './choice.js';
import { EagerTrainingStep } from './eager-training.js';
import { announcedEngine } from './index.js';
import { isOnnxRuntime } from './providers.js';
import { SteadyTrainingStep } from './steady-training.js';
import { loadBackend } from './tensorflow.js';
import { defaultThreads } from './threads.js';
import type { EngineId, ImageBatch, InferenceOptions } from './types.js';

/** A training step that knows what it runs on. */
export interface EngineTrainingStep extends TrainingStep {
  /** Changes when the CPU takes over. */
  readonly engine: EngineId;
}

export interface EngineTrainingOptions extends InferenceOptions {
  /** Parts in which each batch is computed, each with batch norms of its own; default 1, at most its images. */
  readonly parts?: number;
  /** Default: `batch`. */
  readonly norms?: Norms;
}

/**
 * Forward pass, loss and gradients of a network for one batch shape on the engine asked for: compiled where ONNX
 * Runtime computes, operation by operation on TensorFlow.js's backends. Should the engine fail at work, the batch
 * is repeated and training goes on from the same parameters on the CPU.
 *
 * @param weights start values of all parameters and running statistics (copied)
 * @param batchShape `[n, channels, height, width]` of every batch
 * @throws UserError when the engine asked for is not available here, or can only infer
 */
export async function createEngineTrainingStep(
  config: NetworkConfig,
  weights: Weights,
  lossConfig: LossConfig,
  batchShape: ImageBatch['shape'],
  options: EngineTrainingOptions = {},
): Promise<EngineTrainingStep> {
  const { engine: choice = 'auto', threads = defaultThreads(), parts = 1, norms } = options;
  if (choice !== 'auto' && !canTrain(choice))
    throw new UserError('cannot train', `${choice} has no derivatives of convolutions; use another --engine`);
  const openWhole = async (
    engine: EngineId,
    from: Weights,
    shape: ImageBatch['shape'],
  ): Promise<TrainingStep> =>
    isOnnxRuntime(engine)
      ? createTrainingStep(config, from, lossConfig, shape, { engine, threads, norms })
      : new EagerTrainingStep(await loadBackend(engine), config, from, lossConfig, norms);
  const open = (engine: EngineId, from: Weights): Promise<TrainingStep> =>
    parts === 1
      ? openWhole(engine, from, batchShape)
      : PartedTrainingStep.open(config, from, lossConfig, batchShape, {
          parts,
          threads,
          norms,
          beside: engine === cpuEngine,
          openHere: (weights, shape) => openWhole(engine, weights, shape),
        });
  return SteadyTrainingStep.open(await announcedEngine(options), weights, open, options.onNotice);
}
