import type { GalleryRequests } from '../../protocol/index.js';
import type { HandlerDependencies, HandlersOf } from './types.js';

/** Prepared sets and datasets, looked at. */
export function galleryHandlers({
  services: { galleries },
}: HandlerDependencies): HandlersOf<keyof GalleryRequests> {
  return {
    'discLabeling/gallery': async ({ folder }, { signal }) => (await galleries()).contents(folder, signal),
    'discLabeling/galleryPicture': async (params, { signal }) =>
      (await galleries()).picture({ ...params, signal }),
  };
}
