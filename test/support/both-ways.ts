import '@tensorflow/tfjs-backend-cpu';
import * as ort from 'onnxruntime-node';
import * as tf from '@tensorflow/tfjs-core';
import { registerKernels } from '@disc-labeling/models/compile/kernels';
import { encodeOnnx } from '@disc-labeling/models/compile/onnx';
import {
  physicalAxis,
  physicalShape,
  record,
  type Layout,
  type Recorder,
} from '@disc-labeling/models/compile/recorder';
import type { Doubles } from './double-precision.js';

/** A tensor to compute with, as tfjs sees it. */
export interface Given extends Doubles {
  /** How a recording keeps it; default: four dimensions are a feature map. */
  readonly layout?: Layout;
  /** Known while recording: not an input of the graph. */
  readonly constant?: boolean;
}

/** Operations on tensors of the current backend. */
export type Operation = (inputs: readonly tf.Tensor[]) => tf.Tensor[];

const layoutOf = ({ layout, shape }: Given): Layout => layout ?? (shape.length === 4 ? 'map' : 'plain');

/** Where in the graph's order each element of the logical order lies. */
function physicalIndices(shape: readonly number[], layout: Layout): number[] {
  const physical = physicalShape(shape, layout);
  const strides = shape.map((_, axis) =>
    physical.slice(physicalAxis(axis, layout) + 1).reduce((a, b) => a * b, 1),
  );
  return shape.reduce<number[]>(
    (indices, size, axis) =>
      indices.flatMap((i) => Array.from({ length: size }, (_, p) => i + p * strides[axis]!)),
    [0],
  );
}

function toGraph(given: Given): ort.Tensor {
  const layout = layoutOf(given);
  const data = new Float32Array(given.data.length);
  physicalIndices(given.shape, layout).forEach((to, i) => (data[to] = given.data[i]!));
  return new ort.Tensor('float32', data, physicalShape(given.shape, layout));
}

/** Names of the kernels that the recorder knows, sorted. */
export function recordedKernels(): string[] {
  let names: string[] = [];
  record(registerKernels, () => {
    names = tf.getKernelsForBackend(tf.getBackend()).map(({ kernelName }) => kernelName);
  });
  return names.sort();
}

/** Records the operation, runs the graph in ONNX Runtime as training does, and reads results in tfjs's order. */
export async function compiled(
  inputs: readonly Given[],
  operation: Operation,
  options: Parameters<typeof record>[2] = {},
): Promise<Doubles[]> {
  const results: { shape: number[]; layout: Layout }[] = [];
  const place = (recorder: Recorder, given: Given, i: number) => {
    if (given.constant) return tf.tensor([...given.data], [...given.shape]);
    const value = recorder.graph.input(`x${i}`, physicalShape(given.shape, layoutOf(given)));
    return recorder.placeholder(value, given.shape, layoutOf(given));
  };
  const graph = record(
    registerKernels,
    (recorder) =>
      operation(inputs.map((given, i) => place(recorder, given, i))).forEach((result, i) => {
        results.push({ shape: result.shape, layout: recorder.entry(result).layout });
        recorder.graph.output(`y${i}`, recorder.value(result));
      }),
    options,
  );
  const session = await ort.InferenceSession.create(encodeOnnx(graph), {
    graphOptimizationLevel: 'disabled',
    intraOpNumThreads: 1,
  });
  const feeds = Object.fromEntries(inputs.map((given, i) => [`x${i}`, toGraph(given)] as const));
  const wanted = new Set(session.inputNames);
  const outputs = await session.run(
    Object.fromEntries(Object.entries(feeds).filter(([name]) => wanted.has(name))),
  );
  await session.release();
  return results.map(({ shape, layout }, i) => {
    const { data, dims } = outputs[`y${i}`]!;
    if (dims.join() !== physicalShape(shape, layout).join())
      throw new Error(`result ${i} of shape ${shape.join()} came as ${dims.join()}`);
    return { shape, data: Float64Array.from(physicalIndices(shape, layout), (from) => data[from] as number) };
  });
}

/** Runs the operation on tfjs's plain JavaScript backend. */
export async function eager(inputs: readonly Given[], operation: Operation): Promise<Doubles[]> {
  await tf.setBackend('cpu');
  let results: Doubles[] = [];
  tf.tidy(() => {
    const tensors = inputs.map(({ data, shape }) => tf.tensor([...data], [...shape], 'float32'));
    results = operation(tensors).map((result) => ({
      shape: result.shape,
      data: Float64Array.from(result.dataSync()),
    }));
  });
  return results;
}

/** The largest difference of two tensors as a share of the largest element of the second (at least 1e-3). */
export function deviation(actual: Doubles, expected: Doubles): number {
  if (actual.shape.join() !== expected.shape.join())
    throw new Error(`a tensor of shape ${actual.shape.join()} instead of ${expected.shape.join()}`);
  const size = expected.data.reduce((most, x) => Math.max(most, Math.abs(x)), 1e-3);
  // Written so that a NaN counts as infinitely far.
  return actual.data.reduce((most, x, i) => {
    const difference = Math.abs(x - expected.data[i]!) / size;
    return difference <= most ? most : Number.isNaN(difference) ? Infinity : difference;
  }, 0);
}
