import { truthOf } from '../../dataset/bids/truth-of-image.js';
import type { ReportRequests } from '../../protocol/index.js';
import { pathOf, type HandlerDependencies, type HandlersOf } from './types.js';

/** Test reports to share, and truth to hold against labels. */
export function reportHandlers({
  services: { evaluation },
  activity,
}: HandlerDependencies): HandlersOf<keyof ReportRequests> {
  return {
    'discLabeling/saveReport': ({ folder, file, comparison }) =>
      activity.during('saving the report', async () => ({
        file: await (await evaluation()).savePage(folder, { file, comparison }),
      })),
    'discLabeling/findTruth': ({ uri }, { signal }) => truthOf(pathOf(uri), signal),
  };
}
