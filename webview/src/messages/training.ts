/** State, requests and actions of the training dashboard. */
import type {
  EpochMetrics,
  ErrorData,
  RunDetails,
  RunSummary,
  TrainingStepEvent,
} from '@disc-labeling/server/protocol';

/** A run as the dashboard draws it. */
export type DashboardRun = Omit<RunDetails, 'config' | 'pictures'>;

/** Validation picture of an epoch (0-based), as the page can fetch it. */
export interface EpochPicture {
  readonly epoch: number;
  readonly url: string;
}

/** Everything a dashboard draws, apart from how its user zoomed it. */
export interface DashboardState {
  /** Null until it was read, or where it can't be. */
  readonly run: DashboardRun | null;
  readonly pictures: readonly EpochPicture[];
  /** Why there is nothing to show, or why the training failed or could not be resumed. */
  readonly problem: ErrorData | null;
  /** What was asked for and is not done yet. */
  readonly pending: 'stopping' | 'resuming' | null;
  /** Other runs of the workspace, which can be laid over. */
  readonly others: readonly Pick<RunSummary, 'path' | 'name' | 'epoch' | 'state'>[];
  /** Those that are, whole. */
  readonly compared: readonly DashboardRun[];
}

/** What a training has come to since the last state or action, a few times a second at most. */
export interface DashboardAction {
  readonly kind: 'progress';
  readonly live: TrainingStepEvent | null;
  readonly epochs: readonly EpochMetrics[];
  /** The best epoch (0-based) if it is another now. */
  readonly best: number | null;
  readonly pictures: readonly EpochPicture[];
}

/** What a dashboard can ask for; answered once it is done or refused. */
export type DashboardRequest =
  | { readonly kind: 'stop' }
  | { readonly kind: 'resume' }
  | { readonly kind: 'openConfig' }
  | { readonly kind: 'openCard' }
  | { readonly kind: 'openLog' }
  | { readonly kind: 'compare'; readonly paths: readonly string[] };

/** What a dashboard remembers when its window is closed and opened again. */
export interface DashboardMemory {
  /** The run folder. */
  readonly path: string;
  readonly compared: readonly string[];
  readonly log: boolean;
  /** Weight of the past in smoothed curves, 0..1. */
  readonly smoothing: number;
}
