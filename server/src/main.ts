/** The backend process: what the editor starts and speaks JSON-RPC with (`--node-ipc` or `--stdio`). */
import { startBackend } from './backend/backend.js';
import type { ServiceTools } from './backend/services.js';
import { ConfigurationService } from './configuration/service.js';
import { GalleryService } from './dataset/gallery/service.js';
import { DatasetService } from './dataset/service.js';
import { EvaluationService } from './evaluation/service.js';
import type { LabelerOptions } from './labeling/labeler.js';
import { ModelLibrary } from './labeling/model-library.js';
import type { ModelPlaces } from './labeling/models.js';
import { LabelingService } from './labeling/service.js';
import * as places from './places.js';
import { TrainingService } from './training/service.js';
import { PicturesService } from './visualization/service.js';

startBackend({
  configuration: ({ options }) => new ConfigurationService(modelPlaces(options)),
  datasets: ({ options }) => new DatasetService({ threads: options.threads }),
  evaluation: (tools) => new EvaluationService(labelerOptions(tools)),
  galleries: () => new GalleryService(),
  labeling: (tools) => new LabelingService(labelerOptions(tools)),
  models: ({ options }) => new ModelLibrary(modelPlaces(options)),
  pictures: (tools) => new PicturesService(labelerOptions(tools)),
  training: ({ options: { engine, threads }, notify }) => new TrainingService({ engine, threads, notify }),
});

/** Where models lie and what they run on. */
function labelerOptions({ options, log }: ServiceTools): LabelerOptions {
  return {
    places: modelPlaces(options),
    engine: options.engine,
    threads: options.threads,
    onNotice: ({ message }) => log(message),
  };
}

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
