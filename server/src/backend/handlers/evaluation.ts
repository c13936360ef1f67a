import { basename } from 'node:path';
import type { EvaluationRequests } from '../../protocol/index.js';
import type { EvaluationProgress } from '../services.js';
import type { HandlerDependencies, HandlersOf, RequestContext } from './types.js';

/** How good models are, and reports of it. */
export function evaluationHandlers({
  services: { evaluation },
  activity,
}: HandlerDependencies): HandlersOf<keyof EvaluationRequests> {
  return {
    'discLabeling/evaluate': ({ model, set, pictures }, { signal, progress }) =>
      activity.during(`evaluating on ${basename(set)}`, async () =>
        (await evaluation()).evaluate(model, set, { pictures, signal, progress: inWords(progress) }),
      ),
    'discLabeling/test': ({ model, set, report, metrics, skeleton }, { signal, progress }) =>
      activity.during(`testing on ${basename(set)}`, async () =>
        (await evaluation()).test(model, set, {
          report,
          metrics,
          skeleton,
          signal,
          progress: inWords(progress),
        }),
      ),
    'discLabeling/report': async ({ folder }) => (await evaluation()).report(folder),
    'discLabeling/compareReports': async ({ folders }) => (await evaluation()).compare(folders),
  };
}

const inWords =
  (report: RequestContext['progress']) =>
  ({ done, total, name }: EvaluationProgress): void =>
    report({ message: `${done}/${total}${name ? ` ${name}` : ''}`, fraction: done / Math.max(1, total) });
