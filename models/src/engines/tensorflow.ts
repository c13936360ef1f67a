import * as tf from '@tensorflow/tfjs-core';
import { registerGradients } from '../layers-gradients.js';
import type { EngineId } from './types.js';
import { webGpuBackend } from './webgpu.js';

interface Package {
  readonly name: string;
  /** Whether it is always there; all others are optional, so never imported statically. */
  readonly bundled?: boolean;
}

/** How to bring up one TensorFlow.js backend. */
interface EagerBackend {
  /** Its name in TensorFlow.js. */
  readonly backend: string;
  /** npm packages to load, in order. */
  readonly packages: readonly Package[];
  /** Whether the first package needs a native part that is fetched on installation. */
  readonly native?: boolean;
  readonly detail: string;
}

export const eagerBackends: Partial<Record<EngineId, EagerBackend>> = {
  tensorflow: {
    backend: 'tensorflow',
    packages: [{ name: '@tensorflow/tfjs-node' }],
    native: true,
    detail: 'libtensorflow on the CPU',
  },
  'tensorflow-gpu': {
    backend: 'tensorflow',
    packages: [{ name: '@tensorflow/tfjs-node-gpu' }],
    native: true,
    detail: 'libtensorflow with CUDA 11',
  },
  webgpu: {
    backend: 'webgpu',
    packages: [{ name: 'webgpu' }, { name: '@tensorflow/tfjs-backend-webgpu' }],
    detail: 'TensorFlow.js on WebGPU through Dawn',
  },
  wasm: {
    backend: 'wasm',
    packages: [{ name: '@tensorflow/tfjs-backend-wasm' }],
    detail: 'TensorFlow.js on WebAssembly, one thread',
  },
  cpu: {
    backend: 'cpu',
    packages: [{ name: '@tensorflow/tfjs-backend-cpu', bundled: true }],
    detail: 'TensorFlow.js in plain JavaScript; for tests, very slow',
  },
};

const loading = new Map<EngineId, Promise<string>>();

/**
 * Loads and initialises the TensorFlow.js backend of an engine.
 *
 * @returns the backend's name in TensorFlow.js
 * @throws Error saying in one clause why it is not available
 */
export function loadBackend(engine: EngineId): Promise<string> {
  const known = loading.get(engine) ?? load(engine);
  loading.set(engine, known);
  return known;
}

async function load(engine: EngineId): Promise<string> {
  const wanted = eagerBackends[engine];
  if (wanted === undefined) throw new Error(`${engine} is not a TensorFlow.js engine`);
  // Without this TensorFlow.js advertises its native backend on the terminal.
  tf.enableProdMode();
  const previous = tf.engine().backendName;
  for (const { name } of wanted.packages) await loadPackage(name);
  // TensorFlow.js's native packages load all of it, its own derivatives included.
  registerGradients();
  if (!(await tf.setBackend(wanted.backend)))
    throw new Error(`TensorFlow.js could not initialise its ${wanted.backend} backend`);
  if (previous) await tf.setBackend(previous);
  return wanted.backend;
}

async function loadPackage(name: string): Promise<void> {
  try {
    // The one backend that always comes along is bundled; the others are looked up when asked for.
    const module =
      name === '@tensorflow/tfjs-backend-cpu'
        ? await import('@tensorflow/tfjs-backend-cpu')
        : await import(name);
    if (name === '@tensorflow/tfjs-backend-webgpu') {
      // Made first, as TensorFlow.js keeps the reasons of failures to itself.
      const backend = await webGpuBackend(module);
      tf.registerBackend('webgpu', () => backend, 0);
    }
  } catch (error) {
    throw new Error(`the npm package ${name} does not load: ${firstLine(error)}`, { cause: error });
  }
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0];
}
