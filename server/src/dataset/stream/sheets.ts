import { join } from 'node:path';
import { throwIfCancelled } from '@disc-labeling/models/errors';
import { contactSheet, slicesPerSheet, type SheetSlice } from '../../pictures/contact-sheet.js';
import { discName } from '../../volume/levels.js';
import { turnToPicture } from '../../volume/slice.js';
import { writeWhole } from '../../volume/write-whole.js';
import { augmentationFor, type AugmentSetting } from '../augment/settings.js';
import { referenceSigma } from '../reference-targets.js';
import type { PreparedSet } from '../samples.js';
import type { SheetsOptions } from '../sheets.js';
import { SampleBatches } from './batches.js';
import { streamSamples } from './open.js';
import type { StreamBatch, StreamOptions } from './types.js';

/** What training sees by default, in pixels. */
const window = 256;
/** Standard deviation of the targets drawn for our own sets, in mm. */
const sigmaMm = 5;

/**
 * Draws the first training samples as training sees them in its first pass, `pictures/augmented.png`.
 * @param augment as in a training configuration
 * @returns the path of the picture; null where there are no training samples
 * @throws UserError a sample can't be read; CancelledError
 */
export async function writeAugmentedSheet(
  set: PreparedSet,
  augment: AugmentSetting = true,
  { signal, progress }: SheetsOptions = {},
): Promise<string | null> {
  const samples = await streamSamples(set, 'training');
  if (samples.length === 0) return null;
  const options: StreamOptions = {
    folder: set.folder,
    preparation: set.preparation,
    normalization: set.input.normalization,
    values: set.channels.values,
    samples,
    batch: 1,
    purpose: 'training',
    seed: 1,
    augmentation: augmentationFor(set.preparation, augment),
    window: [window, window],
  };
  const batches = new SampleBatches(options);
  const slices: SheetSlice[] = [];
  for (let step = 0; step < slicesPerSheet; step++) {
    throwIfCancelled(signal);
    slices.push(sliceOf(set, await batches.at(step), step));
    progress?.(step + 1, slicesPerSheet);
  }
  const own = set.preparation === 'own';
  const sheet = await contactSheet(slices, {
    title: 'As training sees them',
    footnote: own
      ? `augmented · number: channel of the network · targets: Gaussians of ${sigmaMm} mm`
      : 'stretched and flipped as the reference does · number: channel of the network',
    sigma: own ? sigmaMm : referenceSigma,
  });
  const path = join(set.folder, 'pictures', 'augmented.png');
  await writeWhole(path, sheet);
  return path;
}

function sliceOf(
  set: PreparedSet,
  { images, discs, unknown, spacing }: StreamBatch,
  step: number,
): SheetSlice {
  const [, , height, width] = images.shape;
  const flat = { image: images.data, height, width };
  const turned = set.input.frame === 'reference';
  const [across, along] = spacing[0];
  const missing = set.preparation === 'own' ? unknown[0].map(({ value }) => discName(value)) : [];
  return {
    title: `view ${step + 1}`,
    subtitle: missing.length > 0 ? `not judged, as not labelled: ${missing.join(', ')}` : ' ',
    picture: turned ? turnToPicture(flat) : flat,
    spacing: turned ? [along, across] : [across, along],
    discs: discs[0].map(({ value, row, column }) => {
      const channel = set.channels.values.indexOf(value);
      return {
        value,
        ...(turned ? { row: width - 1 - column, column: height - 1 - row } : { row, column }),
        channel: channel < 0 ? null : channel,
      };
    }),
  };
}
