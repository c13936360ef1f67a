import type * as tf from '@tensorflow/tfjs-core';
import type { NetworkConfig } from '../config.js';
import type { ImageBatch } from '../engines/types.js';
import { hourglassNetwork } from '../hourglass.js';
import { enlargement } from '../layers-enlarge.js';
import { InferenceLayers, type ConstantMaker } from '../layers-tensors.js';
import type { Weights, WeightTensor } from '../model.js';
import { text } from './graph.js';
import { registerKernels } from './kernels.js';
import { encodeOnnx, type OnnxOptions } from './onnx.js';
import { physicalAxis, record, type Recorder } from './recorder.js';

/** Names of the inference graph's input and outputs. */
export const inferenceNames = {
  /** `[n, channels, h, w]` */
  images: 'image',
  /** Raw scores of a stack, counted from 0: `[n, joints, h, w]`. */
  heatmaps: (stack: number) => `heatmaps_${stack + 1}`,
  /** `[n, 1, h / 4, w / 4]` */
  attention: 'attention',
} as const;

export interface InferenceGraphOptions extends OnnxOptions {
  /** `last` leaves out what only earlier stacks' heat maps need. Default `all`. */
  readonly stacks?: 'all' | 'last';
}

/**
 * Records the network with its weights, batch norms folded where possible, as an ONNX ModelProto, in operators of the
 * standard only. None of them depends on the number of images, so that `anyBatch` is safe for an export; with
 * `anySize` none depends on their height and width either.
 */
export function recordInference(
  config: NetworkConfig,
  weights: Weights,
  [n, channels, height, width]: ImageBatch['shape'],
  { stacks = 'all', ...options }: InferenceGraphOptions = {},
): Uint8Array {
  const graph = record(registerKernels, (recorder) => {
    const input = recorder.graph.input(inferenceNames.images, [n, channels, height, width]);
    const images = recorder.placeholder(input, [n, height, width, channels]) as tf.Tensor4D;
    const constants = recordedConstants(recorder);
    const layers = options.anySize
      ? new ResizableLayers(weights, constants, recorder)
      : new InferenceLayers(weights, constants);
    const { heatmaps, attention } = hourglassNetwork(layers, config, images);
    heatmaps.forEach((map, stack) => {
      if (stacks === 'last' && stack < heatmaps.length - 1) return;
      recorder.graph.output(inferenceNames.heatmaps(stack), recorder.value(map));
    });
    if (attention) recorder.graph.output(inferenceNames.attention, recorder.value(attention));
  });
  return encodeOnnx(graph, { graphName: 'inference', ...options });
}

/** Layers whose operators do not depend on height and width. */
class ResizableLayers extends InferenceLayers {
  constructor(weights: Weights, constants: ConstantMaker, recorder: Recorder) {
    super(weights, constants);
    // What the interpolation matrices of the exact, differentiable enlargement compute, for one size, too.
    this.enlarge = (x) => {
      const { graph } = recorder;
      const value = recorder.value(x);
      const [n, h, w, c] = x.shape;
      const large = [n, c, enlargement * h, enlargement * w];
      const scales = graph.floats(Float32Array.of(1, 1, enlargement, enlargement), [4]);
      const attributes = { mode: text('linear'), coordinate_transformation_mode: text('half_pixel') };
      const y = graph.node('Resize', [value, null, scales], large, { attributes });
      return recorder.placeholder(y, [n, large[2], large[3], c]) as tf.Tensor4D;
    };
  }
}

/** Weights go into the graph as they are: its filters lie as PyTorch's do. */
function recordedConstants(recorder: Recorder): ConstantMaker {
  return {
    filter({ data, shape }) {
      const seen = [0, 1, 2, 3].map((axis) => shape[physicalAxis(axis, 'filter')]);
      return recorder.placeholder(recorder.graph.floats(data, shape), seen, 'filter') as tf.Tensor4D;
    },
    vector: (data) =>
      recorder.placeholder(recorder.graph.floats(data, [data.length]), [data.length]) as tf.Tensor1D,
  };
}

/**
 * The same network for one channel that stands for all of several identical ones: the first
 * convolution's filters summed over their inputs, exact but for the order of additions.
 */
export function singleChannel(
  config: NetworkConfig,
  weights: Weights,
): { config: NetworkConfig; weights: Weights } {
  const filter = weights.get('conv1.weight');
  if (filter === undefined) throw new Error('the network has no tensor conv1.weight');
  const merged = new Map(weights).set('conv1.weight', sumOverInputs(filter));
  return { config: { ...config, inputChannels: 1 }, weights: merged };
}

function sumOverInputs({ shape: [out, input, height, width], data }: WeightTensor): WeightTensor {
  const area = height * width;
  const summed = Float32Array.from({ length: out * area }, (_, i) => {
    const first = Math.floor(i / area) * input * area + (i % area);
    let sum = 0;
    for (let channel = 0; channel < input; channel++) sum += data[first + channel * area];
    return sum;
  });
  return { shape: [out, 1, height, width], data: summed };
}
