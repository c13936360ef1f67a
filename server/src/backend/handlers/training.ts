import type { TrainingRequests } from '../../protocol/index.js';
import type { HandlerDependencies, HandlersOf } from './types.js';

/** Trainings and the runs they leave. */
export function trainingHandlers({
  services: { training },
}: HandlerDependencies): HandlersOf<keyof TrainingRequests> {
  return {
    'discLabeling/runs': async ({ folders }) => (await training()).list(folders),
    'discLabeling/preparedSets': async ({ folders }) => (await training()).preparedSets(folders),
    'discLabeling/run': async ({ path }) => (await training()).read(path),
    'discLabeling/followRun': async ({ path, follow }) => {
      (await training()).follow(path, follow);
      return null;
    },
    'discLabeling/startTraining': async (params, context) => (await training()).start(params, context),
    'discLabeling/stopTraining': async ({ run }) => {
      await (await training()).stop(run);
      return null;
    },
  };
}
