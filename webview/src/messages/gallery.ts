/** State, requests and actions of the gallery of a prepared set or dataset. */
import type { ErrorData, GalleryContents, GalleryPicture, GalleryView } from '@disc-labeling/server/protocol';

/** Everything a gallery shows, apart from its pictures and what its user filtered and chose. */
export interface GalleryState {
  readonly folder: string;
  /** Null until it is read. */
  readonly contents: GalleryContents | null;
  /** Why it can't be shown. */
  readonly problem: ErrorData | null;
}

/** A picture that was asked for, or why there is none. */
export type GalleryAction =
  | {
      readonly kind: 'picture';
      readonly name: string;
      readonly view: GalleryView;
      readonly picture: GalleryPicture;
    }
  | { readonly kind: 'noPicture'; readonly name: string; readonly view: GalleryView; readonly why: string };

/** What a gallery can ask for; answered once it is done or refused. */
export type GalleryRequest =
  /** Comes as an action, unless it is cancelled before. */
  | { readonly kind: 'picture'; readonly name: string; readonly view: GalleryView; readonly size: number }
  /** Out of sight again. */
  | { readonly kind: 'cancel'; readonly name: string; readonly view: GalleryView }
  /** Opens the volume in the viewer, at the slice of the picture. */
  | {
      readonly kind: 'open';
      readonly image: string;
      readonly voxel: readonly [number, number, number] | null;
    }
  | { readonly kind: 'attention'; readonly name: string }
  | { readonly kind: 'refresh' };

/** What a gallery keeps when it is reloaded or restored. */
export interface GalleryMemory {
  readonly folder: string;
  readonly text: string;
  readonly split: string;
  readonly contrast: string;
  readonly noticesOnly: boolean;
  readonly current: string | null;
  /** Item shown large. */
  readonly opened: string | null;
}
