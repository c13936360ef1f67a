import type { TrainingConfig } from './config.js';

/** How far a training is. */
export interface Progress {
  /** Optimiser steps done. */
  readonly step: number;
  /** Wall time spent training so far, over all sittings. */
  readonly minutes: number;
}

/** Optimiser steps of the whole training. */
export const totalSteps = ({ training }: TrainingConfig): number => training.epochs * training.stepsPerEpoch;

/**
 * The share of the training that is done, 0..1: of its steps or, where a time budget is set and
 * that is further along, of its minutes.
 */
export function fractionDone(config: TrainingConfig, { step, minutes }: Progress): number {
  const budget = config.training.timeBudgetMinutes;
  const bySteps = step / totalSteps(config);
  return Math.min(1, budget === null ? bySteps : Math.max(bySteps, minutes / budget));
}

/** The learning rate of the next step: linear warm-up, then milestones or a constant rate and half a cosine. */
export function learningRateAt(config: TrainingConfig, progress: Progress): number {
  const { lr, warmup, schedule } = config.training;
  const rise = warmup === 0 ? 1 : Math.min(1, (progress.step + 1) / warmup);
  if (schedule.kind === 'steps') return lr * rise * schedule.gamma ** milestonesPassed(config, progress.step);
  const done = fractionDone(config, progress);
  if (done <= schedule.start) return lr * rise;
  const falling = (done - schedule.start) / (1 - schedule.start);
  return lr * rise * 0.5 * (1 + Math.cos(Math.PI * falling));
}

/** 0-based epoch that the step after `step` steps belongs to. */
export const epochAt = ({ training }: TrainingConfig, step: number): number =>
  Math.floor(step / training.stepsPerEpoch);

/** Standard deviation of the target Gaussians in input pixels in an epoch (0-based); narrower each time where asked so. */
export function targetSigmaAt({ training }: TrainingConfig, epoch: number): number {
  const { targetSigma, sigmaDecay } = training;
  return sigmaDecay === 0 ? targetSigma : targetSigma * sigmaDecay ** epoch;
}

function milestonesPassed(config: TrainingConfig, step: number): number {
  const { schedule } = config.training;
  if (schedule.kind !== 'steps') return 0;
  const epoch = epochAt(config, step);
  return schedule.milestones.filter((milestone) => epoch >= milestone).length;
}
