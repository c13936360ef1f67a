import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { throwIfCancelled } from '@disc-labeling/models/errors';
import { checkImage, isLeftOut, type UsableImage } from '../bids/check.js';
import { scanDataset, type ScanOptions } from '../bids/scan.js';
import { inventoryFile, inventorySchema, type Inventory } from '../inventory.js';
import { inParallel } from '../parallel.js';
import type { LeftOutSample } from '../samples.js';

/** What a dataset offers. */
export interface Sources {
  /** Every subject, also those without a usable image, sorted: what the split is drawn over. */
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
export async function findSources(dataset: string, options: ScanOptions): Promise<Sources> {
  const scanned = await scanDataset(dataset, options);
  const inventory = await readInventory(dataset);
  const checked = await inParallel(scanned, together, async ({ images }) => {
    throwIfCancelled(options.signal);
    const results: (UsableImage | LeftOutSample)[] = [];
    for (const image of images) {
      const result = await checkImage(dataset, image);
      results.push(isLeftOut(result) ? withoutFiles(result) : result);
    }
    return results;
  });
  const all = checked.flat();
  const before = (inventory?.leftOut ?? []).filter(({ contrast }) => options.contrasts.includes(contrast));
  const leftOut = [...all.filter((one): one is LeftOutSample => 'reason' in one), ...before];
  const absent = scanned.flatMap(({ name, images }) =>
    options.contrasts
      .filter((contrast) => !images.some((image) => image.contrast === contrast))
      .filter((contrast) => !leftOut.some((one) => one.subject === name && one.contrast === contrast))
      .map((contrast) => ({ subject: name, session: null, contrast, name, reason: 'no image' })),
  );
  const notices =
    inventory?.complete === false
      ? [`${basename(dataset)} was not gathered to its end; call dataset create again.`]
      : [];
  const subjects = [...new Set([...scanned.map(({ name }) => name), ...(inventory?.subjects ?? [])])].sort();
  return {
    subjects,
    images: all.filter((one): one is UsableImage => !('reason' in one)),
    leftOut: [...leftOut, ...absent].sort((a, b) => (a.name < b.name ? -1 : 1)),
    notices,
  };
}

async function readInventory(dataset: string): Promise<Inventory | null> {
  try {
    const parsed = inventorySchema.safeParse(
      JSON.parse(await readFile(join(dataset, inventoryFile), 'utf8')),
    );
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

const withoutFiles = ({ subject, session, contrast, name, reason }: LeftOutSample): LeftOutSample => ({
  subject,
  session,
  contrast,
  name,
  reason,
});
