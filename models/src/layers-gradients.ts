import * as tf from '@tensorflow/tfjs-core';

/*
 * Plain tfjs-core registers no gradients in Node, and its own registrations live in modules that Node
 * cannot import. These are the derivatives of the few operations that the network and its loss use;
 * convolutions bring theirs along with `tf.fused.conv2d`.
 */

const run = (kernel: string, inputs: tf.NamedTensorMap, attrs?: object): tf.Tensor =>
  tf.engine().runKernel(kernel, inputs, attrs as tf.NamedAttrMap) as tf.Tensor;

/** Sums `dy` over the axes along which `shape` was broadcast. */
function unbroadcast(dy: tf.Tensor, shape: number[]): tf.Tensor {
  const axes = tf.broadcast_util.getReductionAxes(shape, dy.shape);
  return tf.reshape(axes.length > 0 ? tf.sum(dy, axes) : dy, shape);
}

const gradients: tf.GradConfig[] = [];

function register(
  kernelName: string,
  keep: Pick<tf.GradConfig, 'inputsToSave' | 'outputsToSave' | 'saveAllInputs'>,
  gradient: (dy: tf.Tensor, saved: tf.Tensor[], attrs: tf.NamedAttrMap) => Record<string, () => tf.Tensor>,
): void {
  const gradFunc: tf.GradFunc = (dy, saved, attrs) => gradient(dy as tf.Tensor, saved, attrs);
  gradients.push({ kernelName, ...keep, gradFunc });
}

const both = { inputsToSave: ['a', 'b'] };

register(tf.Add, both, (dy, [a, b]) => ({
  a: () => unbroadcast(dy, a.shape),
  b: () => unbroadcast(dy, b.shape),
}));
register(tf.Sub, both, (dy, [a, b]) => ({
  a: () => unbroadcast(dy, a.shape),
  b: () => unbroadcast(tf.neg(dy), b.shape),
}));
register(tf.Multiply, both, (dy, [a, b]) => ({
  a: () => unbroadcast(tf.mul(dy, b), a.shape),
  b: () => unbroadcast(tf.mul(dy, a), b.shape),
}));
register(tf.Square, { inputsToSave: ['x'] }, (dy, [x]) => ({ x: () => tf.mul(dy, tf.mul(x, 2)) }));
register(tf.Relu, { outputsToSave: [true] }, (dy, [y]) => ({ x: () => tf.mul(dy, tf.step(y)) }));
register(tf.Sigmoid, { outputsToSave: [true] }, (dy, [y]) => ({
  x: () => tf.mul(dy, tf.mul(y, tf.sub(1, y))),
}));
register(tf.Identity, {}, (dy) => ({ x: () => tf.cast(dy, 'float32') }));
register(tf.Cast, {}, (dy) => ({ x: () => dy.clone() }));
register(tf.Reshape, { inputsToSave: ['x'] }, (dy, [x]) => ({ x: () => tf.reshape(dy, x.shape) }));
register(tf.Sum, { inputsToSave: ['x'] }, (dy, [x], attrs) => ({
  x: () => {
    const axes = tf.util.parseAxisParam(attrs.axis as number[], x.shape);
    const kept = x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
    return tf.mul(tf.reshape(dy, kept), tf.ones(x.shape));
  },
}));
register(tf.Concat, { saveAllInputs: true }, (dy, saved, attrs) => {
  const [axis] = tf.util.parseAxisParam(attrs.axis as number, saved[0].shape);
  const sizes = saved.map((x) => x.shape[axis]!);
  const parts = tf.split(dy, sizes, axis);
  return Object.fromEntries(parts.map((part, i) => [i, () => part]));
});
register(tf.PadV2, { inputsToSave: ['x'] }, (dy, [x], attrs) => ({
  x: () =>
    tf.slice(
      dy,
      (attrs.paddings as number[][]).map(([before]) => before!),
      x.shape,
    ),
}));
register(tf.MaxPool, { inputsToSave: ['x'], outputsToSave: [true] }, (dy, [input, output], attrs) => ({
  x: () => run(tf.MaxPoolGrad, { dy, input, output }, attrs),
}));
// Not ResizeNearestNeighborGrad: on tfjs's cpu backend it is wrong for every sample but the first.
register(tf.ResizeNearestNeighbor, { inputsToSave: ['images'] }, (dy, [images]) => ({
  images: () => {
    const factor = dy.shape[1]! / images.shape[1]!;
    return tf.mul(tf.avgPool(dy as tf.Tensor4D, factor, factor, 'valid'), factor * factor);
  },
}));

/** Makes these the derivatives in use: again after something was loaded that brings TensorFlow.js's own. */
export function registerGradients(): void {
  for (const gradient of gradients) tf.registerGradient(gradient);
}

registerGradients();
