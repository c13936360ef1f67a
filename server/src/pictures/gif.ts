/** Animations as GIF, frame by frame: what was written is handed over at once, so that memory does not grow. */
import * as module from 'gifenc';
import type { Color, Encoder } from 'gifenc';

/** The package is CommonJS: depending on who loads it, its functions are exports or members of the default one. */
const { GIFEncoder, applyPalette, quantize } = 'quantize' in module ? module : (module as Wrapped).default;

type Wrapped = { readonly default: typeof module };

/** One colour of the 256 stands for "as in the frame before". */
const colors = 255;

/** Red, green, blue and opacity of each pixel. */
export type Pixels = Uint8ClampedArray;

/**
 * The colours that stand best for some frames of an animation.
 * @param samples pixels of frames from all over it, together a few million at most
 */
export function paletteOf(samples: readonly Pixels[]): Color[] {
  const all = new Uint8ClampedArray(samples.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const pixels of samples) {
    all.set(pixels, at);
    at += pixels.length;
  }
  return quantize(all, colors);
}

/** Writes frames of one size with the same colours; of each only what differs from the one before. */
export class GifWriter {
  readonly #encoder: Encoder = GIFEncoder({ auto: false });
  readonly #palette: readonly Color[];
  readonly #transparent: number;
  #before: Uint8Array | null = null;

  constructor(
    palette: readonly Color[],
    readonly width: number,
    readonly height: number,
  ) {
    this.#transparent = palette.length;
    this.#palette = [...palette, [0, 0, 0]];
    this.#encoder.writeHeader();
  }

  /**
   * @param delay ms the frame stays
   * @returns bytes to append to the file
   */
  frame(pixels: Pixels, delay: number): Uint8Array {
    const index = applyPalette(pixels, this.#palette.slice(0, -1));
    const before = this.#before;
    const changes = before
      ? index.map((color, n) => (color === before[n] ? this.#transparent : color))
      : index;
    this.#encoder.writeFrame(changes, this.width, this.height, {
      delay,
      dispose: 1,
      transparent: before !== null,
      transparentIndex: this.#transparent,
      ...(before === null ? { first: true, palette: this.#palette, repeat: 0 } : {}),
    });
    this.#before = index;
    return this.#take();
  }

  /** @returns the last bytes of the file */
  end(): Uint8Array {
    this.#encoder.finish();
    return this.#take();
  }

  #take(): Uint8Array {
    const bytes = this.#encoder.bytes();
    this.#encoder.stream.reset();
    return bytes;
  }
}
