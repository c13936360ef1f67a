import { findLabelOf } from '../../dataset/bids/label-of-image.js';
import { readReport } from '../../evaluation/report-folder.js';
import { writeReportHtml } from '../../evaluation/report-html.js';
import type { ReportRequests } from '../../protocol/index.js';
import { labelCentres, readLabelVolume, sameGrid } from '../../volume/labels.js';
import { discName, isDiscValue } from '../../volume/levels.js';
import { readGrid } from '../../volume/nifti.js';
import { voxelToWorld } from '../../volume/orientation.js';
import { pathOf, type HandlerDependencies, type HandlersOf } from './types.js';

/** Test reports to share, and truth to hold against labels. */
export function reportHandlers({ activity }: HandlerDependencies): HandlersOf<keyof ReportRequests> {
  return {
    'discLabeling/saveReport': ({ folder, file, comparison }) =>
      activity.during('saving the report', async () => ({
        file: await writeReportHtml(await readReport(folder), folder, { file, comparison }),
      })),
    'discLabeling/findTruth': async ({ uri }, { signal }) => {
      const image = pathOf(uri);
      const file = await findLabelOf(image);
      if (file === null) return null;
      const { volume } = await readLabelVolume(file, { signal });
      // Labels of another grid would need resampling; their voxels are not the image's.
      if (!sameGrid(volume, await readGrid(image))) return null;
      const discs = labelCentres(volume)
        .filter(({ value }) => isDiscValue(value))
        .map(({ value, voxel: [i, j, k] }) => {
          const [x, y, z] = voxelToWorld(volume.affine, [i, j, k]);
          return { value, name: discName(value), voxel: [i, j, k] as const, world: [x, y, z] as const };
        });
      return { file, discs };
    },
  };
}
