import { basename } from 'node:path';
import type { EvaluationRequests, PhantomRequests } from '../../protocol/index.js';
import type { EvaluationProgress } from '../../evaluation/service.js';
import type { Work } from '../../work.js';
import type { HandlerDependencies, HandlersOf } from './types.js';

/** How good models are, and reports of it. */
export function evaluationHandlers({
  services: { evaluation },
  activity,
}: HandlerDependencies): HandlersOf<keyof EvaluationRequests | keyof PhantomRequests> {
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
    'discLabeling/measureOnPhantoms': ({ model, ...choice }, { signal, progress }) =>
      activity.during(`measuring ${basename(model)}`, async () =>
        (await evaluation()).onPhantoms(model, { ...choice, signal, progress: inWords(progress) }),
      ),
    'discLabeling/measureRobustness': ({ model, ...choice }, { signal, progress }) =>
      activity.during(`measuring ${basename(model)}`, async () =>
        (await evaluation()).robustness(model, { ...choice, signal, progress: inWords(progress) }),
      ),
    'discLabeling/calibrate': ({ model, ...choice }, { signal, progress }) =>
      activity.during(`calibrating ${basename(model)}`, async () =>
        (await evaluation()).calibrate(model, { ...choice, signal, progress: inWords(progress) }),
      ),
    'discLabeling/report': async ({ folder }) => (await evaluation()).report(folder),
    'discLabeling/compareReports': async ({ folders }) => (await evaluation()).compare(folders),
    'discLabeling/saveReport': ({ folder, file, comparison }) =>
      activity.during('saving the report', async () => ({
        file: await (await evaluation()).savePage(folder, { file, comparison }),
      })),
  };
}

const inWords =
  (report: Work['progress']) =>
  ({ done, total, name }: EvaluationProgress): void =>
    report({ message: `${done}/${total}${name ? ` ${name}` : ''}`, fraction: done / Math.max(1, total) });
