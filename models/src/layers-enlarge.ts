import * as tf from '@tensorflow/tfjs-core';

/**
 * Bilinear enlargement by 4 with half-pixel centres and clamped edges, with its exact gradient on every
 * backend (TensorFlow.js's own gradient of ResizeBilinear ignores half-pixel centres).
 */
export const enlargeKernel = 'EnlargeBilinear';
export const enlargeGradKernel = 'EnlargeBilinearGrad';
export const enlargement = 4;

/** @param x `[n, h, w, c]`; returns `[n, 4h, 4w, c]` */
export function enlarge(x: tf.Tensor4D): tf.Tensor4D {
  ensureEagerKernels(tf.getBackend());
  return tf.engine().runKernel(enlargeKernel, { x }) as tf.Tensor4D;
}

/** Row-major `[4 n, n]` interpolation weights along one axis. */
export function enlargementMatrix(n: number): Float32Array {
  const weights = new Float32Array(enlargement * n * n);
  for (let row = 0; row < enlargement * n; row++) {
    const position = (row + 0.5) / enlargement - 0.5;
    const lower = Math.floor(position);
    const fraction = position - lower;
    weights[row * n + Math.max(lower, 0)] += 1 - fraction;
    weights[row * n + Math.min(lower + 1, n - 1)] += fraction;
  }
  return weights;
}

tf.registerGradient({
  kernelName: enlargeKernel,
  gradFunc: (dy) => ({
    x: () => tf.engine().runKernel(enlargeGradKernel, { dy: dy as tf.Tensor }) as tf.Tensor,
  }),
});

function ensureEagerKernels(backendName: string): void {
  if (tf.getKernel(enlargeKernel, backendName) !== undefined) return;
  const x = ({ inputs }: { inputs: tf.NamedTensorInfoMap }, key: string) => inputs[key] as tf.Tensor4D;
  tf.registerKernel({ kernelName: enlargeKernel, backendName, kernelFunc: (p) => eager(x(p, 'x'), false) });
  tf.registerKernel({
    kernelName: enlargeGradKernel,
    backendName,
    kernelFunc: (p) => eager(x(p, 'dy'), true),
  });
}

/** Products with the interpolation matrix (or its transpose) along rows, then along columns. */
function eager(x: tf.Tensor4D, transpose: boolean): tf.Tensor {
  const [n, h, w, c] = x.shape;
  const scale = transpose ? 1 / enlargement : enlargement;
  const matrix = (size: number) => {
    const small = transpose ? size / enlargement : size;
    return tf.tensor3d(enlargementMatrix(small), [1, enlargement * small, small]);
  };
  const along = (size: number, y: tf.Tensor3D) => {
    const [batch] = y.shape;
    return tf.matMul(tf.tile(matrix(size), [batch, 1, 1]), y, transpose);
  };
  const rows = along(h, tf.reshape(x, [n, h, w * c]) as tf.Tensor3D);
  const columns = along(w, tf.reshape(rows, [n * h * scale, w, c]) as tf.Tensor3D);
  return tf.reshape(columns, [n, h * scale, w * scale, c]);
}
