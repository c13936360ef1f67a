import type { EngineChoice, EngineStatus } from '@disc-labeling/models/engines/types';
import type { ConfigurationService } from '../configuration/service.js';
import type {
  CreateDatasetParams,
  DatasetOutcome,
  DescribeResponse,
  Disc,
  ExportModelResult,
  AnimateParams,
  AnimateResponse,
  AttentionParams,
  AttentionResponse,
  GalleryContents,
  GalleryPicture,
  GalleryRequests,
  InitializationOptions,
  LabelResult,
  ModelSummary,
  NotificationMethod,
  Notifications,
  PrepareParams,
  SynthesizeParams,
  RunDetails,
  RunSummary,
  SaveLabelsResponse,
  StartTrainingParams,
  StartTrainingResult,
} from '../protocol/index.js';

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

/** What the backend offers the editor; the same services stand behind the command line. */
export interface LabelingService {
  /** @throws UserError for a file or model that can't be used; CancelledError once `signal` is aborted */
  label(path: string, options: LabelOptions): Promise<LabelOutcome>;
  /** Reads a header only. @throws UserError */
  describe(path: string): Promise<DescribeResponse>;
  models(): Promise<readonly ModelSummary[]>;
  engines(): Promise<readonly EngineStatus[]>;
  /** Writes the label volume and its sidecar, beside the image unless a folder is given. @throws UserError */
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

/** The user's own models, and models taken out. Every call may throw a UserError. */
export interface ModelsService {
  importWeights(file: string, name: string): Promise<ModelSummary>;
  /** @param source a run folder (its best) or a model folder */
  install(source: string, name: string): Promise<ModelSummary>;
  exportModel(model: string, file: string): Promise<ExportModelResult>;
  /** For good. @param path of one of the user's own models */
  delete(path: string): Promise<void>;
  dispose(): Promise<void>;
}

/** What long work is given. */
export interface Work {
  readonly signal: AbortSignal;
  readonly progress: (progress: WorkProgress) => void;
}

/** Trainings; the service itself has the comments. */
export interface TrainingService {
  start(params: StartTrainingParams, context: Work): Promise<StartTrainingResult>;
  stop(run: string): Promise<void>;
  list(folders: readonly string[]): Promise<readonly RunSummary[]>;
  preparedSets(folders: readonly string[]): Promise<readonly string[]>;
  read(path: string): Promise<RunDetails>;
  follow(path: string, follow: boolean): void;
  dispose(): Promise<void>;
}

/** Datasets from folders, and drawn ones. Every call may throw a UserError, or CancelledError once aborted. */
export interface DatasetsService {
  create(params: CreateDatasetParams, work: Work): Promise<DatasetOutcome>;
  prepare(params: PrepareParams, work: Work): Promise<DatasetOutcome>;
  synthesize(params: SynthesizeParams, work: Work): Promise<DatasetOutcome>;
  dispose(): Promise<void>;
}

/** Pictures written to files. */
export interface PicturesService {
  /** @throws UserError, CancelledError */
  attention(
    params: Pick<AttentionParams, 'input' | 'sample' | 'model' | 'output'>,
    options: Work,
  ): Promise<AttentionResponse>;
  /** @throws UserError, CancelledError */
  animate(params: Pick<AnimateParams, 'run' | 'output'>, options: Work): Promise<AnimateResponse>;
  dispose(): Promise<void>;
}

/** Prepared sets and datasets to look at. */
export interface GalleriesService {
  /** @throws UserError, CancelledError */
  contents(folder: string, signal: AbortSignal): Promise<GalleryContents>;
  /** @throws UserError, CancelledError */
  picture(
    params: GalleryRequests['discLabeling/galleryPicture']['params'] & { readonly signal: AbortSignal },
  ): Promise<GalleryPicture>;
  dispose(): Promise<void>;
}

/** Every service the backend offers, by area. */
export interface Services {
  readonly labeling: LabelingService;
  readonly configuration: ConfigurationService;
  readonly models: ModelsService;
  readonly datasets: DatasetsService;
  readonly pictures: PicturesService;
  readonly galleries: GalleriesService;
  readonly training: TrainingService;
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
