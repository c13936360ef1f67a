/**
 * The contract between the editor and the backend: every message, typed, with who sends it and why.
 * Standard parts of the Language Server Protocol (initialize, `$/progress`, `$/cancelRequest`,
 * `workspace/executeCommand`) are used as they stand; what follows is ours.
 */
import type { EngineStatus, EngineChoice } from '@disc-labeling/models/engines/types';
import type { Disc, LabelResult } from './labels.js';

export type * from './labels.js';
export type { EngineStatus, EngineChoice };

/** Where the file lies, as a URI string (`file:` only). */
interface WithUri {
  readonly uri: string;
}

export interface LabelParams extends WithUri {
  /** Name of a model or path of a model folder; the default model when absent. */
  readonly model?: string;
  readonly engine?: EngineChoice;
  /** Progress is reported as `$/progress` under this token. */
  readonly workDoneToken?: string | number;
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

export interface ModelSummary {
  readonly name: string;
  readonly title: string;
  readonly contrast: 'T1w' | 'T2w' | 'any';
  readonly path: string;
  readonly origin: 'shipped' | 'user';
  readonly parameters: number;
  readonly attention: boolean;
  readonly isDefault: boolean;
}

export interface SaveLabelsParams extends WithUri {
  readonly discs: readonly Disc[];
  readonly model: string;
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

/** Backend → editor, whenever it changes: drives the status bar item. */
export interface BackendStatus {
  readonly state: 'ready' | 'busy';
  /** What it is doing, e.g. `labelling sub-01_T1w.nii.gz`. */
  readonly activity: string | null;
  readonly engine: string | null;
  readonly model: string | null;
}

/**
 * Editor → backend requests: method, parameters, answer. A missing handler is a compile error
 * (the backend registers a map of this type).
 */
export interface Requests {
  /** Sent when a volume is opened or labelled again. Cancellable. */
  'discLabeling/label': { params: LabelParams; result: LabelResponse };
  /** Sent before a volume is drawn: its header, or the reason it can't be read. */
  'discLabeling/describe': { params: DescribeParams; result: DescribeResponse };
  /** Sent to fill the model picker. */
  'discLabeling/models': { params: null; result: readonly ModelSummary[] };
  /** Sent by *Show Engines* and the status tooltip. */
  'discLabeling/engines': { params: null; result: readonly EngineStatus[] };
  /** Sent by *Save Labels*: writes the label volume beside the image. */
  'discLabeling/saveLabels': { params: SaveLabelsParams; result: SaveLabelsResponse };
}

/** Backend → editor notifications. */
export interface Notifications {
  'discLabeling/status': BackendStatus;
}

export type RequestMethod = keyof Requests;
export type NotificationMethod = keyof Notifications;

/** Method names as values, so that no string literal is scattered about. */
export const requests = {
  label: 'discLabeling/label',
  describe: 'discLabeling/describe',
  models: 'discLabeling/models',
  engines: 'discLabeling/engines',
  saveLabels: 'discLabeling/saveLabels',
} as const satisfies Record<string, RequestMethod>;

export const notifications = {
  status: 'discLabeling/status',
} as const satisfies Record<string, NotificationMethod>;

/** `data` of a response error: what the viewer shows instead of the volume. */
export interface ErrorData {
  readonly what: string;
  readonly why: string;
  readonly file?: string;
}

/** JSON-RPC error code of a {@link ErrorData} failure (a `UserError`). */
export const userErrorCode = 1;

/** What the client hands over at `initialize`. */
export interface InitializationOptions {
  /** Folder of the shipped models; by default the product's own. */
  readonly weightsFolder?: string;
  /** Folder of the user's own models (imported, trained); by default the command line's. */
  readonly userModelsFolder?: string;
  /**
   * Where overlay volumes go. The backend makes a folder of its own inside and deletes it when it ends;
   * viewers may read everything below.
   */
  readonly overlaysFolder: string;
  readonly defaultModel?: string;
  readonly engine?: EngineChoice;
  readonly threads?: number;
}
