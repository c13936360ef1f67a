import * as tf from '@tensorflow/tfjs-core';

/** Added to the variance, as PyTorch does by default. */
export const batchNormEpsilon = 1e-5;

/**
 * Batch norm with the batch's own statistics, an optional residual and an optional rectifier, as one
 * kernel pair, so that a compiler can choose a compact formula for both directions.
 *
 * `BatchNormTraining`: inputs `x [n,h,w,c]`, `scale [c]`, `offset [c]`, optionally `skip` (shape of x);
 * attribute `relu`; outputs `y`, `mean [c]`, `variance [c]` (biased).
 * `BatchNormTrainingGrad`: inputs `dy`, `x`, `y`, `scale`, `mean`, `variance`; attribute `relu`;
 * outputs `dx`, `dScale`, `dOffset`, `dSkip`.
 */
export const batchNormKernel = 'BatchNormTraining';
export const batchNormGradKernel = 'BatchNormTrainingGrad';

export interface BatchNormResult {
  readonly y: tf.Tensor4D;
  readonly mean: tf.Tensor1D;
  /** Biased, as used for normalising. */
  readonly variance: tf.Tensor1D;
}

/** Normalises `x` per channel over batch, rows and columns; then adds `skip`; then rectifies. */
export function batchNormTraining(
  x: tf.Tensor4D,
  scale: tf.Tensor1D,
  offset: tf.Tensor1D,
  { skip, relu = false }: { skip?: tf.Tensor4D; relu?: boolean } = {},
): BatchNormResult {
  ensureEagerKernels(tf.getBackend());
  const inputs: tf.NamedTensorMap = { x, scale, offset, ...(skip && { skip }) };
  const outputs = tf.engine().runKernel(batchNormKernel, inputs, { relu }) as tf.Tensor[];
  const [y, mean, variance] = outputs;
  return { y: y as tf.Tensor4D, mean: mean as tf.Tensor1D, variance: variance as tf.Tensor1D };
}

tf.registerGradient({
  kernelName: batchNormKernel,
  inputsToSave: ['x', 'scale'],
  outputsToSave: [true, true, true],
  gradFunc: (dy, saved, attrs) => {
    const [x, scale, y, mean, variance] = saved;
    ensureEagerKernels(tf.getBackend());
    const inputs = { dy: (dy as tf.Tensor[])[0], x, y, scale, mean, variance };
    const gradients = tf.engine().runKernel(batchNormGradKernel, inputs, attrs) as tf.Tensor[];
    const [dx, dScale, dOffset, dSkip] = gradients;
    return { x: () => dx, scale: () => dScale, offset: () => dOffset, skip: () => dSkip };
  },
});

/** On backends that bring no kernels of their own, both are composed of ordinary operations. */
function ensureEagerKernels(backendName: string): void {
  if (tf.getKernel(batchNormKernel, backendName) !== undefined) return;
  tf.registerKernel({ kernelName: batchNormKernel, backendName, kernelFunc: eagerForward });
  tf.registerKernel({ kernelName: batchNormGradKernel, backendName, kernelFunc: eagerBackward });
}

const spatial = [0, 1, 2];

const eagerForward: tf.KernelFunc = ({ inputs, attrs }) => {
  const [x, scale, offset] = [inputs.x, inputs.scale, inputs.offset] as tf.Tensor[];
  const { mean, variance } = tf.moments(x, spatial);
  const normalized = tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, batchNormEpsilon)));
  let y = tf.add(tf.mul(normalized, scale), offset);
  if (inputs.skip) y = tf.add(y, inputs.skip as tf.Tensor);
  return [attrs?.relu ? tf.relu(y) : y, mean, variance];
};

const eagerBackward: tf.KernelFunc = ({ inputs, attrs }) => {
  const { dy, x, y, scale, mean, variance } = inputs as Record<string, tf.Tensor>;
  const inverse = tf.rsqrt(tf.add(variance, batchNormEpsilon));
  const normalized = tf.mul(tf.sub(x, mean), inverse);
  const dSkip = attrs?.relu ? tf.mul(dy, tf.step(y)) : dy.clone();
  const dOffset = tf.sum(dSkip, spatial);
  const dScale = tf.sum(tf.mul(dSkip, normalized), spatial);
  const count = x.size / x.shape[3]!;
  const projected = tf.div(tf.add(dOffset, tf.mul(normalized, dScale)), count);
  const dx = tf.mul(tf.sub(dSkip, projected), tf.mul(scale, inverse));
  return [dx, dScale, dOffset, dSkip];
};
