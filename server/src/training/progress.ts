import type { TrainingConfig } from './config.js';
import type { EpochMetrics, TrainingSummary } from './events.js';
import { fractionDone, totalSteps, type Progress } from './schedule.js';

/** Whether an epoch is better than the best so far, by what the configuration looks at; ties go to the lower loss. */
export function isBetter(
  { training: { monitor } }: TrainingConfig,
  metrics: EpochMetrics,
  best: EpochMetrics | null,
): boolean {
  if (best === null) return true;
  if (monitor !== 'loss') {
    const [now, before] = [metrics[monitor] ?? 0, best[monitor] ?? 0];
    if (now !== before) return now > before;
  }
  return metrics.validationLoss < best.validationLoss;
}

/** Why a training ends: all epochs done, no better epoch for long, or its time spent. */
export type Ending = TrainingSummary['ending'];

/**
 * Whether and why a training has come to its end; time and patience end it between epochs only.
 * @param last the latest finished epoch
 */
export function endingOf(
  config: TrainingConfig,
  progress: Progress,
  best: EpochMetrics | null,
  last: EpochMetrics | null,
): Ending | null {
  const { stepsPerEpoch, patience } = config.training;
  if (progress.step >= totalSteps(config)) return 'epochs';
  if (progress.step % stepsPerEpoch !== 0) return null;
  if (fractionDone(config, progress) >= 1) return 'time';
  const waited = best === null || last === null ? 0 : last.epoch - best.epoch;
  return patience > 0 && waited >= patience ? 'patience' : null;
}
