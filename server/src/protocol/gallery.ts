import type { LeftOut } from './datasets.js';

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
