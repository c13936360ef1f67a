import * as tf from '@tensorflow/tfjs-core';
import { float, type Value } from './graph.js';
import { physicalShape, type Entry, type Layout, type Recorder } from './recorder.js';
import type { RecordedKernel } from './kernels.js';

type Fold = (a: number, b: number) => number;

/** A binary operator with numpy's broadcasting; what is uniform is computed at once. */
function binary(op: string, fold: Fold, neutral: { left?: number; right?: number }): RecordedKernel {
  return (recorder, inputs) => {
    const [a, b] = [recorder.entry(inputs.a), recorder.entry(inputs.b)];
    const shape = tf.broadcast_util.assertAndGetBroadcastShape([...a.shape], [...b.shape]);
    const layout = commonLayout(a, b, shape.length);
    if (a.uniform !== undefined && b.uniform !== undefined)
      return recorder.tensor({ shape, layout, uniform: fold(a.uniform, b.uniform) });
    if (op === 'Mul' && (a.uniform === 0 || b.uniform === 0))
      return recorder.tensor({ shape, layout, uniform: 0 });
    const left = operand(recorder, a, shape.length, layout);
    const right = operand(recorder, b, shape.length, layout);
    if (b.uniform !== undefined && b.uniform === neutral.right) return recorder.result(left, shape, layout);
    if (a.uniform !== undefined && a.uniform === neutral.left) return recorder.result(right, shape, layout);
    return recorder.result(recorder.graph.node(op, [left, right], broadcast(left, right)), shape, layout);
  };
}

/** The layout of the operand with four dimensions; a uniform one adapts to the other. */
function commonLayout(a: Entry, b: Entry, rank: number): Layout {
  if (rank < 4) return 'plain';
  const [first] = [a, b]
    .filter((e) => e.shape.length === 4)
    .sort((x, y) => +(x.value === undefined) - +(y.value === undefined));
  return first.layout;
}

/** An operand's value with its axes where `layout` wants them, not enlarged. */
function operand(recorder: Recorder, entry: Entry, rank: number, layout: Layout): Value {
  if (entry.value === undefined) return recorder.graph.scalar(entry.uniform!);
  if (entry.shape.length === rank) {
    if (entry.layout !== layout) throw new Error('a filter and a feature map met in one operation');
    return entry.value;
  }
  if (entry.shape.length === 0) return entry.value;
  const padded = [...Array<number>(rank - entry.shape.length).fill(1), ...entry.shape];
  if (entry.shape.filter((size) => size > 1).length > 1 || entry.value.shape.length !== entry.shape.length)
    throw new Error(`shape ${entry.shape.join()} cannot be broadcast to a feature map`);
  return reshaped(recorder, entry.value, physicalShape(padded, layout));
}

export function reshaped({ graph }: Recorder, value: Value, shape: readonly number[]): Value {
  return graph.reshape(value, shape);
}

function broadcast(a: Value, b: Value): number[] {
  return tf.broadcast_util.assertAndGetBroadcastShape([...a.shape], [...b.shape]);
}

function unary(op: string, fold: (x: number) => number, attributes = {}): RecordedKernel {
  return (recorder, inputs) => {
    const entry = recorder.entry(inputs.x);
    const { shape, layout, value } = entry;
    if (value === undefined) return recorder.tensor({ shape, layout, uniform: fold(entry.uniform!) });
    return recorder.result(recorder.graph.node(op, [value], value.shape, { attributes }), shape, layout);
  };
}

export const add = binary('Add', (a, b) => a + b, { left: 0, right: 0 });
export const subtract = binary('Sub', (a, b) => a - b, { right: 0 });
export const multiply = binary('Mul', (a, b) => a * b, { left: 1, right: 1 });
export const divide = binary('Div', (a, b) => a / b, { right: 1 });

export const negate = unary('Neg', (x) => -x);
export const squareRoot = unary('Sqrt', Math.sqrt);
export const sigmoid = unary('Sigmoid', (x) => 1 / (1 + Math.exp(-x)));
export const relu = unary('Relu', (x) => Math.max(x, 0));
/** The slope takes every positive number beyond 1, where the operator clips: one pass instead of two. */
export const step = unary('HardSigmoid', (x) => (x > 0 ? 1 : 0), { alpha: float(3e38), beta: float(0) });

export const square: RecordedKernel = (recorder, inputs, attrs) =>
  multiply(recorder, { a: inputs.x, b: inputs.x }, attrs);

export const addN: RecordedKernel = (recorder, inputs, attrs) =>
  Object.values(inputs).reduce((a, b) => add(recorder, { a, b }, attrs) as tf.TensorInfo);
