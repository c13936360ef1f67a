/** The backend process: what the editor starts and speaks JSON-RPC with (`--node-ipc` or `--stdio`). */
import { startBackend } from './backend/backend.js';
import { LabelingService } from './labeling/service.js';
import * as places from './places.js';

startBackend(
  ({ weightsFolder, userModelsFolder, defaultModel, engine, threads }, log) =>
    new LabelingService({
      places: {
        weightsFolder: weightsFolder ?? places.weightsFolder,
        userModelsFolder: userModelsFolder ?? places.userModelsFolder,
        defaultModel: defaultModel || undefined,
      },
      engine,
      threads,
      onNotice: ({ message }) => log(message),
    }),
);
