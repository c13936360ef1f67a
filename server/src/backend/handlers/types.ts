import { UserError } from '@disc-labeling/models/errors';
import { fileURLToPath } from 'node:url';
import type { RequestMethod, Requests } from '../../protocol/index.js';
import type { Activity } from '../activity.js';
import type { OverlayStore } from '../overlays.js';
import type { Work } from '../../work.js';
import type { Services } from '../services.js';

/** Handlers of some requests. */
export type HandlersOf<Methods extends RequestMethod> = {
  readonly [Method in Methods]: (
    params: Requests[Method]['params'],
    work: Work,
  ) => Promise<Requests[Method]['result']>;
};

export interface HandlerDependencies {
  /** Each made when first needed, so that a service that can't start answers requests with its reason. */
  readonly services: { readonly [Area in keyof Services]: () => Promise<Services[Area]> };
  readonly overlays: OverlayStore;
  readonly activity: Activity;
}

/** Path of a `file:` URI. @throws UserError for any other scheme */
export function pathOf(uri: string): string {
  if (!uri.startsWith('file:'))
    throw new UserError('cannot read volume', 'only files on disk can be opened; save a copy first', uri);
  return fileURLToPath(uri);
}
