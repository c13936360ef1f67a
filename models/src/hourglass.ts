import type { NetworkConfig } from './config.js';
import type { Layers } from './layers.js';

/** Poolings inside one hourglass. */
const depth = 4;

/** What the network computes, on the vocabulary of {@link Layers}. */
export interface Prediction<T> {
  /** Raw scores of each stack, enlarged to the input grid in the reference variant. */
  readonly heatmaps: T[];
  /** The attention map after the sigmoid, on the quarter grid. */
  readonly attention: T | null;
}

/**
 * The stacked hourglass network with multi-level attention (Azad, Rouhier, Cohen-Adad 2021, after
 * Newell, Yang, Deng 2016). Every stack scores its own features; between stacks features and scores are
 * added back to the running map. The attention sees the features of all stacks and gates the last one's.
 *
 * @param images `[n, h, w, inputChannels]`, h and w multiples of 64
 */
export function hourglassNetwork<T>(layers: Layers<T>, config: NetworkConfig, images: T): Prediction<T> {
  const { build, width } = variant(layers, config);
  let x = build.stem(images);
  const features: T[] = [];
  const scores: T[] = [];
  let attention: T | null = null;
  for (let stack = 0; stack < config.stacks; stack++) {
    const last = stack === config.stacks - 1;
    let y = build.head(hourglass(layers, config, build.block, x, `hg.${stack}.hg`), stack);
    features.push(y);
    if (last && config.attention) {
      attention = attentionMap(layers, config, features);
      y = layers.gate(y, attention);
    }
    const score = layers.convolution(y, `score.${stack}`, { channels: config.joints, kernel: 1 });
    scores.push(score);
    if (!last) {
      x = layers.add(
        x,
        layers.convolution(y, `fc_.${stack}`, { channels: width, kernel: 1 }),
        layers.convolution(score, `score_.${stack}`, { channels: width, kernel: 1 }),
      );
    }
  }
  return {
    heatmaps: config.variant === 'reference' ? scores.map((s) => layers.enlarge(s)) : scores,
    attention,
  };
}

/** The parts in which the two variants differ. */
interface Parts<T> {
  /** From the image to the quarter grid. */
  stem(images: T): T;
  /** A residual block that keeps the width. */
  block(x: T, name: string): T;
  /** From an hourglass's output to the features that are scored. */
  head(x: T, stack: number): T;
}

function variant<T>(layers: Layers<T>, config: NetworkConfig): { build: Parts<T>; width: number } {
  return config.variant === 'reference' ? referenceParts(layers, config) : lightParts(layers, config);
}

function referenceParts<T>(layers: Layers<T>, { features, blocks }: NetworkConfig) {
  const half = Math.ceil(features / 2);
  const width = 2 * features;

  /** Pre-activation bottleneck of He et al. 2016 with `planes` inner and twice as many outer channels. */
  const bottleneck = (x: T, name: string, planes: number): T => {
    const relu = { relu: true };
    let y = layers.batchNorm(x, `${name}.bn1`, relu);
    const inner = { channels: planes, kernel: 1 } as const;
    y = layers.normalizedConvolution(y, `${name}.conv1`, `${name}.bn2`, inner, relu);
    const spatial = { channels: planes, kernel: 3 } as const;
    y = layers.normalizedConvolution(y, `${name}.conv2`, `${name}.bn3`, spatial, relu);
    const outer = { channels: 2 * planes, kernel: 1 } as const;
    y = layers.convolution(y, `${name}.conv3`, outer);
    const widens = layers.channels(x) !== 2 * planes;
    return layers.add(y, widens ? layers.convolution(x, `${name}.downsample.0`, outer) : x);
  };

  const build: Parts<T> = {
    stem(images) {
      const spec = { channels: half, kernel: 7, stride: 2 } as const;
      let x = layers.normalizedConvolution(images, 'conv1', 'bn1', spec, { relu: true });
      x = layers.maxPool(bottleneck(x, 'layer1.0', half));
      x = bottleneck(x, 'layer2.0', features);
      return bottleneck(x, 'layer3.0', features);
    },
    block: (x, name) => bottleneck(x, name, features),
    head(x, stack) {
      for (let b = 0; b < Math.max(blocks, 1); b++) x = bottleneck(x, `res.${stack}.${b}`, features);
      const spec = { channels: width, kernel: 1 } as const;
      return layers.normalizedConvolution(x, `fc.${stack}.0`, `fc.${stack}.1`, spec, { relu: true });
    },
  };
  return { build, width };
}

function lightParts<T>(layers: Layers<T>, { features }: NetworkConfig) {
  const relu = { relu: true };
  const spatial = { channels: features, kernel: 3, bias: false } as const;
  const build: Parts<T> = {
    stem(images) {
      const coarse = { channels: 16, kernel: 7, stride: 2, bias: false } as const;
      const x = layers.normalizedConvolution(images, 'conv1', 'bn1', coarse, relu);
      return layers.normalizedConvolution(x, 'conv2', 'bn2', { ...spatial, stride: 2 }, relu);
    },
    /** Two 3x3 convolutions and a skip; every batch norm follows a convolution, so that all of them fold. */
    block(x, name) {
      const y = layers.normalizedConvolution(x, `${name}.conv1`, `${name}.bn1`, spatial, relu);
      const skip = { skip: x, relu: true };
      return layers.normalizedConvolution(y, `${name}.conv2`, `${name}.bn2`, spatial, skip);
    },
    head: (x, stack) => layers.normalizedConvolution(x, `fc.${stack}.0`, `fc.${stack}.1`, spatial, relu),
  };
  return { build, width: features };
}

/**
 * One hourglass. Names count levels from the deepest, as the reference does: `<level>.0` is the upper
 * branch, `.1` goes down, `.2` comes back up, `0.3` is the bottom.
 */
function hourglass<T>(
  layers: Layers<T>,
  config: NetworkConfig,
  block: (x: T, name: string) => T,
  input: T,
  name: string,
): T {
  const module = (x: T, level: number, branch: number): T => {
    for (let b = 0; b < config.blocks; b++) x = block(x, `${name}.${level}.${branch}.${b}`);
    return x;
  };
  const descend = (x: T, level: number): T => {
    const upper = module(x, level, 0);
    let lower = module(layers.maxPool(x), level, 1);
    lower = level > 0 ? descend(lower, level - 1) : module(lower, 0, 3);
    return layers.add(upper, layers.repeat(module(lower, level, 2)));
  };
  return descend(input, depth - 1);
}

/** One map in 0..1 from the concatenated features of all stacks: 1x1 convolutions down to one channel. */
function attentionMap<T>(layers: Layers<T>, { features: width }: NetworkConfig, features: T[]): T {
  let x = layers.concat(features);
  [width, 16, 8].forEach((channels, i) => {
    const spec = { channels, kernel: 1, bias: false } as const;
    x = layers.normalizedConvolution(x, `attention.${3 * i}`, `attention.${3 * i + 1}`, spec, { relu: true });
  });
  return layers.sigmoid(layers.convolution(x, 'attention.9', { channels: 1, kernel: 1, bias: false }));
}
