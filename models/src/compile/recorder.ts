import * as tf from '@tensorflow/tfjs-core';
import { Graph, type Value } from './graph.js';

/**
 * How the axes of a tensor lie in the graph. Four-dimensional tensors are kept as PyTorch and ONNX keep
 * them: feature maps `[n, h, w, c]` as `[n, c, h, w]`, filters `[h, w, in, out]` as `[out, in, h, w]`.
 */
export type Layout = 'plain' | 'map' | 'filter';

/** Position of each physical axis in the logical shape. */
const physicalAxes = { map: [0, 3, 1, 2], filter: [3, 2, 0, 1] } as const;

/** What the recorder knows of one tfjs tensor. */
export interface Entry {
  /** As tfjs sees it. */
  readonly shape: readonly number[];
  readonly layout: Layout;
  /** Every element has this value; nothing is in the graph. */
  readonly uniform?: number;
  /**
   * The value in the graph. Where its shape has a 1 and the tensor has not, it is meant to be
   * repeated: broadcasting is left to the operator that uses it.
   */
  readonly value?: Value;
}

export function physicalShape(shape: readonly number[], layout: Layout): number[] {
  return layout === 'plain' ? [...shape] : physicalAxes[layout].map((axis) => shape[axis]);
}

/** Physical axis of each logical one. */
export function physicalAxis(axis: number, layout: Layout): number {
  return layout === 'plain' ? axis : physicalAxes[layout].indexOf(axis as never);
}

const defaultLayout = (shape: readonly number[]): Layout => (shape.length === 4 ? 'map' : 'plain');

export interface RecordOptions {
  /** Channels per block for blocked convolutions (see `blocked.ts`); null for none. */
  readonly blockSize?: number | null;
  /** Leaves out operators that only ONNX Runtime's CPU provider has. Default false. */
  readonly portable?: boolean;
}

/** A tfjs backend whose kernels write down what would have to be computed. */
export class Recorder extends tf.KernelBackend {
  graph = new Graph();
  /** Channels per block where convolutions shall run blocked (see `blocked.ts`), or null. */
  blockSize: number | null = null;
  /** Nothing but operators that providers for graphics processors have too. */
  portable = false;
  private readonly entries = new WeakMap<object, Entry>();

  /** Starts a new graph; tensors of earlier ones become meaningless. */
  begin({ blockSize = null, portable = false }: RecordOptions): Graph {
    this.blockSize = blockSize;
    this.portable = portable;
    this.graph = new Graph();
    return this.graph;
  }

  entry(tensor: tf.TensorInfo): Entry {
    const entry = this.entries.get(tensor.dataId);
    if (entry === undefined) throw new Error('a tensor of another backend entered the recording');
    return entry;
  }

  /** The tensor's value in the graph at its full size. */
  value(tensor: tf.TensorInfo): Value {
    return this.full(this.entry(tensor));
  }

  full(entry: Entry): Value {
    const shape = physicalShape(entry.shape, entry.layout);
    const value = entry.value ?? this.graph.scalar(entry.uniform!);
    if (tf.util.arraysEqual([...value.shape], shape)) return value;
    return this.graph.node('Expand', [value, this.graph.integers(...shape)], shape);
  }

  /** A fresh tensor; kernels must never hand back their input. */
  tensor(entry: Entry): tf.TensorInfo {
    const dataId = {};
    this.entries.set(dataId, entry);
    return { dataId, shape: [...entry.shape], dtype: 'float32' };
  }

  /** A fresh tensor for a value in the graph. */
  result(value: Value, shape: readonly number[], layout: Layout = defaultLayout(shape)): tf.TensorInfo {
    return this.tensor({ shape, layout, value });
  }

  /** A tfjs tensor that stands for `value` of the graph. */
  placeholder(value: Value, shape: readonly number[], layout: Layout = defaultLayout(shape)): tf.Tensor {
    return tf.engine().makeTensorFromTensorInfo(this.result(value, shape, layout), this);
  }

  override write(values: tf.BackendValues, shape: number[]): object {
    const data = Float32Array.from(values as ArrayLike<number>);
    const layout = defaultLayout(shape);
    const uniform = data.every((x) => x === data[0]) ? data[0] : undefined;
    if (uniform !== undefined) return this.tensor({ shape, layout, uniform }).dataId;
    if (layout !== 'plain' && shape.filter((size) => size > 1).length > 1)
      throw new Error(`constants of shape ${shape.join()} are not laid out by the recorder`);
    return this.result(this.graph.floats(data, physicalShape(shape, layout)), shape, layout).dataId;
  }

  override disposeData(): boolean {
    return true;
  }

  override numDataIds(): number {
    return 0;
  }

  override incRef(): void {}

  override refCount(): number {
    return 1;
  }

  override floatPrecision(): 32 {
    return 32;
  }

  override epsilon(): number {
    return 1e-7;
  }

  override dispose(): void {}

  override memory(): { unreliable: boolean } {
    return { unreliable: true };
  }

  override readSync(): never {
    throw new Error('a recording has no values yet');
  }

  override read(): never {
    throw new Error('a recording has no values yet');
  }
}

const backendName = 'onnx-recorder';
let recorder: Recorder | undefined;

/** Runs `body` with the recorder as tfjs's backend and a new graph. Synchronous; not reentrant. */
export function record(
  registerKernels: (name: string) => void,
  body: (recorder: Recorder) => void,
  options: RecordOptions = {},
): Graph {
  if (recorder === undefined) {
    recorder = new Recorder();
    const instance = recorder;
    tf.registerBackend(backendName, () => instance, 0);
    registerKernels(backendName);
  }
  const engine = tf.engine();
  const previous = engine.backendName;
  // Synchronous for backends that are made synchronously; the promise holds nothing to wait for.
  void tf.setBackend(backendName);
  try {
    const graph = recorder.begin(options);
    const current = recorder;
    engine.tidy(() => body(current));
    return graph;
  } finally {
    if (previous) void tf.setBackend(previous);
  }
}
