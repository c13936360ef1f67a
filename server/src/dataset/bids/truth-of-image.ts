import type { TruthLabels } from '../../protocol/labeling.js';
import { labelCentres, readLabelVolume, sameGrid } from '../../volume/labels.js';
import { discName, isDiscValue } from '../../volume/levels.js';
import { readGrid } from '../../volume/nifti.js';
import { voxelToWorld } from '../../volume/orientation.js';
import { findLabelOf } from './label-of-image.js';

/**
 * A rater's discs of an image, from the label file that belongs to it.
 * @returns null where there is none, or it has another grid than the image
 * @throws UserError the label file can't be read; CancelledError
 */
export async function truthOf(image: string, signal?: AbortSignal): Promise<TruthLabels | null> {
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
}
