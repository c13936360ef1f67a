import * as tf from '@tensorflow/tfjs-core';
import './layers-gradients.js';
import type { LossConfig } from './training.js';

/**
 * The loss of one stack.
 *
 * Masked joints (visibility 0) add nothing but still count in the mean, as in the reference.
 *
 * @param prediction `[n, h, w, joints]`
 * @param target the same shape
 * @param visibility `[n, 1, 1, joints]`
 */
export function stackLoss(
  config: LossConfig,
  prediction: tf.Tensor4D,
  target: tf.Tensor4D,
  visibility: tf.Tensor4D,
): tf.Scalar {
  const error = tf.mul(tf.sub(prediction, target), visibility);
  if (config.kind === 'reference') return tf.mul(tf.sum(tf.square(error)), 0.5 / prediction.size);
  const counts = jointCounts(prediction.shape[3], config.anyDisc, config.anyDiscWeight);
  const total = counts.reduce((a, b) => a + b);
  const importance = tf.mul(
    tf.add(tf.mul(target, config.peakWeight), 1),
    tf.tensor4d(counts, [1, 1, 1, counts.length]),
  );
  const perMap = prediction.size / counts.length;
  return tf.mul(tf.sum(tf.mul(tf.square(error), importance)), 1 / (perMap * total));
}

/** How often each map counts. */
function jointCounts(joints: number, anyDisc: number | null, anyDiscWeight: number): number[] {
  return Array.from({ length: joints }, (_, joint) => (joint === anyDisc ? anyDiscWeight : 1));
}
