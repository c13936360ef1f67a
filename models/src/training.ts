import type { Float32Tensor, ImageBatch } from './engines/types.js';

/** How predictions are compared with targets. */
export type LossConfig =
  /** Azad et al.: per joint 0.5 · mean((p·v - t·v)²), averaged over joints, summed over stacks. */
  | { readonly kind: 'reference' }
  /** (1 + peakWeight·t)·(p - t)², the map `anyDisc` counted `anyDiscWeight` times, averaged, summed over stacks. */
  | {
      readonly kind: 'weighted';
      readonly peakWeight: number;
      readonly anyDisc: number | null;
      readonly anyDiscWeight: number;
    };

/**
 * By what batch norms normalise while a network learns. `batch`: each batch's own mean and variance, of which running
 * ones are kept for use. `fixed`: the running ones they start with, as in use (frozen batch norm; Wu & Johnson 2021,
 * "Rethinking Batch in BatchNorm"), so that a network learns to be what it will be used as.
 */
export const normKinds = ['batch', 'fixed'] as const;
export type Norms = (typeof normKinds)[number];

/** One batch to learn from. */
export interface TrainingBatch {
  readonly images: ImageBatch;
  /** `[n, joints, h, w]` on the network's heat-map grid. */
  readonly targets: Float32Tensor;
  /** `[n, joints]`, 1 where the joint counts, 0 where it is masked. */
  readonly visibility: Float32Tensor;
}

/** What one pass over a batch yielded. */
export interface StepResult {
  /** The training loss: the sum over stacks. */
  readonly loss: number;
  readonly lossPerStack: readonly number[];
}

/** Trainable parameters (in order, flat) and batch-norm statistics of a network in training. */
export interface ParameterLayout {
  readonly name: string;
  readonly shape: readonly number[];
  /** First element in the flat array. */
  readonly offset: number;
  readonly length: number;
}

/**
 * Forward, loss and gradients of one network for one batch shape, ready to run. Parameters and
 * gradients each live in one flat array, in PyTorch's tensor layout, so that an optimiser is one loop.
 */
export interface TrainingStep {
  readonly layout: readonly ParameterLayout[];
  /** Written by the optimiser between runs; read by {@link run}. */
  readonly parameters: Float32Array;
  /** Written by {@link run}. */
  readonly gradients: Float32Array;
  /** Running means and variances (unbiased, momentum 0.1), updated by {@link run} unless norms are fixed. */
  readonly statisticsLayout: readonly ParameterLayout[];
  readonly statistics: Float32Array;
  run(batch: TrainingBatch): Promise<StepResult>;
  dispose(): Promise<void>;
}
