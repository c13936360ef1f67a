import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import * as ort from 'onnxruntime-node';
import { Graph } from '../compile/graph.js';
import { encodeOnnx } from '../compile/onnx.js';
import { createSession } from './onnxruntime.js';
import { isOnnxRuntime, type OnnxRuntimeEngine } from './providers.js';
import { loadBackend } from './tensorflow.js';
import type { EngineId, EngineStatus } from './types.js';

const results = new Map<EngineId, Promise<EngineStatus>>();

/** Whether an engine works here, found out by using it; asked once per process. */
export function probe(id: EngineId): Promise<EngineStatus> {
  const known = results.get(id) ?? attempt(id);
  results.set(id, known);
  return known;
}

async function attempt(id: EngineId): Promise<EngineStatus> {
  try {
    const detail = isOnnxRuntime(id) ? await tryOnnxRuntime(id) : (await loadBackend(id)).detail;
    return { id, available: true, detail };
  } catch (error) {
    return { id, available: false, detail: shortReason(error) };
  }
}

const onnxRuntimeDetails: Record<OnnxRuntimeEngine, string> = {
  'onnxruntime-cpu': 'ONNX Runtime on the CPU',
  'onnxruntime-webgpu': 'ONNX Runtime on a graphics processor through WebGPU',
  'onnxruntime-cuda': 'ONNX Runtime on an NVIDIA graphics processor',
  'onnxruntime-directml': 'ONNX Runtime on a graphics processor through DirectML',
  'onnxruntime-coreml': "ONNX Runtime on Apple's processors through Core ML",
};

/** Runs a graph of one addition. */
async function tryOnnxRuntime(engine: OnnxRuntimeEngine): Promise<string> {
  if (engine === 'onnxruntime-cuda' && !hasCudaLibrary())
    throw new Error("ONNX Runtime's CUDA library is not installed beside its CPU library");
  const graph = new Graph();
  const x = graph.input('x', [1]);
  graph.output('y', graph.node('Add', [x, x], [1]));
  const session = await createSession(encodeOnnx(graph), engine, 1);
  await session.run({ x: new ort.Tensor('float32', Float32Array.of(1), [1]) });
  await session.release();
  return onnxRuntimeDetails[engine];
}

/** ONNX Runtime prints to the terminal when it misses this library, so it is looked for first. */
function hasCudaLibrary(): boolean {
  const { platform, arch } = process;
  const name = platform === 'win32' ? 'onnxruntime_providers_cuda.dll' : 'libonnxruntime_providers_cuda.so';
  const main = createRequire(import.meta.url).resolve('onnxruntime-node');
  return existsSync(join(dirname(main), '..', 'bin', 'napi-v6', platform, arch, name));
}

function shortReason(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  if (/WebGpuContext.*adapter/s.test(message)) return 'no graphics processor answers through WebGPU';
  return message.split('\n')[0].slice(0, 200);
}
