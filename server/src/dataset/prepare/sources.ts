import { basename } from 'node:path';
import { throwIfCancelled } from '@disc-labeling/models/errors';
import { checkImage, isLeftOut, type UsableImage } from '../bids/check.js';
import { hasContrast } from '../bids/names.js';
import { scanDataset, type ScanOptions } from '../bids/scan.js';
import { readInventory } from '../inventory.js';
import { inParallel } from '../parallel.js';
import type { LeftOutSample } from '../samples.js';

/** What a dataset offers. */
export interface Sources {
  /**
   * Subjects with a labelled image of any contrast, whether it can be read or not, sorted: what the split is drawn
   * over, so that it is the same whichever contrast is prepared.
   */
  readonly subjects: readonly string[];
  /** By subject, session, contrast and name. */
  readonly images: readonly UsableImage[];
  readonly leftOut: readonly LeftOutSample[];
  readonly notices: readonly string[];
}

/** Headers looked at at the same time. */
const together = 4;

/**
 * The labelled images of a gathered or of any BIDS dataset. What gathering left out stays accounted for.
 * @throws UserError the folder holds no dataset
 */
export async function findSources(
  dataset: string,
  { contrasts, signal }: Required<Pick<ScanOptions, 'contrasts'>> & ScanOptions,
): Promise<Sources> {
  const whole = await scanDataset(dataset, { signal });
  const scanned = whole.map(({ name, images }) => ({
    name,
    images: images.filter((image) => contrasts.some((one) => hasContrast(image, one))),
  }));
  const inventory = await readInventory(dataset);
  const checked = await inParallel(scanned, together, async ({ images }) => {
    throwIfCancelled(signal);
    const results: (UsableImage | LeftOutSample)[] = [];
    for (const image of images) {
      const result = await checkImage(dataset, image);
      results.push(isLeftOut(result) ? withoutFiles(result) : result);
    }
    return results;
  });
  const all = checked.flat();
  const before = (inventory?.leftOut ?? []).filter(({ contrast }) => contrasts.includes(contrast));
  const leftOut = [...all.filter((one): one is LeftOutSample => 'reason' in one), ...before];
  const absent = scanned.flatMap(({ name, images }) =>
    contrasts
      .filter((contrast) => !images.some((image) => hasContrast(image, contrast)))
      .filter((contrast) => !leftOut.some((one) => one.subject === name && one.contrast === contrast))
      .map((contrast) => ({ subject: name, session: null, contrast, name, reason: 'no image' })),
  );
  const notices =
    inventory?.complete === false
      ? [`${basename(dataset)} was not gathered to its end; call dataset create again.`]
      : [];
  const subjects = whole
    .filter(({ images }) => images.some(({ image, label }) => image !== null && label !== null))
    .map(({ name }) => name);
  return {
    subjects,
    images: all.filter((one): one is UsableImage => !('reason' in one)),
    leftOut: [...leftOut, ...absent].sort((a, b) => (a.name < b.name ? -1 : 1)),
    notices,
  };
}

const withoutFiles = ({ subject, session, contrast, name, reason }: LeftOutSample): LeftOutSample => ({
  subject,
  session,
  contrast,
  name,
  reason,
});
