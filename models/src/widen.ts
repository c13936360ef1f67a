import type { NetworkConfig } from './config.js';
import { hourglassNetwork } from './hourglass.js';
import type { ConvolutionSpec, Layers } from './layers.js';
import { initialWeights } from './layers-listing.js';
import type { Weights, WeightTensor } from './model.js';

/**
 * Weights of a network with more features that computes what a narrower one does: old channels keep their filters
 * and read nothing of the new ones, which start at random. Training goes on from what was learnt, with room for more
 * (the idea of Chen, Goodfellow, Shlens 2016, "Net2Net", arXiv:1511.05641; there new channels are copies of old ones).
 *
 * @param weights of the network `from`
 * @param features at least `from.features`
 * @param seed of the new channels' filters
 */
export function widenWeights(weights: Weights, from: NetworkConfig, features: number, seed: number): Weights {
  const to = { ...from, features };
  const widening = new Widening(weights, initialWeights(to, seed));
  hourglassNetwork(widening, to, widening.image(from.inputChannels));
  return widening.wide;
}

/** Per channel of the wide network the channel of the narrow one that it continues, or null for a new one. */
type Origins = readonly (number | null)[];

/** Runs the network on where channels come from, and fills in the tensors that it meets. */
class Widening implements Layers<Origins> {
  readonly wide = new Map<string, WeightTensor>();

  constructor(
    private readonly narrow: Weights,
    private readonly fresh: Weights,
  ) {}

  /** Channels that both networks have alike. */
  image = (channels: number): Origins => Array.from({ length: channels }, (_, c) => c);

  convolution(x: Origins, name: string, { bias = true }: ConvolutionSpec): Origins {
    const filters = this.fresh.get(`${name}.weight`)!;
    const old = this.narrow.get(`${name}.weight`)!;
    const [outputs, inputs, ...kernel] = filters.shape;
    const area = kernel.reduce((a, b) => a * b, 1);
    const origins = Array.from({ length: outputs }, (_, o) => (o < old.shape[0] ? o : null));
    const data = filters.data.slice();
    origins.forEach((oldOutput, output) => {
      if (oldOutput === null) return;
      x.forEach((oldInput, input) => {
        const at = (output * inputs + input) * area;
        if (oldInput === null) return data.fill(0, at, at + area);
        const start = (oldOutput * old.shape[1] + oldInput) * area;
        data.set(old.data.subarray(start, start + area), at);
      });
    });
    this.wide.set(`${name}.weight`, { shape: filters.shape, data });
    if (bias) this.perChannel(origins, `${name}.bias`);
    return origins;
  }

  batchNorm(x: Origins, name: string): Origins {
    for (const tensor of ['weight', 'bias', 'running_mean', 'running_var'])
      this.perChannel(x, `${name}.${tensor}`);
    return x;
  }

  normalizedConvolution(x: Origins, convolution: string, norm: string, spec: ConvolutionSpec): Origins {
    return this.batchNorm(this.convolution(x, convolution, spec), norm);
  }

  private perChannel(origins: Origins, name: string): void {
    const { shape, data } = this.fresh.get(name)!;
    const old = this.narrow.get(name)!.data;
    this.wide.set(name, {
      shape,
      data: data.map((value, channel) => {
        const origin = origins[channel];
        return origin === null ? value : old[origin];
      }),
    });
  }

  concat(maps: Origins[]): Origins {
    let before = 0;
    return maps.flatMap((map) => {
      const shifted = map.map((origin) => (origin === null ? null : origin + before));
      before += map.filter((origin) => origin !== null).length;
      return shifted;
    });
  }

  channels = (x: Origins): number => x.length;
  add = (...terms: Origins[]): Origins => terms[0];
  gate = (x: Origins): Origins => x;
  sigmoid = (x: Origins): Origins => x;
  maxPool = (x: Origins): Origins => x;
  repeat = (x: Origins): Origins => x;
  enlarge = (x: Origins): Origins => x;
}
