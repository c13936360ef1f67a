import type { ErrorData } from '@disc-labeling/server/protocol';
import type { Labels, VolumeFile } from '../messages/viewer.js';
import { fetchBytes } from './fetch-volume.js';
import { t } from '../common/localize.js';
import type { Picture } from './phase.js';
import { CannotDraw, type OverlayKind, type VolumeView } from './volume-view.js';

const overlayKinds = ['attention', 'heatmap'] as const satisfies readonly OverlayKind[];

/** Fetches the volume and its overlays and hands them to the view; the newest request wins. */
export class PictureLoader {
  readonly #view: VolumeView;
  readonly #changed: () => void;
  #url: string | null = null;
  #loading = new AbortController();
  #overlayUrls: Partial<Record<OverlayKind, string | null>> = {};
  #overlayQueue: Promise<void> = Promise.resolve();
  picture: Picture = { loaded: false, problem: null };
  /** 0..1 of the file fetched, or null where unknown. */
  fraction: number | null = 0;

  constructor(view: VolumeView, changed: () => void) {
    this.#view = view;
    this.#changed = changed;
  }

  /** Loads the file unless that very content is loaded or on its way. @returns true when it was loaded now */
  async load(file: VolumeFile): Promise<boolean> {
    if (file.url === this.#url) return false;
    this.#url = file.url;
    this.#loading.abort();
    const { signal } = (this.#loading = new AbortController());
    this.#set({ loaded: false, problem: null });
    try {
      const bytes = await fetchBytes(file.url, file.size, (fraction) => this.#progress(fraction), signal);
      await this.#view.show(bytes, file.name);
      this.#overlayUrls = {};
    } catch (error) {
      if (!signal.aborted) this.#set({ loaded: false, problem: problemOf(error) });
      return false;
    }
    if (signal.aborted) return false;
    this.#set({ loaded: true, problem: null });
    return true;
  }

  /** Shows the overlays of these labels, those already shown left alone. */
  loadOverlays(labels: Labels | null): Promise<void> {
    this.#overlayQueue = this.#overlayQueue.then(async () => {
      for (const kind of overlayKinds) {
        const url = labels?.overlays[kind] ?? null;
        if (url === (this.#overlayUrls[kind] ?? null)) continue;
        this.#overlayUrls[kind] = url;
        // An overlay that was replaced meanwhile is simply not shown; the next state brings the new one.
        const bytes = url && (await fetchBytes(url, 0, () => {}, this.#loading.signal).catch(() => null));
        await this.#view.setOverlay(kind, bytes || null);
      }
    });
    return this.#overlayQueue;
  }

  #progress(fraction: number | null): void {
    this.fraction = fraction;
    this.#changed();
  }

  #set(picture: Picture): void {
    this.picture = picture;
    this.#changed();
  }
}

function problemOf(error: unknown): ErrorData {
  const why = error instanceof Error ? error.message : String(error);
  return { what: error instanceof CannotDraw ? t('cannot draw the volume') : t('cannot read volume'), why };
}
