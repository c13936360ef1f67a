/** One slice with its targets: the parts that contact sheets, galleries and side-by-side pictures are made of. */
import type { SKRSContext2D } from '@napi-rs/canvas';
import { discName } from '../volume/levels.js';
import type { Image2D } from '../volume/resample.js';
import { discColor, faintText, translucent } from './colors.js';
import { font } from './font.js';
import { spread } from './layout.js';
import { greyImage } from './slice-image.js';

/** A slice, rows from superior to inferior, columns from anterior to posterior. */
export interface TargetSlice {
  readonly picture: Image2D;
  /** mm per row and column. */
  readonly spacing: readonly [row: number, column: number];
  readonly discs: readonly SheetDisc[];
}

/** A disc's target point in the picture's pixels. */
export interface SheetDisc {
  readonly value: number;
  readonly row: number;
  readonly column: number;
  /** Map of the network that answers to it, or null for none. */
  readonly channel: number | null;
}

export interface Rectangle {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Where a picture lies on the canvas. */
export interface Place extends Rectangle {
  readonly perMm: number;
}

type Size = Pick<TargetSlice, 'picture' | 'spacing'>;

/** mm from top to bottom and from side to side. */
export const extent = ({ picture, spacing }: Size): readonly [height: number, width: number] => [
  picture.height * spacing[0],
  picture.width * spacing[1],
];

/** As large as it fits at its true aspect ratio: at the left, in the middle of the height. */
export function fitInto(slice: Size, room: Rectangle): Place {
  const [high, wide] = extent(slice);
  const perMm = Math.min(room.height / high, room.width / wide);
  return {
    left: room.left,
    top: room.top + (room.height - high * perMm) / 2,
    width: wide * perMm,
    height: high * perMm,
    perMm,
  };
}

/** Canvas position of a (fractional) pixel of the picture. */
export const onCanvas = (
  { picture }: Pick<TargetSlice, 'picture'>,
  place: Rectangle,
  { row, column }: { readonly row: number; readonly column: number },
) => ({
  x: place.left + ((column + 0.5) / picture.width) * place.width,
  y: place.top + ((row + 0.5) / picture.height) * place.height,
});

/** Draws a slice, enlarged to a place (canvas pixels). */
export function drawPicture(
  context: SKRSContext2D,
  { picture }: Pick<TargetSlice, 'picture'>,
  place: Place,
): void {
  context.imageSmoothingEnabled = true;
  context.imageSmoothingQuality = 'high';
  context.drawImage(greyImage(picture), place.left, place.top, place.width, place.height);
}

/**
 * Each target as the glow of its Gaussian and a dot at its very point.
 * @param sigma standard deviation in mm
 */
export function drawTargets(context: SKRSContext2D, slice: TargetSlice, place: Place, sigma: number): void {
  context.save();
  context.beginPath();
  context.rect(place.left, place.top, place.width, place.height);
  context.clip();
  for (const disc of slice.discs) {
    const { x, y } = onCanvas(slice, place, disc);
    const color = discColor(disc.value);
    const reach = 2.5 * sigma * place.perMm;
    const glow = context.createRadialGradient(x, y, 0, x, y, reach);
    for (let stop = 0; stop <= 10; stop++) {
      const level = Math.exp(-0.5 * ((stop / 10) * 2.5) ** 2);
      glow.addColorStop(stop / 10, translucent(color, 0.75 * level));
    }
    context.fillStyle = glow;
    context.fillRect(x - reach, y - reach, 2 * reach, 2 * reach);
    context.fillStyle = '#ffffff';
    context.beginPath();
    context.arc(x, y, 1.6, 0, 2 * Math.PI);
    context.fill();
  }
  context.restore();
}

export interface NamesOptions {
  /** Names stay between these heights of the canvas. */
  readonly low: number;
  readonly high: number;
  /** Letters in canvas pixels. */
  readonly size?: number;
  /** Whether the numbers of channels stand before the names; default: they do. */
  readonly channels?: boolean;
}

/** Names to the right of the picture, in the discs' order, apart from each other, each tied to its point. */
export function drawNames(
  context: SKRSContext2D,
  slice: TargetSlice,
  place: Place,
  { low, high, size = 14, channels = true }: NamesOptions,
): void {
  const gap = Math.round(1.2 * size);
  const discs = slice.discs
    .map((disc) => ({ disc, ...onCanvas(slice, place, disc) }))
    .sort((a, b) => a.y - b.y);
  const [first, last] = [low + gap / 2, high - gap / 2];
  const heights = spread(
    discs.map(({ y }) => Math.min(last, Math.max(first, y))),
    gap,
    first,
    last,
  );
  const right = place.left + place.width;
  const x = right + (channels ? 26 : 22);
  context.textBaseline = 'middle';
  discs.forEach(({ disc, x: dotX, y: dotY }, n) => {
    const color = discColor(disc.value);
    context.strokeStyle = color;
    context.globalAlpha = 0.55;
    context.lineWidth = 1;
    context.beginPath();
    context.moveTo(dotX + 5, dotY);
    context.lineTo(right + 8, heights[n]);
    context.lineTo(x - 4, heights[n]);
    context.stroke();
    context.globalAlpha = 1;
    if (channels) {
      context.textAlign = 'right';
      context.font = font(size - 2);
      context.fillStyle = faintText;
      context.fillText(disc.channel === null ? '–' : String(disc.channel), x + size, heights[n]);
    }
    context.textAlign = 'left';
    context.font = font(size, 600);
    context.fillStyle = color;
    context.fillText(discName(disc.value), x + (channels ? size + 8 : 0), heights[n]);
  });
}
