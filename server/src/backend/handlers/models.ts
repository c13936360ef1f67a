import { basename } from 'node:path';
import type { ModelRequests } from '../../protocol/models.js';
import type { HandlerDependencies, HandlersOf } from './types.js';

/** Models and what they can run on; the user's own, and models taken out. */
export function modelHandlers({
  services: { labeling, models },
  activity,
}: HandlerDependencies): HandlersOf<keyof ModelRequests> {
  return {
    'discLabeling/models': async () => (await labeling()).models(),
    'discLabeling/engines': async () => (await labeling()).engines(),
    'discLabeling/importWeights': ({ file, name }) =>
      activity.during(`importing ${basename(file)}`, async () => (await models()).importWeights(file, name)),
    'discLabeling/installModel': ({ source, name }) =>
      activity.during(`installing ${name}`, async () => (await models()).install(source, name)),
    'discLabeling/averageModels': ({ models: sources, name }) =>
      activity.during(`averaging ${sources.map((source) => basename(source)).join(' and ')}`, async () =>
        (await models()).averageAsOwn(sources, name),
      ),
    'discLabeling/exportModel': ({ model, file }) =>
      activity.during(`exporting ${basename(file)}`, async () => (await models()).exportModel(model, file)),
    'discLabeling/deleteModel': async ({ path }) => {
      await (await models()).delete(path);
      return null;
    },
  };
}
