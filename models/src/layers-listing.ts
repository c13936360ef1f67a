import type { NetworkConfig } from './config.js';
import { hourglassNetwork } from './hourglass.js';
import type { ConvolutionSpec, Layers } from './layers.js';
import type { Weights, WeightTensor } from './model.js';

/** One tensor of a network, in PyTorch's layout. */
export interface NetworkTensor {
  /** State-dict name without `module.`. */
  readonly name: string;
  readonly shape: readonly number[];
  readonly kind: 'parameter' | 'statistic';
  readonly initializer: 'kaiming-default' | 'he' | 'bias-default' | 'zeros' | 'ones';
  /** Inputs that one output of the convolution sums, for the initialisers that scale with it. */
  readonly fanIn: number;
  /**
   * A bias right before a batch norm: the norm subtracts it again, its gradient is zero and is not computed.
   * (In finite precision other implementations compute rounding noise there.)
   */
  readonly cancelled: boolean;
}

/** All tensors of a network in the order in which its forward pass meets them. */
export function networkTensors(config: NetworkConfig): NetworkTensor[] {
  const listing = new Listing(config.variant === 'light');
  hourglassNetwork(listing, config, config.inputChannels);
  return listing.tensors;
}

/**
 * Fresh weights, the same for the same seed. Reference: PyTorch's defaults (uniform in ±1/√fanIn for
 * weights and biases). Light: He et al. 2015 normal weights, zero biases. Batch norms start as identity.
 */
export function initialWeights(config: NetworkConfig, seed: number): Weights {
  const uniform = mulberry32(seed);
  return new Map(
    networkTensors(config).map((t) => [t.name, { shape: t.shape, data: initialData(t, uniform) }]),
  );
}

function initialData(tensor: NetworkTensor, uniform: () => number): WeightTensor['data'] {
  const data = new Float32Array(tensor.shape.reduce((a, b) => a * b, 1));
  const bound = 1 / Math.sqrt(tensor.fanIn);
  switch (tensor.initializer) {
    case 'zeros':
      return data;
    case 'ones':
      return data.fill(1);
    case 'he':
      return data.map(() => Math.sqrt(2) * bound * normal(uniform));
    case 'kaiming-default':
    case 'bias-default':
      return data.map(() => bound * (2 * uniform() - 1));
  }
}

/** Box and Muller's transform. */
function normal(uniform: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}

/** The mulberry32 generator: 32 bits of state, enough for initial weights. */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Runs the network on channel counts alone and notes every tensor it asks for. */
class Listing implements Layers<number> {
  readonly tensors: NetworkTensor[] = [];

  constructor(private readonly light: boolean) {}

  convolution(x: number, name: string, spec: ConvolutionSpec): number {
    return this.declareConvolution(x, name, spec, false);
  }

  batchNorm(x: number, name: string): number {
    const declare = (suffix: string, kind: NetworkTensor['kind'], initializer: 'zeros' | 'ones') =>
      this.tensors.push({
        name: `${name}.${suffix}`,
        shape: [x],
        kind,
        initializer,
        fanIn: 1,
        cancelled: false,
      });
    declare('weight', 'parameter', 'ones');
    declare('bias', 'parameter', 'zeros');
    declare('running_mean', 'statistic', 'zeros');
    declare('running_var', 'statistic', 'ones');
    return x;
  }

  normalizedConvolution(x: number, convolution: string, norm: string, spec: ConvolutionSpec): number {
    return this.batchNorm(this.declareConvolution(x, convolution, spec, true), norm);
  }

  private declareConvolution(x: number, name: string, spec: ConvolutionSpec, cancelled: boolean): number {
    const { channels, kernel, bias = true } = spec;
    const fanIn = x * kernel * kernel;
    const common = { kind: 'parameter', fanIn } as const;
    const filter = this.light ? 'he' : 'kaiming-default';
    const shape = [channels, x, kernel, kernel];
    this.tensors.push({ ...common, name: `${name}.weight`, shape, initializer: filter, cancelled: false });
    const offset = this.light ? 'zeros' : 'bias-default';
    if (bias)
      this.tensors.push({
        ...common,
        name: `${name}.bias`,
        shape: [channels],
        initializer: offset,
        cancelled,
      });
    return channels;
  }

  channels = (x: number): number => x;
  add = (...terms: number[]): number => terms[0];
  concat = (maps: number[]): number => maps.reduce((a, b) => a + b);
  gate = (x: number): number => x;
  sigmoid = (x: number): number => x;
  maxPool = (x: number): number => x;
  repeat = (x: number): number => x;
  enlarge = (x: number): number => x;
}
