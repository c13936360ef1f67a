import { CompiledOptimizer } from '@disc-labeling/models/compile/optimizer';
import type { TrainingConfig } from './config.js';

type OptimizerConfig = Pick<TrainingConfig['training'], 'optimizer' | 'momentum' | 'weightDecay'>;

/** The configured optimiser for `length` parameters, its slots zero. */
export function createOptimizer(
  { optimizer, momentum, weightDecay }: OptimizerConfig,
  length: number,
): CompiledOptimizer {
  const rule =
    optimizer === 'adam'
      ? ({ kind: 'adam', weightDecay } as const)
      : ({ kind: 'rmsprop', momentum, weightDecay } as const);
  return new CompiledOptimizer(rule, length);
}
