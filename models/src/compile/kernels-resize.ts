import type { NamedAttrMap, TensorInfo } from '@tensorflow/tfjs-core';
import { enlargement, enlargementMatrix } from '../layers-enlarge.js';
import { int, ints, text, type Value } from './graph.js';
import { reshaped } from './kernels-elementwise.js';
import type { RecordedKernel } from './kernels.js';
import { physicalShape, type Recorder } from './recorder.js';

const pooling = { kernel_shape: ints(2, 2), strides: ints(2, 2) };

/** FLOAT among ONNX's data types. */
const onnxFloat = 1;

const half = (shape: readonly number[]) => [shape[0], shape[1] / 2, shape[2] / 2, shape[3]];
const halfPhysical = (shape: readonly number[]) => [shape[0], shape[1], shape[2] / 2, shape[3] / 2];

function requirePairs(attrs: NamedAttrMap): void {
  const { filterSize, strides } = attrs as Record<string, number | number[]>;
  if (![filterSize, strides].flat().every((size) => size === 2))
    throw new Error('only 2x2 pooling is recorded');
}

/** 2x2 maximum with stride 2; other windows are not used by the network. */
export const maxPool: RecordedKernel = (recorder, { x }, attrs) => {
  requirePairs(attrs);
  const [y] = pooled(recorder, recorder.value(x));
  return recorder.result(y, half(x.shape));
};

/** The slope goes to the first maximum of each window, as in PyTorch, also where several are equal. */
export const maxPoolGrad: RecordedKernel = (recorder, { dy, input }) => {
  if (recorder.portable) return recorder.result(portableMaxPoolGrad(recorder, dy, input), input.shape);
  const [, indices] = pooled(recorder, recorder.value(input));
  const slope = recorder.value(dy);
  const shape = physicalShape(input.shape, 'map');
  const dx = recorder.graph.node('MaxUnpool', [slope, indices], shape, { attributes: pooling });
  return recorder.result(dx, input.shape);
};

/** The same without MaxUnpool: the four places of each window side by side, the first maximum marked. */
function portableMaxPoolGrad(recorder: Recorder, dy: TensorInfo, input: TensorInfo): Value {
  const { graph } = recorder;
  const x = recorder.value(input);
  const [n, c, h, w] = x.shape;
  const split = [n * c, h / 2, 2, w / 2, 2];
  const four = [n * c, h / 2, w / 2, 4];
  const moved = [n * c, h / 2, w / 2, 2, 2];
  const permute = { attributes: { perm: ints(0, 1, 3, 2, 4) } };
  const windows = graph.node('Transpose', [reshaped(recorder, x, split)], moved, permute);
  const perWindow = (value: Value) => reshaped(recorder, value, [n * c, h / 2, w / 2, 1]);
  const is = (a: Value, b: Value) =>
    graph.node('Cast', [graph.node('Equal', [a, b], four)], four, { attributes: { to: int(onnxFloat) } });
  const highest = is(reshaped(recorder, windows, four), perWindow(pooled(recorder, x)[0]));
  // How many maxima there are up to each place; several may be equal.
  const upTo = graph.floats(Float32Array.of(1, 1, 1, 1, 0, 1, 1, 1, 0, 0, 1, 1, 0, 0, 0, 1), [4, 4]);
  const first = is(graph.node('MatMul', [highest, upTo], four), graph.scalar(1));
  const mask = graph.node('Mul', [first, highest], four);
  const slopes = graph.node('Mul', [mask, perWindow(recorder.value(dy))], four);
  const back = graph.node('Transpose', [reshaped(recorder, slopes, moved)], split, permute);
  return reshaped(recorder, back, x.shape);
}

/** Maxima and where they are. */
function pooled(recorder: Recorder, x: Value): Value[] {
  const shape = halfPhysical(x.shape);
  const options = { attributes: pooling, optionalOutputs: true };
  return recorder.graph.nodeWithOutputs('MaxPool', [x], [shape, shape], options);
}

/** Nearest-neighbour enlargement by 2. */
export const repeat: RecordedKernel = (recorder, { images }) => {
  const [n, h, w, c] = images.shape;
  return recorder.result(doubled(recorder, recorder.value(images)), [n, 2 * h, 2 * w, c]);
};

function doubled(recorder: Recorder, value: Value): Value {
  const { graph } = recorder;
  const [n, c, h, w] = value.shape;
  const attributes = {
    mode: text('nearest'),
    coordinate_transformation_mode: text('asymmetric'),
    nearest_mode: text('floor'),
  };
  const scales = graph.floats(Float32Array.of(1, 1, 2, 2), [4]);
  return graph.node('Resize', [value, null, scales], [n, c, 2 * h, 2 * w], { attributes });
}

/** 2x2 mean with stride 2, the gradient of {@link repeat} but for a factor. */
export const averagePool: RecordedKernel = (recorder, { x }, attrs) => {
  requirePairs(attrs);
  const value = recorder.value(x);
  const y = recorder.graph.node('AveragePool', [value], halfPhysical(value.shape), { attributes: pooling });
  return recorder.result(y, half(x.shape));
};

/** Products with the interpolation matrices of both axes: exact, and their transposes are the gradient. */
export const enlarge: RecordedKernel = (recorder, { x }) => {
  const { graph } = recorder;
  const value = recorder.value(x);
  const [n, c, h, w] = value.shape;
  const rows = graph.floats(enlargementMatrix(h), [enlargement * h, h]);
  const columns = graph.floats(transposed(enlargementMatrix(w), w), [w, enlargement * w]);
  const wide = graph.node('MatMul', [value, columns], [n, c, h, enlargement * w]);
  const y = graph.node('MatMul', [rows, wide], [n, c, enlargement * h, enlargement * w]);
  return recorder.result(y, [n, enlargement * h, enlargement * w, c]);
};

export const enlargeGrad: RecordedKernel = (recorder, { dy }) => {
  const { graph } = recorder;
  const value = recorder.value(dy);
  const [n, c, big, wide] = value.shape;
  const [h, w] = [big / enlargement, wide / enlargement];
  const rows = graph.floats(transposed(enlargementMatrix(h), h), [h, big]);
  const columns = graph.floats(enlargementMatrix(w), [wide, w]);
  const low = graph.node('MatMul', [rows, value], [n, c, h, wide]);
  return recorder.result(graph.node('MatMul', [low, columns], [n, c, h, w]), [n, h, w, c]);
};

/** `[rows, columns]` to `[columns, rows]`. */
function transposed(matrix: Float32Array, columns: number): Float32Array {
  const rows = matrix.length / columns;
  return Float32Array.from(matrix, (_, i) => matrix[(i % rows) * columns + Math.floor(i / rows)]);
}
