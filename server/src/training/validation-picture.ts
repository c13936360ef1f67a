import { createCanvas, type Canvas, type SKRSContext2D } from '@napi-rs/canvas';
import { cellToPixel } from '@disc-labeling/models/config';
import type { Float32Tensor } from '@disc-labeling/models/engines/types';
import type { TargetGrid } from '../dataset/targets.js';
import { background, discColor, text } from '../pictures/colors.js';
import { font } from '../pictures/font.js';
import { shorten, spread } from '../pictures/layout.js';
import { greyImage } from '../pictures/slice-image.js';
import { fitInto, onCanvas, type Place } from '../pictures/target-slice.js';
import { discName } from '../volume/levels.js';
import type { SampleBatch } from './batches.js';

const across = 4;
const tile = 300;
const gap = 4;
const strip = 34;
/** A map below this at its highest claims no disc, so it is not named. */
const claim = 0.3;
const nameGap = 13;

/**
 * Validation samples, four across: target maps above, predicted maps below, each level in its own hue and named where
 * its map is highest, at the true aspect ratio.
 * @param samples images `[n, 1, h, w]`; the first four are shown
 * @param predicted the last stack's maps `[n, joints, rows, columns]`
 * @returns a PNG
 */
export function validationPicture(
  samples: SampleBatch,
  targets: Float32Tensor,
  predicted: Float32Tensor,
  grid: TargetGrid,
): Promise<Uint8Array> {
  const shown = Math.min(across, samples.images.shape[0]);
  const canvas = createCanvas(shown * (tile + gap) - gap, 2 * (tile + strip));
  const context = canvas.getContext('2d');
  context.fillStyle = background;
  context.fillRect(0, 0, canvas.width, canvas.height);
  [targets, predicted].forEach((maps, line) => {
    const top = line * (tile + strip);
    drawHead(context, line === 0 ? 'Targets' : 'Predictions', top, canvas.width, grid);
    for (let image = 0; image < shown; image++)
      drawTile(context, samples, { maps, image, grid }, { left: image * (tile + gap), top: top + strip });
  });
  return canvas.encode('png');
}

/** What the line shows, and which hue is which disc. */
function drawHead(
  context: SKRSContext2D,
  words: string,
  top: number,
  width: number,
  { values }: TargetGrid,
): void {
  const middle = top + strip / 2;
  context.textBaseline = 'middle';
  context.textAlign = 'left';
  context.font = font(16, 600);
  context.fillStyle = text;
  const fits = (candidate: string) => context.measureText(candidate).width <= width - 16;
  context.fillText(shorten(words, fits), 8, middle);
  let x = 8 + context.measureText('Predictions').width + 20;
  context.font = font(15, 600);
  for (const value of values) {
    if (value === null) continue;
    const name = discName(value);
    const step = context.measureText(name).width + 12;
    if (x + step > width) return;
    context.fillStyle = discColor(value);
    context.fillText(name, x, middle);
    x += step;
  }
}

interface Layers {
  readonly maps: Float32Tensor;
  /** Number of the image in its batch. */
  readonly image: number;
  readonly grid: TargetGrid;
}

function drawTile(
  context: SKRSContext2D,
  { images, spacing }: SampleBatch,
  { maps, image, grid }: Layers,
  corner: { readonly left: number; readonly top: number },
): void {
  const [, , height, width] = images.shape;
  const pixels = images.data.subarray(image * height * width, (image + 1) * height * width);
  const mm = spacing[image]!;
  const picture = { image: pixels, height, width };
  const slice = { picture, spacing: typeof mm === 'number' ? ([mm, mm] as const) : mm };
  const fitted = fitInto(slice, { ...corner, width: tile, height: tile });
  const place: Place = { ...fitted, left: corner.left + (tile - fitted.width) / 2 };
  const lay = (layer: Canvas): void =>
    context.drawImage(layer, place.left, place.top, place.width, place.height);
  lay(greyImage(picture));
  const levels = grid.values.flatMap((value, joint) => (value === null ? [] : [{ value, joint }]));
  for (const { value, joint } of levels) lay(mapImage(maps, image, joint, discColor(value)));
  const claims = levels.flatMap(({ value, joint }) => {
    const peak = peakOf(maps, image, joint);
    if (peak.height < claim) return [];
    const row = cellToPixel(peak.row, height / maps.shape[2]!);
    const column = cellToPixel(peak.column, width / maps.shape[3]!);
    return [{ value, ...onCanvas(slice, place, { row, column }) }];
  });
  claims.sort((a, b) => a.y - b.y);
  const heights = spread(
    claims.map(({ y }) => y),
    nameGap,
    corner.top + nameGap / 2,
    corner.top + tile - nameGap / 2,
  );
  claims.forEach(({ value, x }, n) =>
    nameBeside(context, discName(value), discColor(value), {
      x: Math.min(x + 14, corner.left + tile - 36),
      y: heights[n]!,
    }),
  );
}

function nameBeside(
  context: SKRSContext2D,
  name: string,
  color: string,
  { x, y }: { readonly x: number; readonly y: number },
): void {
  context.font = font(12, 600);
  context.textAlign = 'left';
  context.textBaseline = 'middle';
  context.lineJoin = 'round';
  context.lineWidth = 3;
  context.strokeStyle = 'rgba(0, 0, 0, 0.75)';
  context.strokeText(name, x, y);
  context.fillStyle = color;
  context.fillText(name, x, y);
}

/** The highest cell of a map. */
function peakOf({ data, shape }: Float32Tensor, image: number, joint: number) {
  const [, joints, rows, columns] = shape as [number, number, number, number];
  const start = (image * joints + joint) * rows * columns;
  let best = 0;
  for (let i = 1; i < rows * columns; i++) if (data[start + i]! > data[start + best]!) best = i;
  return { height: data[start + best]!, row: Math.floor(best / columns), column: best % columns };
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
