/** What a prepared set or a dataset folder holds, as a gallery shows it. */
import { stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { throwIfCancelled } from '@disc-labeling/models/errors';
import type { LeftOut } from '../../protocol/datasets.js';
import type { GalleryContents, GalleryItem } from '../../protocol/gallery.js';
import { discName } from '../../volume/levels.js';
import { checkImage, isLeftOut, type UsableImage } from '../bids/check.js';
import { scanDataset, type LabelledImage } from '../bids/scan.js';
import { inventoryFile, readInventory } from '../inventory.js';
import { inParallel } from '../parallel.js';
import { readPreparedSet, samplesFile, type PreparedSet, type Sample } from '../samples.js';

/** A gallery, and where its pictures come from. */
export type OpenGallery =
  | { readonly kind: 'prepared'; readonly contents: GalleryContents; readonly set: PreparedSet }
  | {
      readonly kind: 'dataset';
      readonly contents: GalleryContents;
      readonly images: ReadonlyMap<string, UsableImage>;
    };

/** Files looked at at the same time. */
const together = 16;
/** A file this small is a pointer to what was not downloaded, or broken, and worth a closer look. */
const suspiciousBytes = 2048;

/** The folder that is meant by a folder or its `samples.json` or `dataset.json`. */
export const galleryFolder = (path: string): string =>
  [samplesFile, inventoryFile, 'dataset_description.json'].includes(basename(path))
    ? dirname(resolve(path))
    : resolve(path);

/**
 * Lists what is in a folder: a prepared set, or a gathered or any BIDS dataset. Of datasets only names and sizes of
 * files are looked at, so that thousands take a moment; what else is wrong with an image comes with its picture.
 * @throws UserError it is neither; CancelledError
 */
export async function openGallery(path: string, signal?: AbortSignal): Promise<OpenGallery> {
  const folder = galleryFolder(path);
  const prepared = await stat(join(folder, samplesFile)).then(
    () => true,
    () => false,
  );
  return prepared ? openPrepared(folder) : openDataset(folder, signal);
}

async function openPrepared(folder: string): Promise<OpenGallery> {
  const set = await readPreparedSet(folder);
  const items = await inParallel(set.samples, together, async (sample) => itemOf(set, sample));
  const contrast = set.contrast === 'both' ? 'T1w and T2w' : set.contrast;
  return {
    kind: 'prepared',
    set,
    contents: {
      folder,
      kind: 'prepared',
      title: `${basename(folder)} (${contrast}, ${set.preparation === 'own' ? `${set.input.spacing} mm pixels` : 'reference preparation'})`,
      items,
      leftOut: set.leftOut.map(({ subject, name, reason }) => ({ subject, name, reason })),
    },
  };
}

async function itemOf(set: PreparedSet, sample: Sample): Promise<GalleryItem> {
  const image = join(set.dataset, sample.source.image);
  const { name, subject, contrast, split, discs, notices, slice } = sample;
  return {
    name,
    subject,
    contrast,
    split,
    image: (await sizeOf(image)) === null ? null : image,
    discs: discs.map(({ value }) => ({ value, name: discName(value) })),
    notices,
    voxel: middleOf(
      discs.map(({ voxel }) => voxel),
      sample.shape,
    ).with(slice.axis, slice.index) as unknown as GalleryItem['voxel'],
  };
}

/** The middle of some places, or of the volume where there are none. */
function middleOf(places: readonly (readonly number[])[], shape: readonly number[]): number[] {
  return shape.map((size, axis) =>
    places.length > 0 ? places.reduce((sum, place) => sum + place[axis], 0) / places.length : (size - 1) / 2,
  );
}

async function openDataset(folder: string, signal?: AbortSignal): Promise<OpenGallery> {
  const subjects = await scanDataset(folder, { signal });
  const inventory = await readInventory(folder);
  const looked = await inParallel(
    subjects.flatMap((subject) => subject.images),
    together,
    async (image) => {
      throwIfCancelled(signal);
      return lookAt(folder, image);
    },
  );
  const usable = looked.filter((one): one is UsableImage => !('reason' in one));
  const leftOut: LeftOut[] = [
    ...looked.filter((one): one is LeftOut & UsableImage => 'reason' in one),
    ...(inventory?.leftOut ?? []),
    ...subjects
      .filter(({ images }) => images.length === 0)
      .map(({ name }) => ({ subject: name, name, reason: 'no image' })),
  ].map(({ subject, name, reason }) => ({ subject, name, reason }));
  return {
    kind: 'dataset',
    images: new Map(usable.map((image) => [image.stem, image])),
    contents: {
      folder,
      kind: 'dataset',
      title: basename(folder),
      items: usable.map(({ stem, subject, contrast, image }) => ({
        name: stem,
        subject,
        contrast,
        split: null,
        image: join(folder, image),
        discs: null,
        notices: [],
        voxel: null,
      })),
      leftOut: leftOut.sort((a, b) => (a.name < b.name ? -1 : 1)),
    },
  };
}

/** Whether an image and its labels are there; headers are read only where something looks wrong. */
async function lookAt(root: string, pair: LabelledImage): Promise<UsableImage | LeftOut> {
  const { image, label } = pair;
  if (image !== null && label !== null) {
    const size = await sizeOf(join(root, image));
    if (size !== null && size > suspiciousBytes && (await sizeOf(join(root, label))) !== null)
      return { ...pair, image, label };
  }
  const checked = await checkImage(root, pair);
  return isLeftOut(checked) ? checked : { ...pair, image: checked.image, label: checked.label };
}

/** Bytes of a file, null where it is not there. */
const sizeOf = (path: string): Promise<number | null> =>
  stat(path).then(
    ({ size }) => size,
    () => null,
  );
