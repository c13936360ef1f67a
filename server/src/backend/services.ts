import type { EngineChoice, EngineStatus } from '@disc-labeling/models/engines/types';
import type {
  DescribeResponse,
  Disc,
  InitializationOptions,
  LabelResult,
  ModelSummary,
  NotificationMethod,
  Notifications,
  ReportComparison,
  SaveLabelsResponse,
  SetEvaluation,
  TestParams,
  TestReport,
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
  /** Writes the label volume and its sidecar beside the image. @throws UserError */
  saveLabels(
    path: string,
    labels: { readonly discs: readonly Disc[]; readonly model: string; readonly overwrite: boolean },
  ): Promise<SaveLabelsResponse>;
  /** Ends worker threads and sessions. */
  dispose(): Promise<void>;
}

/** How far an evaluation has come. */
export interface EvaluationProgress {
  readonly done: number;
  readonly total: number;
  /** What is looked at now. */
  readonly name: string;
}

export interface EvaluationOptions {
  readonly signal: AbortSignal;
  readonly progress: (progress: EvaluationProgress) => void;
}

/** How good models are. */
export interface EvaluationService {
  /** @throws UserError for a model or set that can't be used; CancelledError once `signal` is aborted */
  evaluate(
    model: string,
    set: string,
    options: EvaluationOptions & { readonly pictures?: string },
  ): Promise<SetEvaluation>;
  /** Writes a report folder. @throws UserError, CancelledError */
  test(
    model: string,
    set: string,
    options: EvaluationOptions & Pick<TestParams, 'report' | 'metrics' | 'skeleton'>,
  ): Promise<TestReport>;
  /** @throws UserError */
  report(folder: string): Promise<TestReport>;
  /** @throws UserError */
  compare(folders: readonly [string, string]): Promise<ReportComparison>;
  dispose(): Promise<void>;
}

/** Every service the backend offers, by area. */
export interface Services {
  readonly labeling: LabelingService;
  readonly evaluation: EvaluationService;
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
