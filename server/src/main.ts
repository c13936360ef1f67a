/** The backend process: what the editor starts and speaks JSON-RPC with (`--node-ipc` or `--stdio`). */
import { startBackend } from './backend/backend.js';
import type { ServiceTools } from './backend/services.js';
import { writeReportHtml } from './evaluation/report-html.js';
import { EvaluationService } from './evaluation/service.js';
import type { ModelPlaces } from './labeling/models.js';
import { LabelingService } from './labeling/service.js';
import * as places from './places.js';

startBackend({
  labeling: ({ options, log }) =>
    new LabelingService({
      places: modelPlaces(options),
      engine: options.engine,
      threads: options.threads,
      onNotice: ({ message }) => log(message),
    }),
  evaluation: ({ options, log }) =>
    new EvaluationService({
      html: writeReportHtml,
      places: modelPlaces(options),
      engine: options.engine,
      threads: options.threads,
      onNotice: ({ message }) => log(message),
    }),
});

/** Where models lie: the client's word, or the product's own places. */
function modelPlaces({
  weightsFolder,
  userModelsFolder,
  defaultModel,
}: ServiceTools['options']): ModelPlaces {
  return {
    weightsFolder: weightsFolder ?? places.weightsFolder,
    userModelsFolder: userModelsFolder ?? places.userModelsFolder,
    defaultModel: defaultModel || undefined,
  };
}
