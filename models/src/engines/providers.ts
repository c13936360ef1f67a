import type { EngineId } from './types.js';

/** ONNX Runtime's execution provider behind each engine. */
export const executionProviders = {
  'onnxruntime-cpu': 'cpu',
  'onnxruntime-webgpu': 'webgpu',
  'onnxruntime-cuda': 'cuda',
  'onnxruntime-directml': 'dml',
  'onnxruntime-coreml': 'coreml',
} as const satisfies Partial<Record<EngineId, string>>;

export type OnnxRuntimeEngine = keyof typeof executionProviders;

export function isOnnxRuntime(engine: EngineId): engine is OnnxRuntimeEngine {
  return engine in executionProviders;
}
