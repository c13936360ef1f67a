import { createCanvas, loadImage } from '@napi-rs/canvas';

/** A picture's size, and the colour `[red, green, blue]` (0..255) at a place. */
export async function pixelsOf(file: Uint8Array) {
  const image = await loadImage(Buffer.from(file));
  const { width, height } = image;
  const context = createCanvas(width, height).getContext('2d');
  context.drawImage(image, 0, 0);
  const { data } = context.getImageData(0, 0, width, height);
  const at = (x: number, y: number): number[] => {
    const start = 4 * (Math.floor(y) * width + Math.floor(x));
    return [...data.slice(start, start + 3)];
  };
  return { width, height, at };
}
