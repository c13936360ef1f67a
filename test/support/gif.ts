/** A GIF taken apart, by the format's own description (GIF89a). */
export interface ParsedGif {
  readonly width: number;
  readonly height: number;
  /** 0: it repeats for ever; null: it plays once. */
  readonly repeats: number | null;
  /** Hundredths of a second each frame stays. */
  readonly delays: readonly number[];
}

export function parseGif(bytes: Uint8Array): ParsedGif {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const text = (at: number, length: number) => String.fromCharCode(...bytes.subarray(at, at + length));
  if (text(0, 6) !== 'GIF89a') throw new Error('this is no GIF');
  const tableBytes = (flags: number) => (flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0);
  let at = 13 + tableBytes(bytes[10]!);
  const skipBlocks = (): void => {
    while (bytes[at] !== 0) at += bytes[at]! + 1;
    at++;
  };
  const delays: number[] = [];
  let repeats: number | null = null;
  let frames = 0;
  for (;;) {
    const kind = bytes[at++];
    if (kind === 0x3b) break;
    if (kind === 0x21) {
      const label = bytes[at++];
      if (label === 0xf9) delays.push(view.getUint16(at + 2, true));
      if (label === 0xff && text(at + 1, 11) === 'NETSCAPE2.0') repeats = view.getUint16(at + 14, true);
      skipBlocks();
    } else if (kind === 0x2c) {
      at += 9 + tableBytes(bytes[at + 8]!) + 1;
      skipBlocks();
      frames++;
    } else throw new Error(`unknown block ${kind} at ${at - 1}`);
  }
  if (at !== bytes.length) throw new Error('something follows the end');
  if (frames !== delays.length) throw new Error('frames without a delay');
  return { width: view.getUint16(6, true), height: view.getUint16(8, true), repeats, delays };
}
