import type { WithProgress } from './core.js';

/** What was left out of a dataset or prepared set, and why. */
export interface LeftOut {
  readonly subject: string;
  readonly name: string;
  readonly reason: string;
}

/** How gathering, preparing or drawing ended. */
export interface DatasetOutcome {
  /** The folder that was written. */
  readonly folder: string;
  /** Subjects (create, synthesize) or samples (prepare) in it. */
  readonly taken: number;
  readonly leftOut: readonly LeftOut[];
  /** Sentences for the user. */
  readonly notices: readonly string[];
  /** A file to look at first: a volume (create, synthesize) or a contact sheet (prepare); null where there is none. */
  readonly example: string | null;
}

export interface CreateDatasetParams extends WithProgress {
  readonly bids: string;
  readonly output: string;
  readonly link?: boolean;
}

export interface PrepareParams extends WithProgress {
  /** A gathered or BIDS dataset. */
  readonly dataset: string;
  readonly output: string;
  /** Contrast suffix, or `both` (T1w and T2w). */
  readonly contrast: string;
  readonly split: 'train' | 'test' | 'all';
  readonly preparation: 'own' | 'reference';
  readonly seed?: number;
  readonly pictures?: boolean;
}

export interface SynthesizeParams extends WithProgress {
  readonly output: string;
  readonly subjects: number;
  readonly seed: number;
}

/** One sample of a prepared set, or one image of a dataset, as a gallery shows it. */
export interface GalleryItem {
  readonly name: string;
  readonly subject: string;
  readonly contrast: string;
  readonly split: string | null;
  /** Absolute path of the image; null where it is not there any more. */
  readonly image: string | null;
  /** Null: known once its picture is drawn (a dataset's label files are not read before). */
  readonly discs: readonly { readonly value: number; readonly name: string }[] | null;
  readonly notices: readonly string[];
  /** The middle of what is shown, in the image's voxels; null as for `discs`. */
  readonly voxel: readonly [number, number, number] | null;
}

/**
 * `thumbnail` and `large`: the slice with its targets and their names. `channels`: the target of each channel of the
 * network by itself.
 */
export type GalleryView = 'thumbnail' | 'large' | 'channels';

export interface GalleryPicture {
  /** PNG file, base64. */
  readonly png: string;
  /** Values of the discs in it, from head to foot. */
  readonly discs: readonly number[];
  readonly notices: readonly string[];
  /** As in {@link GalleryItem}; null where it stands there. */
  readonly voxel: readonly [number, number, number] | null;
}

/** What a prepared set or dataset folder holds. */
export interface GalleryContents {
  readonly folder: string;
  readonly kind: 'prepared' | 'dataset';
  readonly title: string;
  readonly items: readonly GalleryItem[];
  readonly leftOut: readonly LeftOut[];
}

export interface DatasetRequests {
  /** Sent by *Create Dataset*. Cancellable. */
  'discLabeling/createDataset': { params: CreateDatasetParams; result: DatasetOutcome };
  /** Sent by *Prepare Samples*. Cancellable. */
  'discLabeling/prepare': { params: PrepareParams; result: DatasetOutcome };
  /** Sent by *Synthesize Dataset*. Cancellable. */
  'discLabeling/synthesize': { params: SynthesizeParams; result: DatasetOutcome };
}

export const datasetRequests = {
  createDataset: 'discLabeling/createDataset',
  prepare: 'discLabeling/prepare',
  synthesize: 'discLabeling/synthesize',
} as const satisfies Record<string, keyof DatasetRequests>;

export interface GalleryRequests {
  /** Sent by a gallery that opens or is refreshed: what is in the folder (or that of its index file). Cancellable. */
  'discLabeling/gallery': { params: { readonly folder: string }; result: GalleryContents };
  /** Sent for the items in sight, and for the one looked at closely. Cancellable. */
  'discLabeling/galleryPicture': {
    params: {
      readonly folder: string;
      readonly name: string;
      readonly view: GalleryView;
      /** Longer side in pixels. */
      readonly size: number;
    };
    result: GalleryPicture;
  };
}

export const galleryRequests = {
  gallery: 'discLabeling/gallery',
  galleryPicture: 'discLabeling/galleryPicture',
} as const satisfies Record<string, keyof GalleryRequests>;
