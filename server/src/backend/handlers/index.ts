import type { RequestMethod } from '../../protocol/index.js';
import { configurationHandlers } from './configuration.js';
import { datasetHandlers } from './datasets.js';
import { evaluationHandlers } from './evaluation.js';
import { folderHandlers } from './folders.js';
import { galleryHandlers } from './gallery.js';
import { labelingHandlers } from './labeling.js';
import { modelHandlers } from './models.js';
import { pictureHandlers } from './pictures.js';
import { trainingHandlers } from './training.js';
import type { HandlerDependencies, HandlersOf } from './types.js';

/** One handler for each request of the protocol: leaving one out does not compile. */
export type Handlers = HandlersOf<RequestMethod>;

/** Connects the protocol's requests to the services. */
export function createHandlers(dependencies: HandlerDependencies): Handlers {
  return {
    ...configurationHandlers(dependencies),
    ...datasetHandlers(dependencies),
    ...evaluationHandlers(dependencies),
    ...folderHandlers(dependencies),
    ...galleryHandlers(dependencies),
    ...labelingHandlers(dependencies),
    ...modelHandlers(dependencies),
    ...pictureHandlers(dependencies),
    ...trainingHandlers(dependencies),
  };
}
