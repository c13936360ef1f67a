import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { throwIfCancelled } from '@disc-labeling/models/errors';
import type { GalleryContents, GalleryPicture, GalleryView } from '../../protocol/gallery.js';
import { samplesFile } from '../samples.js';
import { galleryFolder, openGallery, type OpenGallery } from './contents.js';
import { drawSlice, readSlice, type GallerySlice } from './picture.js';

export interface PictureRequest {
  readonly folder: string;
  readonly name: string;
  readonly view: GalleryView;
  /** Longer side in pixels. */
  readonly size: number;
  readonly signal?: AbortSignal;
}

interface Opened {
  /** When the index was written; another time means another set. */
  readonly written: number;
  readonly gallery: OpenGallery;
}

/** Pictures drawn at the same time: reading a volume keeps a core busy. */
const together = 2;
const kept = { galleries: 4, pictures: 1000, slices: 8 } as const;

/**
 * Galleries and their pictures, kept between requests. Pictures are drawn a few at a time in the order they are asked
 * for; one that is cancelled while it waits costs nothing.
 */
export class GalleryService {
  readonly #galleries = new Map<string, Opened>();
  readonly #pictures = new Map<string, GalleryPicture>();
  readonly #slices = new Map<string, GallerySlice>();
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  /** @throws UserError the folder holds neither a prepared set nor a dataset; CancelledError */
  async contents(path: string, signal?: AbortSignal): Promise<GalleryContents> {
    const folder = galleryFolder(path);
    // Asked for anew: files may have changed although the index did not.
    this.#forget(folder);
    return (await this.#open(folder, signal)).gallery.contents;
  }

  /** @throws UserError the item can't be shown; CancelledError */
  async picture({ folder: path, name, view, size, signal }: PictureRequest): Promise<GalleryPicture> {
    const folder = galleryFolder(path);
    await this.#turn(signal);
    try {
      const { gallery, written } = await this.#open(folder, signal);
      const item = [folder, written, name].join('\n');
      const key = [item, view, size].join('\n');
      const known = this.#pictures.get(key);
      if (known) return known;
      const slice = this.#slices.get(item) ?? (await readSlice(gallery, name, signal));
      keep(this.#slices, item, slice, kept.slices);
      throwIfCancelled(signal);
      const picture: GalleryPicture = {
        png: (await drawSlice(slice, view, size)).toString('base64'),
        discs: slice.slice.discs.map(({ value }) => value),
        notices: slice.notices,
        voxel: slice.voxel,
      };
      keep(this.#pictures, key, picture, kept.pictures);
      return picture;
    } finally {
      this.#running--;
      this.#waiting.shift()?.();
    }
  }

  async dispose(): Promise<void> {
    for (const all of [this.#galleries, this.#pictures, this.#slices]) all.clear();
  }

  /** Waits until fewer than {@link together} are drawn. */
  async #turn(signal: AbortSignal | undefined): Promise<void> {
    while (this.#running >= together) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
      if (signal?.aborted && this.#running < together) this.#waiting.shift()?.();
      throwIfCancelled(signal);
    }
    throwIfCancelled(signal);
    this.#running++;
  }

  async #open(folder: string, signal: AbortSignal | undefined): Promise<Opened> {
    const known = this.#galleries.get(folder);
    const written = await stat(join(folder, samplesFile)).then(
      ({ mtimeMs }) => mtimeMs,
      () => 0,
    );
    if (known && known.written === written) return known;
    const opened = { written, gallery: await openGallery(folder, signal) };
    keep(this.#galleries, folder, opened, kept.galleries);
    return opened;
  }

  #forget(folder: string): void {
    this.#galleries.delete(folder);
    for (const all of [this.#pictures, this.#slices])
      for (const key of all.keys()) if (key.startsWith(`${folder}\n`)) all.delete(key);
  }
}

/** Puts an entry last, and drops the oldest beyond `most`. */
function keep<Value>(map: Map<string, Value>, key: string, value: Value, most: number): void {
  map.delete(key);
  map.set(key, value);
  for (const oldest of map.keys()) {
    if (map.size <= most) return;
    map.delete(oldest);
  }
}
