import * as ort from 'onnxruntime-node';
import { Graph, int, ints, type Value } from './graph.js';
import { encodeOnnx } from './onnx.js';

/**
 * ONNX Runtime's blocked layout: channels in blocks as wide as a vector register, `[n, c / b, h, w, b]`. Its 3x3
 * convolutions there need no windows laid out and run up to twice as fast; the optimiser uses them only for
 * constant weights, so training asks for them itself.
 */
const domain = 'com.microsoft.nchwc';

/** Whether a 3x3 convolution of these shapes can run blocked. */
export function canBlock(blockSize: number | null, weights: readonly number[]): blockSize is number {
  return blockSize !== null && weights[0] % blockSize === 0 && weights[1] % blockSize === 0;
}

export interface BlockedFilter {
  /** `[out, in, 3, 3]`, elements in blocked order. */
  readonly filter: Value;
  readonly channels: number;
}

/*
 * ONNX Runtime moves single axes and whole blocks of numbers three times faster than it reorders many axes at once,
 * hence two steps each.
 */

/** `[out, in, 3, 3]` in the order of blocked convolutions: output block, input block, place, input, output. */
export function blockFilter(graph: Graph, weights: Value, b: number): BlockedFilter {
  const [out, input] = weights.shape;
  const outputsLast = graph.transpose(graph.reshape(weights, [out, 9 * input]), 1, 0);
  const split = graph.reshape(outputsLast, [input / b, b, 9, out / b, b]);
  const blocked = graph.transpose(split, 3, 0, 2, 1, 4);
  return { filter: graph.reshape(blocked, weights.shape), channels: out };
}

/** The same for the filter transposed and turned around, which the gradient by the input needs. */
export function blockTransposedFilter(graph: Graph, weights: Value, b: number): BlockedFilter {
  const [out, input] = weights.shape;
  const placesFirst = graph.transpose(graph.reshape(weights, [out * input, 9]), 1, 0);
  const backwards = graph.integers(8, 7, 6, 5, 4, 3, 2, 1, 0);
  const turned = graph.node('Gather', [placesFirst, backwards], placesFirst.shape);
  const split = graph.reshape(turned, [9, out / b, b, input / b, b]);
  const blocked = graph.transpose(split, 3, 1, 0, 2, 4);
  return { filter: graph.reshape(blocked, [input, out, 3, 3]), channels: input };
}

/** 3x3, stride 1, padding 1, from and to the ordinary layout. */
export function blockedConvolution(
  graph: Graph,
  x: Value,
  { filter, channels }: BlockedFilter,
  bias: Value | null,
): Value {
  const [n, , h, w] = x.shape;
  const shape = [n, channels, h, w];
  const blocked = graph.node('ReorderInput', [x], x.shape, { domain });
  const attributes = { kernel_shape: ints(3, 3), strides: ints(1, 1), pads: ints(1, 1, 1, 1) };
  const inputs = bias ? [blocked, filter, bias] : [blocked, filter];
  const y = graph.node('Conv', inputs, shape, { domain, attributes });
  return graph.node('ReorderOutput', [y], shape, { domain, attributes: { channels: int(channels) } });
}

let known: Promise<number | null> | undefined;

/** Channels per block on this processor, found out by trying; null where blocked convolutions do not work. */
export function blockSize(): Promise<number | null> {
  known ??= findBlockSize();
  return known;
}

async function findBlockSize(): Promise<number | null> {
  for (const candidate of [16, 8]) {
    // A wrong guess gives wrong numbers, a missing operator an error.
    if ((await deviation(candidate).catch(() => Infinity)) < 1e-4) return candidate;
  }
  return null;
}

/** How far a blocked convolution is from the ordinary one, should the processor's blocks be this wide. */
async function deviation(candidate: number): Promise<number> {
  const channels = 32;
  const size = 5;
  const graph = new Graph();
  const x = graph.input('x', [1, channels, size, size]);
  const w = graph.input('w', [channels, channels, 3, 3]);
  const attributes = { kernel_shape: ints(3, 3), pads: ints(1, 1, 1, 1) };
  graph.output('plain', graph.node('Conv', [x, w], x.shape, { attributes }));
  graph.output('blocked', blockedConvolution(graph, x, blockFilter(graph, w, candidate), null));
  const session = await ort.InferenceSession.create(encodeOnnx(graph), {
    graphOptimizationLevel: 'disabled',
    intraOpNumThreads: 1,
    logSeverityLevel: 4,
  });
  const numbers = (shape: readonly number[]) =>
    new ort.Tensor(
      'float32',
      Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => Math.sin(i * i)),
      [...shape],
    );
  const { plain, blocked } = await session.run({ x: numbers(x.shape), w: numbers(w.shape) });
  await session.release();
  const expected = plain.data as Float32Array;
  return (blocked.data as Float32Array).reduce((most, y, i) => Math.max(most, Math.abs(y - expected[i])), 0);
}
