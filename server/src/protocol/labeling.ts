import type { EngineChoice } from '@disc-labeling/models/engines/types';
import type { WithProgress, WithUri } from './core.js';
import type { Disc, LabelResult } from './labels.js';

export interface LabelParams extends WithUri, WithProgress {
  /** Name of a model or path of a model folder; the default model when absent. */
  readonly model?: string;
  readonly engine?: EngineChoice;
  /** A reader knows a disc: all names move by so many levels (positive: downwards); 0 confirms them. */
  readonly levelShift?: number;
  /** Also write attention and heat maps as NIfTI files the viewer can overlay. */
  readonly overlays?: boolean;
}

export interface LabelResponse {
  readonly result: LabelResult;
  /**
   * Paths of temporary NIfTI files in the volume's world frame (one slice thick), deleted when the
   * backend ends or the volume is labelled again.
   */
  readonly overlays?: { readonly attention: string | null; readonly heatmap: string };
}

export interface DescribeParams extends WithUri {}

/** What the viewer shows before anything is labelled. */
export interface DescribeResponse {
  readonly format: string;
  readonly shape: readonly number[];
  readonly datatype: string;
  readonly spacing: readonly [number, number, number];
  /** Voxel (i, j, k) of the file to world mm, RAS+; row-major 4 x 4. */
  readonly affine: readonly (readonly number[])[];
  readonly notices: readonly string[];
}

export interface SaveLabelsParams extends WithUri {
  readonly discs: readonly Disc[];
  readonly model: string;
  /** By which the model's names were moved, see `LabelResult`. */
  readonly levelShift?: number;
  /** Whether a reader moved, added or removed discs. */
  readonly corrected?: boolean;
  /** Replace label files that are already there; without it they are left alone, see `kept`. */
  readonly overwrite?: boolean;
}

export interface SaveLabelsResponse {
  /** Label volume `<stem>_label-discs_dlabel.nii.gz` and its sidecar, beside the image. */
  readonly volume: string;
  readonly sidecar: string;
  /** True: a label volume is there already and `overwrite` was not set; nothing was touched. */
  readonly kept?: boolean;
}

/** Disc labels on disk that belong to an image. */
export interface TruthLabels {
  /** Absolute path of the label file. */
  readonly file: string;
  readonly discs: readonly Omit<Disc, 'score'>[];
}

export interface LabelingRequests {
  /** Sent when a volume is opened or labelled again. Cancellable. */
  'discLabeling/label': { params: LabelParams; result: LabelResponse };
  /** Sent before a volume is drawn: its header, or the reason it can't be read. */
  'discLabeling/describe': { params: DescribeParams; result: DescribeResponse };
  /** Sent by *Save Labels*: writes the label volume beside the image. */
  'discLabeling/saveLabels': { params: SaveLabelsParams; result: SaveLabelsResponse };
  /** Sent when a volume was opened: a rater's labels of it, null where there are none. */
  'discLabeling/findTruth': { params: WithUri; result: TruthLabels | null };
}

export const labelingRequests = {
  label: 'discLabeling/label',
  describe: 'discLabeling/describe',
  saveLabels: 'discLabeling/saveLabels',
  findTruth: 'discLabeling/findTruth',
} as const satisfies Record<string, keyof LabelingRequests>;
