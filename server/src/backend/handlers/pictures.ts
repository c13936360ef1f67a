import { basename } from 'node:path';
import type { PictureRequests } from '../../protocol/index.js';
import type { HandlerDependencies, HandlersOf } from './types.js';

/** Pictures of what a network sees and how it learnt. */
export function pictureHandlers({
  services: { pictures },
  activity,
}: HandlerDependencies): HandlersOf<keyof PictureRequests> {
  return {
    'discLabeling/attention': (params, context) =>
      activity.during(`drawing attention of ${basename(params.sample ?? params.input)}`, async () =>
        (await pictures()).attention(params, context),
      ),
    'discLabeling/animate': (params, context) =>
      activity.during(`animating ${basename(params.run)}`, async () =>
        (await pictures()).animate(params, context),
      ),
  };
}
