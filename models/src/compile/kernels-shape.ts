import * as tf from '@tensorflow/tfjs-core';
import { int, ints, type Value } from './graph.js';
import { reshaped } from './kernels-elementwise.js';
import { physicalAxis, physicalShape, type Entry, type Layout, type Recorder } from './recorder.js';
import type { RecordedKernel } from './kernels.js';

/** Identity and Cast: the same value under a fresh tensor. */
export const alias: RecordedKernel = (recorder, { x }) => recorder.tensor(recorder.entry(x));

export const reshape: RecordedKernel = (recorder, { x }, attrs) => {
  const entry = recorder.entry(x);
  const size = tf.util.sizeFromShape([...entry.shape]);
  const shape = tf.util.inferFromImplicitShape(attrs.shape as number[], size);
  const layout: Layout = shape.length === 4 ? (entry.layout === 'filter' ? 'filter' : 'map') : 'plain';
  if (entry.value === undefined) return recorder.tensor({ shape, layout, uniform: entry.uniform });
  if (tf.util.arraysEqual(shape, [...entry.shape])) return recorder.tensor(entry);
  if (!keepsOrder(entry.shape, entry.layout) || !keepsOrder(shape, layout))
    throw new Error(`reshaping ${entry.shape.join()} to ${shape.join()} would move elements`);
  return recorder.result(
    reshaped(recorder, recorder.full(entry), physicalShape(shape, layout)),
    shape,
    layout,
  );
};

/** Whether elements lie in memory in the order of the logical shape: axes of size 1 do not matter. */
function keepsOrder(shape: readonly number[], layout: Layout): boolean {
  const axes = shape.flatMap((size, axis) => (size > 1 ? [physicalAxis(axis, layout)] : []));
  return axes.every((axis, i) => i === 0 || axis > axes[i - 1]);
}

export const concat: RecordedKernel = (recorder, inputs, attrs) => {
  const entries = Object.values(inputs).map((x) => recorder.entry(x));
  const [first] = entries;
  const [axis] = tf.util.parseAxisParam(attrs.axis as number, [...first.shape]);
  const shape = tf.backend_util.computeOutShape(
    entries.map((e) => [...e.shape]),
    axis,
  );
  const physical = physicalShape(shape, first.layout);
  const value = recorder.graph.node(
    'Concat',
    entries.map((e) => recorder.full(e)),
    physical,
    { attributes: { axis: int(physicalAxis(axis, first.layout)) } },
  );
  return recorder.result(value, shape, first.layout);
};

export const split: RecordedKernel = (recorder, { x }, attrs) => {
  const entry = recorder.entry(x);
  const [axis] = tf.util.parseAxisParam(attrs.axis as number, [...entry.shape]);
  const sizes = tf.backend_util.prepareSplitSize(
    { shape: [...entry.shape] } as tf.Tensor,
    attrs.numOrSizeSplits as number | number[],
    axis,
  );
  const shapes = sizes.map((size) => entry.shape.map((old, a) => (a === axis ? size : old)));
  const values = recorder.graph.nodeWithOutputs(
    'Split',
    [recorder.full(entry), recorder.graph.integers(...sizes)],
    shapes.map((shape) => physicalShape(shape, entry.layout)),
    { attributes: { axis: int(physicalAxis(axis, entry.layout)) } },
  );
  return values.map((value, i) => recorder.result(value, shapes[i], entry.layout));
};

export const sum: RecordedKernel = (recorder, { x }, attrs) => {
  const entry = recorder.entry(x);
  const axes = tf.util.parseAxisParam(attrs.axis as number[], [...entry.shape]);
  const kept = keepReduced(entry, axes);
  const shape = attrs.keepDims ? kept : entry.shape.filter((_, axis) => !axes.includes(axis));
  const layout = attrs.keepDims ? entry.layout : 'plain';
  if (entry.value === undefined) {
    const count = axes.reduce((product, axis) => product * entry.shape[axis], 1);
    return recorder.tensor({ shape, layout, uniform: entry.uniform! * count });
  }
  const physical = axes.map((axis) => physicalAxis(axis, entry.layout));
  const total = sumOver(recorder, recorder.full(entry), physical);
  if (attrs.keepDims) return recorder.result(total, shape, layout);
  if (!keepsOrder(kept, entry.layout)) throw new Error('a sum over these axes would transpose its result');
  return recorder.result(reshaped(recorder, total, shape), shape, 'plain');
};

function keepReduced(entry: Entry, axes: readonly number[]): number[] {
  return entry.shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
}

/**
 * Sums over physical axes, which stay as size 1. One axis at a time, the last one first: ONNX Runtime's sums
 * over several axes at once lose accuracy (1e-4 instead of 1e-6).
 */
export function sumOver(
  recorder: Recorder,
  value: Value,
  axes: readonly number[],
  first = 'ReduceSum',
): Value {
  const [last, ...rest] = [...axes].sort((a, b) => b - a);
  const start = last === undefined ? value : reduce(recorder, first, value, last);
  const longer = rest.filter((axis) => value.shape[axis] > 1);
  return longer.reduce((sum, axis) => reduce(recorder, 'ReduceSum', sum, axis), start);
}

/** Opset 17 takes the axes of ReduceSum as an input and those of other reductions as an attribute. */
function reduce(recorder: Recorder, op: string, value: Value, axis: number): Value {
  const { graph } = recorder;
  const shape = value.shape.map((size, a) => (a === axis ? 1 : size));
  if (op === 'ReduceSum')
    return graph.node(op, [value, graph.integers(axis)], shape, { attributes: { keepdims: int(1) } });
  return graph.node(op, [value], shape, { attributes: { keepdims: int(1), axes: ints(axis) } });
}
