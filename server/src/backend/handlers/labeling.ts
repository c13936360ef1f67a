import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import type { LabelingRequests } from '../../protocol/index.js';
import { truthOf } from '../../dataset/bids/truth-of-image.js';
import { labelPaths } from '../../volume/labels.js';
import { pathOf, type HandlerDependencies, type HandlersOf } from './types.js';

/** Volumes, their labels, and the truth to hold these against. */
export function labelingHandlers({
  services: { labeling },
  overlays,
  activity,
}: HandlerDependencies): HandlersOf<keyof LabelingRequests> {
  return {
    'discLabeling/label': async (params, { signal, progress }) => {
      const path = pathOf(params.uri);
      return activity.during(`labelling ${basename(path)}`, async () => {
        const outcome = await (
          await labeling()
        ).label(path, {
          model: params.model,
          engine: params.engine,
          levelShift: params.levelShift,
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
    'discLabeling/describe': async ({ uri }) => (await labeling()).describe(pathOf(uri)),
    'discLabeling/saveLabels': async ({ uri, overwrite = false, ...labels }) => {
      const path = pathOf(uri);
      const places = labelPaths(path);
      // Someone's manual labels may be there: replacing them needs the user's word.
      if (!overwrite && existsSync(places.volume)) return { ...places, kept: true };
      return activity.during(`saving labels of ${basename(path)}`, async () =>
        (await labeling()).saveLabels(path, { ...labels, overwrite }),
      );
    },
    'discLabeling/findTruth': ({ uri }, { signal }) => truthOf(pathOf(uri), signal),
  };
}
