/** Shape of a convolution beside its input's channels. */
export interface ConvolutionSpec {
  /** Output channels. */
  readonly channels: number;
  /** Side of the square kernel; padding is `(kernel - 1) / 2` on every side. */
  readonly kernel: 1 | 3 | 7;
  readonly stride?: 1 | 2;
  /** Default true. */
  readonly bias?: boolean;
}

/** What follows a batch norm, in this order. */
export interface Activation<T> {
  /** Added before the rectifier: a residual connection. */
  readonly skip?: T;
  readonly relu?: boolean;
}

/**
 * The vocabulary the network is written in. `T` stands for a feature map: a tensor `[n, h, w, c]`
 * when the network runs or is recorded, a channel count when only its tensors are listed.
 */
export interface Layers<T> {
  convolution(x: T, name: string, spec: ConvolutionSpec): T;
  batchNorm(x: T, name: string, activation?: Activation<T>): T;
  /** A convolution directly followed by a batch norm, which inference folds into one convolution. */
  normalizedConvolution(
    x: T,
    convolution: string,
    norm: string,
    spec: ConvolutionSpec,
    activation?: Activation<T>,
  ): T;
  channels(x: T): number;
  add(...terms: T[]): T;
  concat(maps: T[]): T;
  /** Multiplies every channel of `x` by the one-channel map `gate`. */
  gate(x: T, gate: T): T;
  sigmoid(x: T): T;
  /** 2x2 maximum, stride 2. */
  maxPool(x: T): T;
  /** Nearest-neighbour enlargement by 2. */
  repeat(x: T): T;
  /** Bilinear enlargement by 4, half-pixel centres, edges clamped. */
  enlarge(x: T): T;
}
