import { basename } from 'node:path';
import type { ModelLibraryRequests } from '../../protocol/models.js';
import type { HandlerDependencies, HandlersOf } from './types.js';

/** The user's own models, and models taken out. */
export function modelHandlers({
  services: { models },
  activity,
}: HandlerDependencies): HandlersOf<keyof ModelLibraryRequests> {
  return {
    'discLabeling/importWeights': ({ file, name }) =>
      activity.during(`importing ${basename(file)}`, async () => (await models()).importWeights(file, name)),
    'discLabeling/installModel': ({ source, name }) =>
      activity.during(`installing ${name}`, async () => (await models()).install(source, name)),
    'discLabeling/exportModel': ({ model, file }) =>
      activity.during(`exporting ${basename(file)}`, async () => (await models()).exportModel(model, file)),
    'discLabeling/deleteModel': async ({ path }) => {
      await (await models()).delete(path);
      return null;
    },
  };
}
