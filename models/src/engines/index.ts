import type { NetworkConfig } from '../config.js';
import type { Weights } from '../model.js';
import { automaticChoice, chooseEngine } from './choice.js';
import { EagerInference } from './eager.js';
import { OnnxRuntimeInference } from './onnxruntime.js';
import { isOnnxRuntime } from './providers.js';
import { SteadyInference } from './steady-inference.js';
import { loadBackend } from './tensorflow.js';
import { defaultThreads } from './threads.js';
import type { EngineId, Inference, InferenceOptions } from './types.js';

export { automaticChoice, canTrain, chooseEngine, engineStatuses, type ChosenEngine } from './choice.js';
export { createInferenceInWorker } from './remote.js';
export type * from './types.js';

/**
 * A network ready to run in this thread (which it blocks; see `createInferenceInWorker`). Should its engine fail
 * at work, the CPU takes over.
 *
 * @throws UserError when the engine asked for is not available here
 */
export async function createInference(
  config: NetworkConfig,
  weights: Weights,
  options: InferenceOptions = {},
): Promise<Inference> {
  const { threads = defaultThreads() } = options;
  const engine = await announcedEngine(options);
  return SteadyInference.open(engine, (id) => openInference(id, config, weights, threads), options.onNotice);
}

/** The engine an inference shall run on; what `auto` means is told. */
export async function announcedEngine({
  engine: choice = 'auto',
  onNotice,
}: InferenceOptions): Promise<EngineId> {
  const engine = await chooseEngine(choice);
  if (choice === 'auto') {
    const { reason } = await automaticChoice();
    onNotice?.({ kind: 'chosen', engine, message: `computing with ${engine}: ${reason}` });
  }
  return engine;
}

/** The bare network on one engine, which is known to work here. */
export async function openInference(
  engine: EngineId,
  config: NetworkConfig,
  weights: Weights,
  threads: number,
): Promise<Inference> {
  if (isOnnxRuntime(engine)) return new OnnxRuntimeInference(engine, config, weights, threads);
  return new EagerInference(engine, await loadBackend(engine), config, weights);
}
