import type { NetworkConfig } from '../config.js';
import { UserError } from '../errors.js';
import type { Weights } from '../model.js';
import { EagerInference } from './eager.js';
import { OnnxRuntimeInference } from './onnxruntime.js';
import { probe } from './probe.js';
import { isOnnxRuntime } from './providers.js';
import { defaultThreads } from './threads.js';
import { loadBackend } from './tensorflow.js';
import {
  engineIds,
  type EngineChoice,
  type EngineId,
  type EngineStatus,
  type Inference,
  type InferenceOptions,
} from './types.js';

export { createInferenceInWorker } from './remote.js';
export type * from './types.js';

/**
 * Engines `auto` tries, fastest first. WebGPU has to be asked for (an integrated graphics processor is often
 * slower than the CPU), and so has plain JavaScript.
 */
const preference: readonly EngineId[] = ['onnxruntime-cuda', 'tensorflow-gpu', 'onnxruntime-cpu'];

/** Which engines work on this machine, and why the others do not. */
export async function engineStatuses(): Promise<EngineStatus[]> {
  const statuses: EngineStatus[] = [];
  // One after the other: several of them switch TensorFlow.js's global backend while they start.
  for (const id of engineIds) statuses.push(await probe(id));
  return statuses;
}

/**
 * The engine that a choice means on this machine.
 *
 * @throws UserError when the engine asked for is not available here
 */
export async function chooseEngine(choice: EngineChoice = 'auto'): Promise<EngineId> {
  if (choice !== 'auto') {
    const { available, detail } = await probe(choice);
    if (!available)
      throw new UserError(`cannot use engine ${choice}`, `${detail}; \`engines\` lists what works here`);
    return choice;
  }
  for (const id of preference) if ((await probe(id)).available) return id;
  throw new UserError('cannot run a network', 'no engine works on this machine; `engines` says why');
}

/**
 * A network ready to run in this thread (which it blocks; see `createInferenceInWorker`).
 *
 * @throws UserError when the engine asked for is not available here
 */
export async function createInference(
  config: NetworkConfig,
  weights: Weights,
  { engine: choice = 'auto', threads = defaultThreads() }: InferenceOptions = {},
): Promise<Inference> {
  const engine = await chooseEngine(choice);
  if (isOnnxRuntime(engine)) return new OnnxRuntimeInference(engine, config, weights, threads);
  const { backend } = await loadBackend(engine);
  return new EagerInference(engine, backend, config, weights);
}
