import { cpus } from 'node:os';
import * as ort from 'onnxruntime-node';
import { Graph } from '../compile/graph.js';
import { encodeOnnx } from '../compile/onnx.js';
import { lightNetwork } from '../config.js';
import { initialWeights } from '../layers-listing.js';
import { EagerInference } from './eager.js';
import { createSession, OnnxRuntimeInference } from './onnxruntime.js';
import { isOnnxRuntime, type OnnxRuntimeEngine } from './providers.js';
import { eagerBackends, loadBackend } from './tensorflow.js';
import type { EngineId, Float32Tensor, ImageBatch, Inference } from './types.js';
import { webGpuDevice } from './webgpu.js';

/* What is found out by using an engine. Runs in a process of its own where it can (see `probe.ts`). */

/** An engine that answered. */
export interface Examination {
  /** The processor it computes on, where that is known. */
  readonly device: string | null;
  /** Whether a graphics engine in truth computes on the CPU. */
  readonly software: boolean;
}

/** How an engine did on a real network, beside ONNX Runtime's CPU provider. */
export interface Trial {
  /** Milliseconds for one image of 256 x 256 through the light network. */
  readonly milliseconds: number;
  readonly cpuMilliseconds: number;
  /** Largest difference between the two engines' heat maps, as a share of their largest value. */
  readonly deviation: number;
}

/** Brings an engine up and lets it add two numbers. @throws Error saying why it does not work */
export async function examine(engine: EngineId): Promise<Examination> {
  if (isOnnxRuntime(engine)) await addNumbers(engine);
  else await loadBackend(engine);
  if (engine === 'webgpu' || engine === 'onnxruntime-webgpu') {
    const device = await webGpuDevice();
    return { device: device?.name ?? null, software: device?.software ?? false };
  }
  const onCpu = engine === 'onnxruntime-cpu' || (eagerBackends[engine] && engine !== 'tensorflow-gpu');
  return { device: onCpu ? (cpus()[0]?.model.trim() ?? null) : null, software: false };
}

async function addNumbers(engine: OnnxRuntimeEngine): Promise<void> {
  const graph = new Graph();
  const x = graph.input('x', [1]);
  graph.output('y', graph.node('Add', [x, x], [1]));
  const session = await createSession(encodeOnnx(graph), engine, 1);
  await session.run({ x: new ort.Tensor('float32', Float32Array.of(1), [1]) });
  await session.release();
}

/** Lets an engine that answered run a whole network, and the CPU beside it. */
export async function compareWithCpu(engine: EngineId, threads: number): Promise<Trial> {
  const config = lightNetwork();
  const weights = initialWeights(config, 1);
  const data = Float32Array.from({ length: 256 * 256 }, (_, i) => 0.5 + 0.5 * Math.sin(i / 9));
  const images: ImageBatch = { data, shape: [1, 1, 256, 256] };
  const inThisProcess: Inference = isOnnxRuntime(engine)
    ? new OnnxRuntimeInference(engine, config, weights, threads)
    : new EagerInference(engine, await loadBackend(engine), config, weights);
  const candidate = await timed(inThisProcess, images);
  const cpu = await timed(new OnnxRuntimeInference('onnxruntime-cpu', config, weights, threads), images);
  return {
    milliseconds: candidate.milliseconds,
    cpuMilliseconds: cpu.milliseconds,
    deviation: deviation(candidate.map, cpu.map),
  };
}

async function timed(inference: Inference, images: ImageBatch) {
  const times: number[] = [];
  let map: Float32Tensor | undefined;
  // The first run makes sessions and shaders.
  for (let run = 0; run < 4; run++) {
    const start = performance.now();
    map = (await inference.run(images, { stacks: 'last' })).heatmaps[0];
    if (run > 0) times.push(performance.now() - start);
  }
  await inference.dispose();
  return { map: map!, milliseconds: Math.min(...times) };
}

function deviation(a: Float32Tensor, b: Float32Tensor): number {
  let [difference, largest] = [0, 0];
  for (let i = 0; i < b.data.length; i++) {
    const error = Math.abs(a.data[i]! - b.data[i]!);
    if (!(error <= difference)) difference = error;
    largest = Math.max(largest, Math.abs(b.data[i]!));
  }
  return difference / largest;
}
