import type { TrainingConfig } from './config.js';
import type { StepOptimizer } from './learner.js';

type OptimizerConfig = Pick<TrainingConfig['training'], 'optimizer' | 'momentum' | 'weightDecay'>;

/** The configured optimiser for `length` parameters, its slots zero. */
export function createOptimizer(config: OptimizerConfig, length: number): StepOptimizer {
  return config.optimizer === 'adam' ? new Adam(config, length) : new RmsProp(config, length);
}

/**
 * RMSprop as PyTorch has it (Tieleman & Hinton 2012): alpha 0.99, eps 1e-8 added outside the root,
 * weight decay added to the gradient.
 */
class RmsProp implements StepOptimizer {
  readonly slots: ReadonlyMap<string, Float32Array>;
  private readonly square: Float32Array;
  private readonly velocity: Float32Array | null;

  constructor(
    private readonly config: OptimizerConfig,
    length: number,
  ) {
    this.square = new Float32Array(length);
    this.velocity = config.momentum > 0 ? new Float32Array(length) : null;
    this.slots = new Map([
      ['square', this.square],
      ...(this.velocity === null ? [] : [['velocity', this.velocity] as const]),
    ]);
  }

  update(parameters: Float32Array, gradients: Float32Array, learningRate: number): void {
    const { square, velocity } = this;
    const { momentum, weightDecay } = this.config;
    const alpha = 0.99;
    for (let i = 0; i < parameters.length; i++) {
      const gradient = gradients[i]! + weightDecay * parameters[i]!;
      square[i] = alpha * square[i]! + (1 - alpha) * gradient * gradient;
      let change = gradient / (Math.sqrt(square[i]!) + 1e-8);
      if (velocity !== null) change = velocity[i] = momentum * velocity[i]! + change;
      parameters[i] = parameters[i]! - learningRate * change;
    }
  }
}

/** Adam (Kingma & Ba 2015) with PyTorch's defaults: betas 0.9 and 0.999, eps 1e-8, weight decay added to the gradient. */
class Adam implements StepOptimizer {
  readonly slots: ReadonlyMap<string, Float32Array>;
  private readonly mean: Float32Array;
  private readonly square: Float32Array;

  constructor(
    private readonly config: OptimizerConfig,
    length: number,
  ) {
    this.mean = new Float32Array(length);
    this.square = new Float32Array(length);
    this.slots = new Map([
      ['mean', this.mean],
      ['square', this.square],
    ]);
  }

  update(parameters: Float32Array, gradients: Float32Array, learningRate: number, step: number): void {
    const { mean, square } = this;
    const { weightDecay } = this.config;
    const rate = learningRate / (1 - 0.9 ** (step + 1));
    const correction = 1 / Math.sqrt(1 - 0.999 ** (step + 1));
    for (let i = 0; i < parameters.length; i++) {
      const gradient = gradients[i]! + weightDecay * parameters[i]!;
      mean[i] = 0.9 * mean[i]! + 0.1 * gradient;
      square[i] = 0.999 * square[i]! + 0.001 * gradient * gradient;
      parameters[i] = parameters[i]! - (rate * mean[i]!) / (Math.sqrt(square[i]!) * correction + 1e-8);
    }
  }
}
