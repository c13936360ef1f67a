import { UserError } from '@disc-labeling/models/errors';
import { access } from 'node:fs/promises';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RequestMethod, Requests } from '../protocol/index.js';
import { labelPaths } from '../volume/labels.js';
import type { Activity } from './activity.js';
import type { OverlayStore } from './overlays.js';
import type { LabelingService, WorkProgress } from './services.js';

/** What a handler may use besides its parameters. */
export interface RequestContext {
  readonly signal: AbortSignal;
  readonly progress: (progress: WorkProgress) => void;
}

/** One handler for each request of the protocol: leaving one out does not compile. */
export type Handlers = {
  readonly [Method in RequestMethod]: (
    params: Requests[Method]['params'],
    context: RequestContext,
  ) => Promise<Requests[Method]['result']>;
};

export interface HandlerDependencies {
  /** Made when first needed, so that a service that can't start answers requests with its reason. */
  readonly service: () => Promise<LabelingService>;
  readonly overlays: OverlayStore;
  readonly activity: Activity;
}

/** Path of a `file:` URI. @throws UserError for any other scheme */
export function pathOf(uri: string): string {
  if (!uri.startsWith('file:'))
    throw new UserError('cannot read volume', 'only files on disk can be opened; save a copy first', uri);
  return fileURLToPath(uri);
}

/** Connects the protocol's requests to the services. */
export function createHandlers({ service, overlays, activity }: HandlerDependencies): Handlers {
  return {
    'discLabeling/label': async (params, { signal, progress }) => {
      const path = pathOf(params.uri);
      return activity.during(`labelling ${basename(path)}`, async () => {
        const outcome = await (
          await service()
        ).label(path, {
          model: params.model,
          engine: params.engine,
          overlays: params.overlays,
          signal,
          progress,
        });
        activity.used(outcome.result.engine, outcome.result.model);
        return {
          result: outcome.result,
          overlays: outcome.overlays ? await overlays.put(path, outcome.overlays) : undefined,
        };
      });
    },
    'discLabeling/describe': async ({ uri }) => (await service()).describe(pathOf(uri)),
    'discLabeling/models': async () => (await service()).models(),
    'discLabeling/engines': async () => (await service()).engines(),
    'discLabeling/saveLabels': async ({ uri, discs, model, overwrite = false }) => {
      const path = pathOf(uri);
      const places = labelPaths(path);
      // Someone's manual labels may be there: replacing them needs the user's word.
      if (!overwrite && (await exists(places.volume))) return { ...places, kept: true };
      return activity.during(`saving labels of ${basename(path)}`, async () =>
        (await service()).saveLabels(path, { discs, model, overwrite }),
      );
    },
  };
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
