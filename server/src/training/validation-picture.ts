import { createCanvas, type Canvas, type SKRSContext2D } from '@napi-rs/canvas';
import type { Float32Tensor } from '@disc-labeling/models/engines/types';
import type { TargetGrid } from '../dataset/targets.js';
import { background, discColor, text } from '../pictures/colors.js';
import { font } from '../pictures/font.js';
import { greyImage } from '../pictures/slice-image.js';
import type { SampleBatch } from './batches.js';

const across = 4;
const tile = 256;
const strip = 26;

/**
 * Validation samples, four across: target maps above, predicted maps below, each level in its own hue.
 * @param samples images `[n, 1, h, w]`; the first four are shown
 * @param predicted the last stack's maps `[n, joints, rows, columns]`
 * @returns a PNG
 */
export function validationPicture(
  samples: SampleBatch,
  targets: Float32Tensor,
  predicted: Float32Tensor,
  { values }: TargetGrid,
): Promise<Uint8Array> {
  const [n, , height, width] = samples.images.shape;
  const shown = Math.min(across, n);
  const canvas = createCanvas(shown * tile, 2 * (tile + strip));
  const context = canvas.getContext('2d');
  context.fillStyle = background;
  context.fillRect(0, 0, canvas.width, canvas.height);
  [targets, predicted].forEach((maps, line) => {
    const top = line * (tile + strip);
    context.fillStyle = text;
    context.font = font(14, 600);
    context.fillText(line === 0 ? 'Targets' : 'Predictions', 8, top + 18);
    for (let image = 0; image < shown; image++) {
      const place = [image * tile, top + strip] as const;
      const pixels = samples.images.data.subarray(image * height * width, (image + 1) * height * width);
      drawTile(context, greyImage({ image: pixels, height, width }), place);
      values.forEach((value, joint) => {
        if (value !== null) drawTile(context, mapImage(maps, image, joint, discColor(value)), place);
      });
    }
  });
  return canvas.encode('png');
}

/** Scales a picture into its tile, aspect ratio kept. */
function drawTile(context: SKRSContext2D, picture: Canvas, [left, top]: readonly [number, number]): void {
  const scale = tile / Math.max(picture.width, picture.height);
  context.drawImage(picture, left, top, picture.width * scale, picture.height * scale);
}

/** One map in one colour, opaque where it is 1; what is below a tenth is left out. */
function mapImage({ data, shape }: Float32Tensor, image: number, joint: number, color: string): Canvas {
  const [, joints, rows, columns] = shape as [number, number, number, number];
  const canvas = createCanvas(columns, rows);
  const context = canvas.getContext('2d');
  const content = context.createImageData(columns, rows);
  const start = (image * joints + joint) * rows * columns;
  for (let i = 0; i < rows * columns; i++) {
    const value = data[start + i]!;
    content.data[4 * i + 3] = value < 0.1 ? 0 : Math.round(220 * Math.min(1, value));
  }
  context.putImageData(content, 0, 0);
  context.globalCompositeOperation = 'source-in';
  context.fillStyle = color;
  context.fillRect(0, 0, columns, rows);
  return canvas;
}
