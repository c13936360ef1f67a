/** State, requests and actions of the volume viewer. */
import type {
  DescribeResponse,
  Disc,
  ErrorData,
  LabelResult,
  ModelSummary,
} from '@disc-labeling/server/protocol';

/** The volume as the viewer can fetch it. */
export interface VolumeFile {
  readonly name: string;
  /** Webview URI; changes whenever the file's content does. */
  readonly url: string;
  /** Bytes on disk, for the progress of loading. */
  readonly size: number;
}

/** The health of the backend as far as a viewer cares. */
export type BackendHealth =
  /** Not needed yet, or on its way. */
  | 'starting'
  | 'ready'
  /** Gone, and being started again. */
  | 'restarting'
  /** Gave up; only *Restart* helps. */
  | 'failed'
  /** May not start: the workspace is not trusted. */
  | 'untrusted';

/** Labels, with overlay volumes as webview URIs. */
export interface Labels {
  /** Title of the test report these predictions stand in; null for labels made here. */
  readonly report: string | null;
  /** Whether the user corrected the discs. */
  readonly corrected: boolean;
  readonly result: LabelResult;
  readonly overlays: { readonly attention: string | null; readonly heatmap: string | null };
}

/** Where a disc is, as a rater says. */
export type TruthDisc = Pick<Disc, 'value' | 'name' | 'voxel' | 'world'>;

/** Places to hold the labels against. */
export interface Truth {
  /** Where they come from: a label file, or a test report. */
  readonly source: string;
  readonly discs: readonly TruthDisc[];
}

/** Where labelling stands; labels found before stay in the state meanwhile. */
export type Labelling =
  | { readonly phase: 'idle' }
  | {
      readonly phase: 'running';
      readonly message: string;
      /** 0..1, or null where unknown. */
      readonly fraction: number | null;
    }
  | { readonly phase: 'failed'; readonly problem: ErrorData };

/** A place to turn to once. */
export interface Place {
  /** In the file's voxels. */
  readonly voxel: readonly [number, number, number];
  /** Value of the disc that is there, to be selected; null: none. */
  readonly disc: number | null;
  /** Another one each time it is asked for. */
  readonly stamp: number;
}

/** Everything a viewer draws, apart from what its user turned and zoomed. */
export interface ViewerState {
  readonly file: VolumeFile;
  /** Null until the backend has read it (never, in an untrusted workspace). */
  readonly header: DescribeResponse | null;
  /** Why the volume can't be read; replaces the picture. */
  readonly problem: ErrorData | null;
  readonly backend: BackendHealth;
  readonly labels: Labels | null;
  readonly truth: Truth | null;
  readonly labelling: Labelling;
  readonly models: readonly ModelSummary[];
  /** Name of the model that labels this volume. */
  readonly model: string | null;
  /** What to show first, instead of the labelled slice; null: that. */
  readonly place: Place | null;
  /** What the settings say overlays should show when a viewer opens. */
  readonly defaults: { readonly attention: boolean; readonly heatmap: boolean };
}

/** View switches that palette commands share with the viewer's own controls. */
export type ViewerAction =
  'toggleAttention' | 'toggleHeatMap' | 'toggleMultiplanar' | 'toggleTruth' | 'correctDiscs';

/** Where the user puts a disc: the file's voxel, and mm (RAS+). */
export type DiscPlace = Pick<Disc, 'voxel' | 'world'>;

/** What a viewer can ask for; answered once it is done or refused. */
export type ViewerRequest =
  | { readonly kind: 'label' }
  | { readonly kind: 'cancel' }
  | { readonly kind: 'chooseModel'; readonly model: string }
  /** To say which disc one is; `disc`: the value of the one that is meant, null: to be asked. */
  | { readonly kind: 'setLevel'; readonly disc: number | null }
  | { readonly kind: 'moveDisc'; readonly disc: number; readonly place: DiscPlace }
  /** A disc at a place; the user is asked for its name. */
  | { readonly kind: 'addDisc'; readonly place: DiscPlace }
  | { readonly kind: 'removeDisc'; readonly disc: number }
  /** The labels of a rater in the place of the model's. */
  | { readonly kind: 'takeTruth' }
  | { readonly kind: 'saveLabels' }
  | { readonly kind: 'restart' }
  | { readonly kind: 'showLog' }
  | { readonly kind: 'manageTrust' }
  | { readonly kind: 'openWith' };
