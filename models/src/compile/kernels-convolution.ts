import type * as tf from '@tensorflow/tfjs-core';
import { blockedConvolution, blockFilter, blockTransposedFilter, canBlock } from './blocked.js';
import { int, ints, microsoftDomain, type Value } from './graph.js';
import { reshaped } from './kernels-elementwise.js';
import type { RecordedKernel } from './kernels.js';
import type { Recorder } from './recorder.js';

/** Square kernels, equal strides and paddings on all sides: what the network uses. */
interface Geometry {
  readonly kernel: number;
  readonly stride: number;
  readonly pad: number;
}

function geometry(attrs: tf.NamedAttrMap, filterShape: readonly number[]): Geometry {
  const [stride] = [attrs.strides as number | number[]].flat();
  const pad = attrs.pad === 'valid' ? 0 : attrs.pad;
  if (typeof pad !== 'number') throw new Error('only numeric padding is recorded');
  return { kernel: filterShape[0], stride, pad };
}

const convAttributes = ({ kernel, stride, pad }: Geometry) => ({
  kernel_shape: ints(kernel, kernel),
  strides: ints(stride, stride),
  pads: ints(pad, pad, pad, pad),
});

/** Conv2D and FusedConv2D with an optional bias and rectifier. */
export const convolution: RecordedKernel = (recorder, { x, filter, bias }, attrs) => {
  const { graph, blockSize } = recorder;
  const shapeOf = geometry(attrs, filter.shape);
  const [value, weights] = [recorder.value(x), recorder.value(filter)];
  const offset = bias ? recorder.value(bias) : null;
  let y: Value;
  if (isSame3x3(shapeOf) && canBlock(blockSize, weights.shape))
    y = blockedConvolution(graph, value, blockFilter(graph, weights, blockSize), offset);
  else y = plainConvolution(recorder, value, weights, offset, shapeOf);
  if (attrs.activation === 'relu') y = graph.node('Relu', [y], y.shape);
  const [n, c, h, w] = y.shape;
  return recorder.result(y, [n, h, w, c]);
};

function plainConvolution(
  { graph }: Recorder,
  x: Value,
  weights: Value,
  bias: Value | null,
  shapeOf: Geometry,
): Value {
  const { kernel, stride, pad } = shapeOf;
  const [n, , h, w] = x.shape;
  const size = (length: number) => Math.floor((length + 2 * pad - kernel) / stride) + 1;
  const inputs = bias ? [x, weights, bias] : [x, weights];
  return graph.node('Conv', inputs, [n, weights.shape[0], size(h), size(w)], {
    attributes: convAttributes(shapeOf),
  });
}

const isSame3x3 = ({ kernel, stride, pad }: Geometry): boolean => kernel === 3 && stride === 1 && pad === 1;

/** Stride 1: a convolution with the transposed, reversed filter. Stride 2: a transposed convolution. */
export const convolutionInputGrad: RecordedKernel = (recorder, { dy, filter }, attrs) => {
  const { graph, blockSize } = recorder;
  const inputShape = attrs.inputShape as number[];
  const shapeOf = geometry(attrs, filter.shape);
  const { kernel, stride, pad } = shapeOf;
  const [slope, weights] = [recorder.value(dy), recorder.value(filter)];
  if (stride > 1) {
    const [n, h, w, c] = inputShape;
    const excess = (size: number, slopes: number) => size - ((slopes - 1) * stride + kernel - 2 * pad);
    const beyond = ints(excess(h, slope.shape[2]), excess(w, slope.shape[3]));
    const attributes = { ...convAttributes(shapeOf), output_padding: beyond };
    const dx = graph.node('ConvTranspose', [slope, weights], [n, c, h, w], { attributes });
    return recorder.result(dx, inputShape);
  }
  if (isSame3x3(shapeOf) && canBlock(blockSize, weights.shape)) {
    const blocked = blockTransposedFilter(graph, weights, blockSize);
    return recorder.result(blockedConvolution(graph, slope, blocked, null), inputShape);
  }
  const mirrored = graph.transpose(reversed(recorder, weights), 1, 0, 2, 3);
  const dx = plainConvolution(recorder, slope, mirrored, null, { kernel, stride: 1, pad: kernel - 1 - pad });
  return recorder.result(dx, inputShape);
};

/** A filter with rows and columns reversed: a product with the exchange matrix, faster than slicing backwards. */
function reversed(recorder: Recorder, weights: Value): Value {
  const { graph } = recorder;
  const [out, input, k] = weights.shape;
  if (k === 1) return weights;
  const area = k * k;
  const exchange = Float32Array.from(
    { length: area * area },
    (_, i) => +((i % area) + Math.floor(i / area) === area - 1),
  );
  const rows = reshaped(recorder, weights, [out * input, area]);
  const turned = graph.node('MatMul', [rows, graph.floats(exchange, [area, area])], [out * input, area]);
  return reshaped(recorder, turned, weights.shape);
}

export const convolutionFilterGrad: RecordedKernel = (recorder, { x, dy }, attrs) => {
  const filterShape = attrs.filterShape as number[];
  const shapeOf = geometry(attrs, filterShape);
  const [value, slope] = [recorder.value(x), recorder.value(dy)];
  const { kernel, stride, pad } = shapeOf;
  const gradient =
    kernel === 1 && stride === 1
      ? pointwise(recorder, value, slope)
      : kernel === 3 && stride === 1 && pad === 1
        ? shifted(recorder, value, slope)
        : unfolded(recorder, value, slope, shapeOf);
  return recorder.result(gradient, filterShape, 'filter');
};

