/**
 * The contract between the editor and the backend: every message, typed, with who sends it and why.
 * Standard parts of the Language Server Protocol (initialize, `$/progress`, `$/cancelRequest`, `textDocument/…`,
 * `workspace/executeCommand`) are used as they stand; what is in the files of this folder is ours.
 */
import type { EngineChoice, EngineStatus } from '@disc-labeling/models/engines/types';
import { configurationRequests, type ConfigurationRequests } from './configuration.js';
import type { BackendStatus } from './core.js';
import { datasetRequests, type DatasetRequests } from './datasets.js';
import { evaluationRequests, type EvaluationRequests } from './evaluation.js';
import { folderRequests, type FolderRequests } from './folders.js';
import { galleryRequests, type GalleryRequests } from './gallery.js';
import { labelingRequests, type LabelingRequests } from './labeling.js';
import { modelRequests, type ModelRequests } from './models.js';
import { phantomRequests, type PhantomRequests } from './phantoms.js';
import { pictureRequests, type PictureRequests } from './pictures.js';
import {
  trainingNotifications,
  trainingRequests,
  type TrainingNotifications,
  type TrainingRequests,
} from './training.js';

export type * from './configuration.js';
export type * from './core.js';
export type * from './datasets.js';
export type * from './evaluation.js';
export type * from './folders.js';
export type * from './gallery.js';
export type * from './labeling.js';
export type * from './labels.js';
export type * from './models.js';
export type * from './phantoms.js';
export type * from './pictures.js';
export type * from './training.js';
export { configurationCommands } from './configuration.js';
export { userErrorCode } from './core.js';
export { modelNamePattern } from './models.js';
export type { EngineStatus, EngineChoice };

/**
 * Editor → backend requests: method, parameters, answer. A missing handler is a compile error
 * (the backend registers a map of this type).
 */
export interface Requests
  extends
    ConfigurationRequests,
    DatasetRequests,
    EvaluationRequests,
    FolderRequests,
    GalleryRequests,
    LabelingRequests,
    ModelRequests,
    PhantomRequests,
    PictureRequests,
    TrainingRequests {}

/** Backend → editor notifications. */
export interface Notifications extends TrainingNotifications {
  'discLabeling/status': BackendStatus;
}

export type RequestMethod = keyof Requests;
export type NotificationMethod = keyof Notifications;

/** Method names as values, so that no string literal is scattered about. */
export const requests = {
  ...configurationRequests,
  ...datasetRequests,
  ...evaluationRequests,
  ...folderRequests,
  ...galleryRequests,
  ...labelingRequests,
  ...modelRequests,
  ...phantomRequests,
  ...pictureRequests,
  ...trainingRequests,
} as const satisfies Record<string, RequestMethod>;

export const notifications = {
  status: 'discLabeling/status',
  ...trainingNotifications,
} as const satisfies Record<string, NotificationMethod>;

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
