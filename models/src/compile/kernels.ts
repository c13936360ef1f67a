import * as tf from '@tensorflow/tfjs-core';
import { batchNormGradKernel, batchNormKernel } from '../batchnorm.js';
import { enlargeGradKernel, enlargeKernel } from '../layers-enlarge.js';
import { batchNorm, batchNormGrad, fusedBatchNorm } from './kernels-batchnorm.js';
import { convolution, convolutionFilterGrad, convolutionInputGrad } from './kernels-convolution.js';
import {
  add,
  addN,
  divide,
  multiply,
  sigmoid,
  squareRoot,
  subtract,
  relu,
  negate,
  square,
  step,
} from './kernels-elementwise.js';
import { alias, concat, reshape, split, sum } from './kernels-shape.js';
import { averagePool, enlarge, enlargeGrad, maxPool, maxPoolGrad, repeat } from './kernels-resize.js';
import type { Recorder } from './recorder.js';

/** One kernel on the recorder. */
export type RecordedKernel = (
  recorder: Recorder,
  inputs: Readonly<Record<string, tf.TensorInfo>>,
  attrs: tf.NamedAttrMap,
) => tf.TensorInfo | tf.TensorInfo[];

/** Every tfjs kernel that the network, its loss and their gradients use, as ONNX operators. */
const kernels: Readonly<Record<string, RecordedKernel>> = {
  [tf.FusedConv2D]: convolution,
  [tf.Conv2D]: convolution,
  [tf.Conv2DBackpropInput]: convolutionInputGrad,
  [tf.Conv2DBackpropFilter]: convolutionFilterGrad,
  [tf.MaxPool]: maxPool,
  [tf.MaxPoolGrad]: maxPoolGrad,
  [tf.ResizeNearestNeighbor]: repeat,
  [tf.AvgPool]: averagePool,
  [enlargeKernel]: enlarge,
  [enlargeGradKernel]: enlargeGrad,
  [batchNormKernel]: batchNorm,
  [batchNormGradKernel]: batchNormGrad,
  [tf.FusedBatchNorm]: fusedBatchNorm,
  [tf.Add]: add,
  [tf.AddN]: addN,
  [tf.Sub]: subtract,
  [tf.Multiply]: multiply,
  [tf.RealDiv]: divide,
  [tf.Neg]: negate,
  [tf.Square]: square,
  [tf.Sqrt]: squareRoot,
  [tf.Sigmoid]: sigmoid,
  [tf.Relu]: relu,
  [tf.Step]: step,
  [tf.Identity]: alias,
  [tf.Cast]: alias,
  [tf.Reshape]: reshape,
  [tf.Concat]: concat,
  [tf.SplitV]: split,
  [tf.Sum]: sum,
};

/** Registers the kernels for the recorder's backend. */
export function registerKernels(backendName: string): void {
  for (const [kernelName, kernel] of Object.entries(kernels)) {
    tf.registerKernel({
      kernelName,
      backendName,
      kernelFunc: ({ inputs, attrs, backend }) =>
        kernel(backend as Recorder, inputs as Record<string, tf.TensorInfo>, attrs ?? {}),
    });
  }
}
