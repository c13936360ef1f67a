/** The parts of gifenc (MIT) that are used; the package brings no types. */
declare module 'gifenc' {
  /** Red, green, blue, 0..255. */
  export type Color = [number, number, number];
  export interface FrameOptions {
    /** In manual mode: writes the screen's size, the colours and the repeat count before the frame. */
    readonly first?: boolean;
    /** The colours of the file (first frame) or of this frame alone. */
    readonly palette?: readonly Color[];
    readonly transparent?: boolean;
    readonly transparentIndex?: number;
    /** ms; kept in hundredths of a second. */
    readonly delay?: number;
    /** -1: once, 0: for ever. */
    readonly repeat?: number;
    /** 1: the frame stays below the next. */
    readonly dispose?: number;
  }
  export interface Encoder {
    writeHeader(): void;
    writeFrame(index: Uint8Array, width: number, height: number, options: FrameOptions): void;
    finish(): void;
    bytes(): Uint8Array;
    readonly stream: { reset(): void };
  }
  export function GIFEncoder(options?: { readonly auto?: boolean }): Encoder;
  export function quantize(
    rgba: Uint8Array | Uint8ClampedArray,
    colors: number,
    options?: { readonly format?: 'rgb565' | 'rgb444' },
  ): Color[];
  export function applyPalette(
    rgba: Uint8Array | Uint8ClampedArray,
    palette: readonly Color[],
    format?: 'rgb565' | 'rgb444',
  ): Uint8Array;
}
