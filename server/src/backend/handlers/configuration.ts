import type { ConfigurationRequests } from '../../protocol/configuration.js';
import { pathOf, type HandlerDependencies, type HandlersOf } from './types.js';

/** Where the things a configuration speaks of lie. */
export function configurationHandlers({
  services: { configuration },
}: Pick<HandlerDependencies, 'services'>): HandlersOf<keyof ConfigurationRequests> {
  return {
    'discLabeling/configuration': async ({ uri }) => (await configuration()).summary(pathOf(uri)),
  };
}
