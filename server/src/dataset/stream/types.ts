import type { Float32Tensor } from '@disc-labeling/models/engines/types';
import type { Augmentation } from '../augment/settings.js';
import type { PreparedIndex, Sample } from '../samples.js';
import type { DiscPoint } from '../targets.js';

/** What is known of a sample while it lies on disk. */
export interface StreamSample extends Pick<Sample, 'name' | 'file' | 'size' | 'discs'> {
  /** mm per row and column. */
  readonly spacing: readonly [row: number, column: number];
  /** When its file was written last (ms since 1970), by which a change is noticed. */
  readonly written: number;
}

/** All that decides the batches of a stream. */
export interface StreamOptions {
  /** Folder of the prepared set. */
  readonly folder: string;
  readonly preparation: PreparedIndex['preparation'];
  readonly normalization: PreparedIndex['input']['normalization'];
  /** Disc label value of each channel. */
  readonly values: readonly number[];
  readonly samples: readonly StreamSample[];
  /** Samples per batch. */
  readonly batch: number;
  /**
   * `training`: endless, shuffled by the seed, augmented. `validation`: every sample once, in order, as labelling
   * would show it; the last batch may be smaller.
   */
  readonly purpose: 'training' | 'validation';
  readonly seed: number;
  readonly augmentation: Augmentation;
  /** Rows and columns of every batch of our own preparation; the reference's are 256 x 256. */
  readonly window: readonly [height: number, width: number];
}

/** Views for one training step. */
export interface StreamBatch {
  /** 0-based step the batch belongs to. */
  readonly step: number;
  /** `[n, 1, height, width]`, 0..1. */
  readonly images: { readonly data: Float32Array; readonly shape: readonly [number, 1, number, number] };
  /** Per view, in its pixels: those inside it. */
  readonly discs: readonly (readonly DiscPoint[])[];
  /** Per view: levels that are, or may be, in it without a label. */
  readonly unknown: readonly (readonly UnknownLevel[])[];
  /** Per view, mm per row and column. */
  readonly spacing: readonly (readonly [row: number, column: number])[];
  /** The reference's own targets; null: to be drawn from the discs. */
  readonly maps: { readonly targets: Float32Tensor; readonly visibility: Float32Tensor } | null;
}

export interface UnknownLevel {
  readonly value: number;
  /** It is there for sure. */
  readonly certain: boolean;
}
