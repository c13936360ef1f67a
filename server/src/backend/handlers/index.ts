import type { RequestMethod } from '../../protocol/index.js';
import { evaluationHandlers } from './evaluation.js';
import { labelingHandlers } from './labeling.js';
import { reportHandlers } from './report.js';
import type { HandlerDependencies, HandlersOf } from './types.js';

/** One handler for each request of the protocol: leaving one out does not compile. */
export type Handlers = HandlersOf<RequestMethod>;

/** Connects the protocol's requests to the services. */
export function createHandlers(dependencies: HandlerDependencies): Handlers {
  return {
    ...labelingHandlers(dependencies),
    ...evaluationHandlers(dependencies),
    ...reportHandlers(dependencies),
  };
}
