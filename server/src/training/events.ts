import type { Ending } from './progress.js';

/** One line of `metrics.jsonl`: how an epoch went. */
export interface EpochMetrics {
  /** 0-based. */
  readonly epoch: number;
  /** Optimiser steps done since the beginning. */
  readonly step: number;
  readonly learningRate: number;
  /** Mean training loss of the epoch. */
  readonly trainingLoss: number;
  /** The same, of each stack; they add up to `trainingLoss`. */
  readonly trainingLossPerStack?: readonly number[];
  readonly validationLoss: number;
  /** Share of the visible levels whose map peaks within 5 mm of the disc. */
  readonly accuracy: number;
  /** Share of the absent levels whose map peaks above one half. */
  readonly falseRate: number;
  /** Median distance in mm between the peak of a visible level's map and its disc. */
  readonly medianDistance: number;
  /** Wall time spent training so far, over all sittings, in seconds. */
  readonly seconds: number;
  /** Percentage of correct key points as the reference measures it: raw peaks within 1/20 of the maps' width, 0..1. */
  readonly pck?: number;
  /** Soft Dice of the raw maps as the reference measures it. */
  readonly dice?: number;
  /**
   * Share of the visible discs that decoding finds within 5 mm under the right name. What `evaluate` reports, but of
   * one size instead of several and at the pixel size the samples come in, so a little lower.
   */
  readonly identified?: number;
  /** Share of the epoch's wall time in which the network stood still for want of a batch, 0..1. */
  readonly waiting?: number;
  /** Largest resident memory of the training process so far, in this sitting, in bytes. */
  readonly memory?: number;
}

/** How a training ended. */
export interface TrainingSummary {
  readonly run: string;
  readonly epochs: number;
  readonly steps: number;
  readonly engine: string;
  readonly parameters: number;
  readonly seconds: number;
  /** Why it ended: all epochs done, no better epoch for long, or its time spent. */
  readonly ending: Ending;
  /** The epoch whose weights are in `best/`; null when no epoch was finished. */
  readonly best: EpochMetrics | null;
  readonly last: EpochMetrics | null;
}

/** What a training tells whoever started it, in this order: `started`, steps and epochs, `done`. */
export type TrainingEvent =
  | {
      readonly kind: 'started';
      readonly run: string;
      readonly engine: string;
      readonly parameters: number;
      /** 0, or where a resumed training goes on. */
      readonly step: number;
      readonly steps: number;
      readonly epochs: number;
    }
  | {
      readonly kind: 'step';
      readonly step: number;
      readonly steps: number;
      readonly epoch: number;
      readonly loss: number;
      /** Adds up to `loss`. */
      readonly lossPerStack: readonly number[];
      readonly learningRate: number;
      /** L2 norm of the gradients before clipping. */
      readonly gradientNorm: number;
      readonly stepsPerSecond: number;
      /** Estimate for the rest of the training. */
      readonly secondsLeft: number;
      /** Share of the epoch's wall time so far in which the network stood still for want of a batch, 0..1. */
      readonly waiting: number;
    }
  | { readonly kind: 'epoch'; readonly metrics: EpochMetrics; readonly best: boolean }
  | { readonly kind: 'checkpoint'; readonly step: number }
  /** What computes from now on and why; may come before `started`. */
  | { readonly kind: 'notice'; readonly engine: string; readonly message: string }
  | { readonly kind: 'done'; readonly summary: TrainingSummary };

/** From the starter to the training process. */
export type TrainingCommand =
  | {
      readonly kind: 'start';
      readonly config: unknown;
      readonly output: string;
      readonly resume: boolean;
      readonly engine: string;
      readonly threads: number | null;
      readonly command: string;
    }
  | { readonly kind: 'cancel' };

/** From the training process to its starter: events, then one of the two ends. */
export type TrainingReport =
  | TrainingEvent
  | { readonly kind: 'cancelled'; readonly step: number }
  | {
      readonly kind: 'error';
      readonly what: string;
      readonly why: string;
      readonly file?: string;
      /** The stack of a failure that is a fault of ours, absent for one the user can act on. */
      readonly stack?: string;
    };
