import type { EngineChoice, EngineStatus } from '@disc-labeling/models/engines/types';
import type { ConfigurationService } from '../configuration/service.js';
import type { GalleryService } from '../dataset/gallery/service.js';
import type { DatasetService } from '../dataset/service.js';
import type { PicturesService } from '../evaluation/pictures.js';
import type { EvaluationService } from '../evaluation/service.js';
import type { ModelLibrary } from '../labeling/model-library.js';
import type {
  DescribeResponse,
  Disc,
  InitializationOptions,
  LabelResult,
  ModelSummary,
  NotificationMethod,
  Notifications,
  SaveLabelsResponse,
} from '../protocol/index.js';
import type { TrainingService } from '../training/service.js';

/** How far a piece of work has come. */
export interface WorkProgress {
  /** What is being done now, a few words: `reading`, `running the network`. */
  readonly message: string;
  /** 0..1 of the whole, where it is known. */
  readonly fraction?: number;
}

export interface LabelOptions {
  /** Name of a model or path of a model folder; the default model when absent. */
  readonly model?: string;
  readonly engine?: EngineChoice;
  /** Also make attention and heat maps. */
  readonly overlays?: boolean;
  readonly signal: AbortSignal;
  readonly progress: (progress: WorkProgress) => void;
}

export interface LabelOutcome {
  readonly result: LabelResult;
  /**
   * Whole NIfTI files in the volume's world frame, as thick as the labelled slab, values 0..1;
   * null where they were not asked for.
   */
  readonly overlays: { readonly attention: Uint8Array | null; readonly heatmap: Uint8Array } | null;
}

/** What the backend needs of labelling; tests of the editor put a double in its place. */
export interface LabelingService {
  /** @throws UserError for a file or model that can't be used; CancelledError once `signal` is aborted */
  label(path: string, options: LabelOptions): Promise<LabelOutcome>;
  /** Reads a header only. @throws UserError */
  describe(path: string): Promise<DescribeResponse>;
  models(): Promise<readonly ModelSummary[]>;
  engines(): Promise<readonly EngineStatus[]>;
  /** Writes the label volume and its sidecar beside the image. @throws UserError */
  saveLabels(
    path: string,
    labels: {
      readonly discs: readonly Disc[];
      readonly model: string;
      readonly engine?: string;
      readonly overwrite: boolean;
      readonly folder?: string;
    },
  ): Promise<SaveLabelsResponse>;
  /** Ends worker threads and sessions. */
  dispose(): Promise<void>;
}

/** What others see of a service. */
type Public<Service> = Pick<Service, keyof Service>;

/** Every service the backend offers, by area. */
export interface Services {
  readonly configuration: Public<ConfigurationService>;
  readonly datasets: Public<DatasetService>;
  readonly evaluation: Public<EvaluationService>;
  readonly galleries: Public<GalleryService>;
  readonly labeling: LabelingService;
  readonly models: Public<ModelLibrary>;
  readonly pictures: Public<PicturesService>;
  readonly training: Public<TrainingService>;
}

/** What a service is made with. */
export interface ServiceTools {
  readonly options: InitializationOptions;
  readonly log: (line: string) => void;
  /** Tells the editor something. */
  readonly notify: <Method extends NotificationMethod>(method: Method, params: Notifications[Method]) => void;
}

/** Makes each service once the client has said where models lie and what to run on. */
export type ServiceFactories = {
  readonly [Area in keyof Services]: (tools: ServiceTools) => Services[Area] | Promise<Services[Area]>;
};
