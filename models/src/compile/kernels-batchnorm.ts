import type * as tf from '@tensorflow/tfjs-core';
import { batchNormEpsilon } from '../batchnorm.js';
import { float, type Value } from './graph.js';
import { reshaped, step } from './kernels-elementwise.js';
import { sumOver } from './kernels-shape.js';
import type { RecordedKernel } from './kernels.js';
import type { Recorder } from './recorder.js';

/** Physical axes of batch, rows and columns. */
const reduced = [0, 2, 3];

/** What both directions need: the centred input and statistics as `[1, c, 1, 1]`. */
interface Centred {
  /** The input minus its mean as first computed. */
  readonly centred: Value;
  /** What that first mean missed by rounding: the mean of `centred`. */
  readonly rest: Value;
  readonly mean: Value;
  readonly variance: Value;
  /** 1 / sqrt(variance + epsilon) */
  readonly inverse: Value;
}

/**
 * Centring before squaring, and then averaging once more what is left, keeps the precision that a sum of
 * thousands of single-precision numbers loses: otherwise single rectifiers decide differently than in double
 * precision. Asking again in the backward pass yields the same nodes, as equal nodes are made once.
 */
function centre(recorder: Recorder, x: Value): Centred {
  const { graph } = recorder;
  const small = [1, x.shape[1], 1, 1];
  const tiny = (op: string, ...inputs: Value[]) => graph.node(op, inputs, small);
  const perElement = graph.scalar(x.shape[1] / x.shape.reduce((a, b) => a * b));
  const average = (value: Value, first?: string) =>
    tiny('Mul', sumOver(recorder, value, reduced, first), perElement);
  const roughMean = average(x);
  const centred = graph.node('Sub', [x, roughMean], x.shape);
  const rest = average(centred);
  const variance = tiny('Sub', average(centred, 'ReduceSumSquare'), tiny('Mul', rest, rest));
  const deviation = tiny('Sqrt', tiny('Add', variance, graph.scalar(batchNormEpsilon)));
  return {
    centred,
    rest,
    mean: tiny('Add', roughMean, rest),
    variance,
    inverse: tiny('Reciprocal', deviation),
  };
}

/** x · factor + offset per channel, one pass. */
function affine(recorder: Recorder, x: Value, factor: Value, offset: Value): Value {
  const { graph } = recorder;
  const channels = [x.shape[1]];
  const zeros = graph.floats(new Float32Array(x.shape[1]), channels);
  const ones = graph.floats(new Float32Array(x.shape[1]).fill(1), channels);
  const inputs = [x, reshaped(recorder, factor, channels), reshaped(recorder, offset, channels), zeros, ones];
  return graph.node('BatchNormalization', inputs, x.shape, { attributes: { epsilon: float(0) } });
}

/** Batch norm in training; see `batchnorm.ts` for inputs and outputs. */
export const batchNorm: RecordedKernel = (recorder, inputs, attrs) => {
  const { graph } = recorder;
  const x = recorder.value(inputs.x);
  const small = [1, x.shape[1], 1, 1];
  const { centred, rest, mean, variance, inverse } = centre(recorder, x);
  const [scale, offset] = [inputs.scale, inputs.offset].map((t) =>
    reshaped(recorder, recorder.value(t), small),
  );
  const factor = graph.node('Mul', [scale, inverse], small);
  const restScaled = graph.node('Mul', [rest, factor], small);
  let y = affine(recorder, centred, factor, graph.node('Sub', [offset, restScaled], small));
  if (inputs.skip) y = graph.node('Add', [y, recorder.value(inputs.skip)], y.shape);
  if (attrs.relu) y = graph.node('Relu', [y], y.shape);
  const vector = (value: Value) => recorder.result(reshaped(recorder, value, [x.shape[1]]), [x.shape[1]]);
  return [recorder.result(y, inputs.x.shape), vector(mean), vector(variance)];
};

/**
 * With g = dy behind the rectifier, s = Σg, u = x - mean, t = Σ(g·u), a = scale · inverse and m values per
 * channel: dx = a·g - (a · inverse² · t / m)·u - a·s/m.
 */
export const batchNormGrad: RecordedKernel = (recorder, inputs, attrs) => {
  const { graph } = recorder;
  const x = recorder.value(inputs.x);
  const channels = x.shape[1];
  const small = [1, channels, 1, 1];
  const multiply = (a: Value, b: Value) => graph.node('Mul', [a, b], small);
  const { centred, rest, inverse } = centre(recorder, x);
  const slope = attrs.relu ? rectified(recorder, inputs.dy, inputs.y) : recorder.value(inputs.dy);
  const slopes = sumOver(recorder, slope, reduced);
  const subtract = (a: Value, b: Value) => graph.node('Sub', [a, b], small);
  const onRough = sumOver(recorder, graph.node('Mul', [slope, centred], x.shape), reduced);
  const products = subtract(onRough, multiply(slopes, rest));
  const factor = multiply(reshaped(recorder, recorder.value(inputs.scale), small), inverse);
  const perElement = graph.scalar((-1 * channels) / x.shape.reduce((a, b) => a * b));
  const perValue = multiply(factor, perElement);
  const onCentred = multiply(multiply(multiply(inverse, inverse), products), perValue);
  const constant = subtract(multiply(slopes, perValue), multiply(onCentred, rest));
  const correction = affine(recorder, centred, onCentred, constant);
  const dx = graph.node('Add', [graph.node('Mul', [slope, factor], x.shape), correction], x.shape);
  const vector = (value: Value) => recorder.result(reshaped(recorder, value, [channels]), [channels]);
  return [
    recorder.result(dx, inputs.x.shape),
    vector(multiply(products, inverse)),
    vector(slopes),
    recorder.result(slope, inputs.x.shape),
  ];
};

/** The slope where the rectifier let something through. */
function rectified(recorder: Recorder, dy: tf.TensorInfo, y: tf.TensorInfo): Value {
  const slope = recorder.value(dy);
  const mask = recorder.value(step(recorder, { x: y }, {}) as tf.TensorInfo);
  return recorder.graph.node('Mul', [slope, mask], slope.shape);
}

/** Batch norm with given statistics. */
export const fusedBatchNorm: RecordedKernel = (recorder, inputs, attrs) => {
  const { x, scale, offset, mean, variance } = inputs;
  const value = recorder.value(x);
  const parameters = [scale, offset, mean, variance].map((t) => recorder.value(t));
  const attributes = { epsilon: float(attrs.varianceEpsilon as number) };
  return recorder.result(
    recorder.graph.node('BatchNormalization', [value, ...parameters], value.shape, { attributes }),
    x.shape,
  );
};
