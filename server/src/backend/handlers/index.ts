import type { RequestMethod } from '../../protocol/index.js';
import { configurationHandlers } from './configuration.js';
import { datasetHandlers } from './datasets.js';
import { folderHandlers } from './folders.js';
import { evaluationHandlers } from './evaluation.js';
import { labelingHandlers } from './labeling.js';
import { galleryHandlers } from './gallery.js';
import { modelHandlers } from './models.js';
import { pictureHandlers } from './pictures.js';
import { trainingHandlers } from './training.js';
import { reportHandlers } from './report.js';
import type { HandlerDependencies, HandlersOf } from './types.js';

/** One handler for each request of the protocol: leaving one out does not compile. */
export type Handlers = HandlersOf<RequestMethod>;

/** Connects the protocol's requests to the services. */
export function createHandlers(dependencies: HandlerDependencies): Handlers {
  return {
    ...labelingHandlers(dependencies),
    ...configurationHandlers(dependencies),
    ...folderHandlers(dependencies),
    ...modelHandlers(dependencies),
    ...datasetHandlers(dependencies),
    ...galleryHandlers(dependencies),
    ...pictureHandlers(dependencies),
    ...trainingHandlers(dependencies),
    ...evaluationHandlers(dependencies),
    ...reportHandlers(dependencies),
  };
}