/** Σ over the batch of a·bᵀ for `a [n, p, h, w]`, `b [n, q, h, w]`: `[p, q]`. */
function outerProducts(recorder: Recorder, a: Value, b: Value): Value {
  const { graph } = recorder;
  const flat = (v: Value) => reshaped(recorder, v, [v.shape[0], v.shape[1], v.shape[2] * v.shape[3]]);
  const [n, p, q] = [a.shape[0], a.shape[1], b.shape[1]];
  const products = timesTransposed(recorder, flat(a), flat(b));
  if (n === 1) return reshaped(recorder, products, [p, q]);
  // A product with ones: several times faster than ReduceSum over the first axis.
  const ones = graph.floats(new Float32Array(n).fill(1), [1, n]);
  return reshaped(
    recorder,
    graph.node('MatMul', [ones, reshaped(recorder, products, [n, p * q])], [1, p * q]),
    [p, q],
  );
}

/** a·bᵀ for each image: `[n, p, k]` and `[n, q, k]` to `[n, p, q]`. */
function timesTransposed({ graph, portable }: Recorder, a: Value, b: Value): Value {
  const [n, p, k] = a.shape;
  const q = b.shape[1];
  if (!portable)
    return graph.node('FusedMatMul', [a, b], [n, p, q], {
      domain: microsoftDomain,
      attributes: { transB: int(1) },
    });
  const turned = graph.node('Transpose', [b], [n, k, q], { attributes: { perm: ints(0, 2, 1) } });
  return graph.node('MatMul', [a, turned], [n, p, q]);
}

function pointwise(recorder: Recorder, x: Value, dy: Value): Value {
  return reshaped(recorder, outerProducts(recorder, dy, x), [dy.shape[1], x.shape[1], 1, 1]);
}

/**
 * 3x3, padding 1: for each column of the filter a product of the gradient in three row shifts with the
 * input in one column shift, `[3 out, (h + 2) w] · [(h + 2) w, in]`: no windows have to be laid out.
 */
function shifted(recorder: Recorder, x: Value, dy: Value): Value {
  const { graph } = recorder;
  const [out, input] = [dy.shape[1], x.shape[1]];
  const rows = rowShifts(recorder, dy);
  const columns = [1, 0, -1].map((offset) => outerProducts(recorder, rows, columnShift(recorder, x, offset)));
  const stacked = graph.node('Concat', columns, [9 * out, input], { attributes: { axis: int(0) } });
  // In two steps: whole rows first, then one axis, is several times faster than all at once.
  const placesFirst = graph.transpose(graph.reshape(stacked, [3, out, 3, input]), 2, 0, 1, 3);
  const placesLast = graph.transpose(graph.reshape(placesFirst, [9, out * input]), 1, 0);
  return graph.reshape(placesLast, [out, input, 3, 3]);
}

/**
 * Three copies of each map, one row apart, in frames of two more rows, `[n, 3 c, h + 2, w]`: with three rows of zeros
 * between copies of the map they lie in memory one after the other, so that one operator, and a parallel one, does it.
 */
function rowShifts({ graph }: Recorder, value: Value): Value {
  const [n, c, h, w] = value.shape;
  const gap = [n, c, 3, w];
  const zeros = graph.node('Expand', [graph.scalar(0), graph.integers(...gap)], gap);
  const copies = graph.node('Concat', [value, zeros, value, zeros, value], [n, c, 3 * (h + 2), w], {
    attributes: { axis: int(2) },
  });
  return graph.reshape(copies, [n, 3 * c, h + 2, w]);
}

/** The maps moved to the right, zeros moving in, in frames of two more rows: `[n, c, h + 2, w]`. */
function columnShift({ graph }: Recorder, value: Value, offset: number): Value {
  const [n, c, h, w] = value.shape;
  // Negative padding cuts: one operator moves and fills.
  const pads = graph.integers(0, 0, 1, offset, 0, 0, 1, -offset);
  return graph.node('Pad', [value, pads], [n, c, h + 2, w]);
}

/** Any kernel and stride: the windows of every output position laid out by a convolution with unit filters. */
function unfolded(recorder: Recorder, x: Value, dy: Value, shapeOf: Geometry): Value {
  const { graph } = recorder;
  const { kernel } = shapeOf;
  const [n, input] = x.shape;
  const area = kernel * kernel;
  // In groups where the CPU computes; the WebGPU provider miscalculates those and takes channels for images.
  const groups = recorder.portable ? 1 : input;
  const images = recorder.portable ? reshaped(recorder, x, [n * input, 1, ...x.shape.slice(2)]) : x;
  const units = new Float32Array(groups * area * area);
  for (let i = 0; i < groups * area; i++) units[i * area + (i % area)] = 1;
  const windows = graph.node(
    'Conv',
    [images, graph.floats(units, [groups * area, 1, kernel, kernel])],
    [images.shape[0], groups * area, dy.shape[2], dy.shape[3]],
    { attributes: { ...convAttributes(shapeOf), group: int(groups) } },
  );
  const laidOut = reshaped(recorder, windows, [n, input * area, dy.shape[2], dy.shape[3]]);
  return reshaped(recorder, outerProducts(recorder, dy, laidOut), [dy.shape[1], input, kernel, kernel]);
}
