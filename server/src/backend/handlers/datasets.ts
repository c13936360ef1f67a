import { basename } from 'node:path';
import type { DatasetRequests } from '../../protocol/datasets.js';
import type { HandlerDependencies, HandlersOf } from './types.js';

/** Datasets: gathered, prepared, drawn. */
export function datasetHandlers({
  services: { datasets },
  activity,
}: HandlerDependencies): HandlersOf<keyof DatasetRequests> {
  return {
    'discLabeling/createDataset': (params, work) =>
      activity.during(`gathering ${basename(params.bids)}`, async () =>
        (await datasets()).create(params, work),
      ),
    'discLabeling/prepare': (params, work) =>
      activity.during(`preparing ${basename(params.dataset)}`, async () =>
        (await datasets()).prepare(params, work),
      ),
    'discLabeling/synthesize': (params, work) =>
      activity.during('drawing a synthetic dataset', async () => (await datasets()).synthesize(params, work)),
  };
}
