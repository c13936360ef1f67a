import type { NetworkConfig } from '@disc-labeling/models/config';
import { hourglassNetwork, type Prediction } from '@disc-labeling/models/hourglass';
import type { Activation, ConvolutionSpec, Layers } from '@disc-labeling/models/layers';
import type { Weights } from '@disc-labeling/models/model';
import type { Float32Tensor } from '@disc-labeling/models/engines/types';
import type { LossConfig, TrainingBatch } from '@disc-labeling/models/training';
import * as plain from './double-precision.js';

type Doubles = plain.Doubles;

/** Weights by state-dict name; filters as `[kernel, kernel, in, out]`. */
export type DoubleWeights = Map<string, Doubles>;

/** `[n, c, h, w]` (`h` and `w` may be missing) as `[n, h, w, c]`. */
export function featureMap({ data, shape }: Float32Tensor): Doubles {
  const [n, c, h = 1, w = 1] = shape as [number, number, number?, number?];
  return plain.doubles([n, h, w, c], (i) => {
    const [image, place, channel] = [Math.floor(i / (h * w * c)), Math.floor(i / c) % (h * w), i % c];
    return data[(image * c + channel) * h * w + place]!;
  });
}

/** Convolutions as `[kernel, kernel, in, out]` from PyTorch's `[out, in, kernel, kernel]`; all else as it is. */
export function doubleWeights(
  weights: ReadonlyMap<string, { shape: readonly number[]; data: ArrayLike<number> }>,
): DoubleWeights {
  return new Map(
    [...weights].map(([name, { shape, data }]) => {
      if (shape.length < 4) return [name, { shape, data: Float64Array.from(data) }];
      const [out, input, kh, kw] = shape as [number, number, number, number];
      const filter = plain.doubles([kh, kw, input, out], (i) => {
        const [place, channel, o] = [Math.floor(i / (input * out)), Math.floor(i / out) % input, i % out];
        return data[(o * input + channel) * kh * kw + place]!;
      });
      return [name, filter];
    }),
  );
}

/** What a batch norm saw: mean and biased variance per channel, over `count` values. */
export interface DoubleStatistics {
  readonly mean: Doubles;
  readonly variance: Doubles;
  readonly count: number;
}

/** The network's vocabulary in double precision; nothing is folded or fused. */
class DoubleLayers implements Layers<Doubles> {
  readonly statistics = new Map<string, DoubleStatistics>();

  /** @param running whether batch norms use the running statistics instead of the batch's */
  constructor(
    private readonly weights: DoubleWeights,
    private readonly running: boolean,
  ) {}

  convolution(x: Doubles, name: string, { kernel, stride = 1, bias = true }: ConvolutionSpec): Doubles {
    const offset = bias ? this.weight(`${name}.bias`) : null;
    return plain.convolve(x, this.weight(`${name}.weight`), offset, { stride, pad: (kernel - 1) / 2 });
  }

  batchNorm(x: Doubles, name: string, { skip, relu }: Activation<Doubles> = {}): Doubles {
    const [scale, offset] = [this.weight(`${name}.weight`), this.weight(`${name}.bias`)];
    let y = plain.normalize(x, { ...this.moments(x, name), scale, offset });
    if (skip) y = plain.add(y, skip);
    return relu ? plain.relu(y) : y;
  }

  normalizedConvolution(
    x: Doubles,
    convolution: string,
    norm: string,
    spec: ConvolutionSpec,
    activation?: Activation<Doubles>,
  ): Doubles {
    return this.batchNorm(this.convolution(x, convolution, spec), norm, activation);
  }

  channels = (x: Doubles): number => x.shape[3]!;
  add = (...terms: Doubles[]): Doubles => terms.reduce(plain.add);
  concat = (maps: Doubles[]): Doubles => plain.concat(maps, 3);
  gate = (x: Doubles, gate: Doubles): Doubles => plain.multiply(x, gate);
  sigmoid = plain.sigmoid;
  maxPool = plain.maxPool;
  repeat = plain.repeat;
  enlarge = plain.enlarge;

  private moments(x: Doubles, name: string): { mean: Doubles; variance: Doubles } {
    if (this.running)
      return { mean: this.weight(`${name}.running_mean`), variance: this.weight(`${name}.running_var`) };
    const { mean, variance } = plain.moments(x);
    this.statistics.set(name, { mean, variance, count: x.data.length / x.shape[3]! });
    return { mean, variance };
  }

  private weight(name: string): Doubles {
    const weight = this.weights.get(name);
    if (!weight) throw new Error(`there is no weight ${name}`);
    return weight;
  }
}

/** The network with running statistics. */
export function inferInDouble(
  config: NetworkConfig,
  weights: Weights,
  images: Float32Tensor,
): Prediction<Doubles> {
  return hourglassNetwork(new DoubleLayers(doubleWeights(weights), true), config, featureMap(images));
}

/** The network with the batch's statistics, and the loss of each stack. */
export function trainInDouble(
  config: NetworkConfig,
  lossConfig: LossConfig,
  weights: DoubleWeights,
  batch: Record<keyof TrainingBatch, Doubles>,
): { losses: number[]; statistics: ReadonlyMap<string, DoubleStatistics> } {
  const layers = new DoubleLayers(weights, false);
  const { heatmaps } = hourglassNetwork(layers, config, batch.images);
  const losses = heatmaps.map((map) => lossOf(lossConfig, map, batch.targets, batch.visibility));
  return { losses, statistics: layers.statistics };
}

/** The loss by its description in `LossConfig`, element by element. */
export function lossOf(
  config: LossConfig,
  prediction: Doubles,
  target: Doubles,
  visibility: Doubles,
): number {
  const joints = prediction.shape[3]!;
  const perMap = prediction.data.length / joints;
  const counts = Array.from({ length: joints }, (_, joint) =>
    config.kind === 'weighted' && joint === config.anyDisc ? config.anyDiscWeight : 1,
  );
  const total = counts.reduce((a, b) => a + b);
  let loss = 0;
  prediction.data.forEach((p, i) => {
    const joint = i % joints;
    const sample = Math.floor((i * prediction.shape[0]!) / prediction.data.length);
    const seen = visibility.data[sample * joints + joint]!;
    const error = (p - target.data[i]!) * seen;
    if (config.kind === 'reference') loss += (0.5 * error ** 2) / perMap / joints;
    else loss += ((1 + config.peakWeight * target.data[i]!) * error ** 2 * counts[joint]!) / perMap / total;
  });
  return loss;
}
