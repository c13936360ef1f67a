import * as tf from '@tensorflow/tfjs-core';
import type { EngineId } from './types.js';

/** How to bring up one TensorFlow.js backend. */
interface EagerBackend {
  /** Its name in TensorFlow.js. */
  readonly backend: string;
  /** npm packages to load, in order; optional ones, so never imported statically. */
  readonly packages: readonly string[];
  readonly detail: string;
}

const backends: Partial<Record<EngineId, EagerBackend>> = {
  tensorflow: {
    backend: 'tensorflow',
    packages: ['@tensorflow/tfjs-node'],
    detail: 'libtensorflow on the CPU',
  },
  'tensorflow-gpu': {
    backend: 'tensorflow',
    packages: ['@tensorflow/tfjs-node-gpu'],
    detail: 'libtensorflow with CUDA 11',
  },
  webgpu: {
    backend: 'webgpu',
    packages: ['webgpu', '@tensorflow/tfjs-backend-webgpu'],
    detail: 'TensorFlow.js on WebGPU through Dawn',
  },
  wasm: {
    backend: 'wasm',
    packages: ['@tensorflow/tfjs-backend-wasm'],
    detail: 'TensorFlow.js on WebAssembly, one thread',
  },
  cpu: {
    backend: 'cpu',
    packages: ['@tensorflow/tfjs-backend-cpu'],
    detail: 'TensorFlow.js in plain JavaScript; for tests, very slow',
  },
};

export interface LoadedBackend {
  readonly backend: string;
  readonly detail: string;
}

const loading = new Map<EngineId, Promise<LoadedBackend>>();

/**
 * Loads and initialises the TensorFlow.js backend of an engine.
 *
 * @throws Error saying in one clause why it is not available
 */
export function loadBackend(engine: EngineId): Promise<LoadedBackend> {
  const known = loading.get(engine) ?? load(engine);
  loading.set(engine, known);
  return known;
}

async function load(engine: EngineId): Promise<LoadedBackend> {
  const wanted = backends[engine];
  if (wanted === undefined) throw new Error(`${engine} is not a TensorFlow.js engine`);
  // Without this TensorFlow.js advertises its native backend on the terminal.
  tf.enableProdMode();
  const previous = tf.engine().backendName;
  for (const name of wanted.packages) await loadPackage(name);
  if (!(await tf.setBackend(wanted.backend)))
    throw new Error(`TensorFlow.js could not initialise its ${wanted.backend} backend`);
  if (previous) await tf.setBackend(previous);
  return wanted;
}

async function loadPackage(name: string): Promise<void> {
  try {
    // The one backend that always comes along is bundled; the others are looked up when asked for.
    const module =
      name === '@tensorflow/tfjs-backend-cpu'
        ? await import('@tensorflow/tfjs-backend-cpu')
        : await import(name);
    if (name === 'webgpu') provideWebGpu(module as WebGpuPackage);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND')
      throw new Error(`the npm package ${name} is not installed`, { cause: error });
    throw new Error(`the npm package ${name} does not load: ${firstLine(error)}`, { cause: error });
  }
}

interface WebGpuPackage {
  create(options: string[]): object;
  globals: object;
}

/** Dawn brings what a browser would have as globals. */
function provideWebGpu({ create, globals }: WebGpuPackage): void {
  Object.assign(globalThis, globals);
  Object.defineProperty(globalThis.navigator ?? globalThis, 'gpu', { value: create([]), configurable: true });
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0];
}
