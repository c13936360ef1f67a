/** Contact sheets: many slices with their targets at a glance. */
import { createCanvas, type SKRSContext2D } from '@napi-rs/canvas';
import { discName } from '../volume/levels.js';
import type { Image2D } from '../volume/resample.js';
import { background, discColor, faintText, text } from './colors.js';
import { font } from './font.js';
import { shorten, spread } from './layout.js';
import { greyImage } from './slice-image.js';

/** One slice of a sheet, rows from superior to inferior, columns from anterior to posterior. */
export interface SheetSlice {
  readonly title: string;
  /** Below the title: split, slice, what is remarkable. */
  readonly subtitle: string;
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

export interface SheetOptions {
  readonly title: string;
  readonly footnote: string;
  /** Standard deviation of the targets drawn, in mm. */
  readonly sigma: number;
}

/** Slices on one sheet. */
export const slicesPerSheet = 12;

const columns = 4;
const cell = { width: 472, height: 440 } as const;
const names = 118;
const captions = 46;
const gap = 14;
const head = 56;
const foot = 40;
const nameSize = 14;
const nameGap = 17;

/**
 * Draws up to {@link slicesPerSheet} slices in a grid, each with its targets in the colours of their discs, and
 * beside it the channels' numbers and names.
 * @returns a PNG file
 */
export async function contactSheet(slices: readonly SheetSlice[], options: SheetOptions): Promise<Buffer> {
  const across = Math.min(columns, Math.max(1, slices.length));
  const down = Math.max(1, Math.ceil(slices.length / across));
  const width = Math.max(2 * cell.width + 3 * gap, across * (cell.width + gap) + gap);
  const canvas = createCanvas(width, head + down * (cell.height + gap) + foot);
  const context = canvas.getContext('2d');
  context.fillStyle = background;
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.textBaseline = 'middle';
  line(context, options.title, gap, head / 2, width - 2 * gap, font(22, 600), text);
  line(context, options.footnote, gap, canvas.height - foot / 2, width - 2 * gap, font(15), faintText);
  slices.forEach((slice, n) => {
    const left = gap + (n % across) * (cell.width + gap);
    const top = head + Math.floor(n / across) * (cell.height + gap);
    drawCell(context, slice, left, top, options.sigma);
  });
  return canvas.encode('png');
}

/** Where a picture lies on the sheet. */
interface Place {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

function drawCell(context: SKRSContext2D, slice: SheetSlice, left: number, top: number, sigma: number): void {
  context.fillStyle = '#202329';
  context.fillRect(left, top, cell.width, cell.height);
  line(context, slice.title, left + 10, top + 15, cell.width - 20, font(15, 600), text);
  line(context, slice.subtitle, left + 10, top + 34, cell.width - 20, font(13), faintText);
  const room = { width: cell.width - names - 8, height: cell.height - captions - 6 };
  const mm = [slice.picture.height * slice.spacing[0], slice.picture.width * slice.spacing[1]];
  const perMm = Math.min(room.height / mm[0], room.width / mm[1]);
  const place: Place = {
    left: left + 6,
    top: top + captions + (room.height - mm[0] * perMm) / 2,
    width: mm[1] * perMm,
    height: mm[0] * perMm,
  };
  context.imageSmoothingEnabled = true;
  context.imageSmoothingQuality = 'high';
  context.drawImage(greyImage(slice.picture), place.left, place.top, place.width, place.height);
  drawTargets(context, slice, place, sigma * perMm);
  drawNames(context, slice, place, top);
}

const onSheet = ({ picture }: SheetSlice, place: Place, { row, column }: SheetDisc) => ({
  x: place.left + ((column + 0.5) / picture.width) * place.width,
  y: place.top + ((row + 0.5) / picture.height) * place.height,
});

/** Each target as the glow of its Gaussian and a dot at its very point. */
function drawTargets(context: SKRSContext2D, slice: SheetSlice, place: Place, sigma: number): void {
  context.save();
  context.beginPath();
  context.rect(place.left, place.top, place.width, place.height);
  context.clip();
  for (const disc of slice.discs) {
    const { x, y } = onSheet(slice, place, disc);
    const color = discColor(disc.value);
    const reach = 2.5 * sigma;
    const glow = context.createRadialGradient(x, y, 0, x, y, reach);
    for (let stop = 0; stop <= 10; stop++) {
      const level = Math.exp(-0.5 * ((stop / 10) * 2.5) ** 2);
      glow.addColorStop(
        stop / 10,
        color.replace('hsl(', 'hsla(').replace(')', ` / ${(0.75 * level).toFixed(3)})`),
      );
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

function drawNames(context: SKRSContext2D, slice: SheetSlice, place: Place, top: number): void {
  const discs = slice.discs
    .map((disc) => ({ disc, ...onSheet(slice, place, disc) }))
    .sort((a, b) => a.y - b.y);
  const [low, high] = [top + captions + nameGap / 2, top + cell.height - nameGap / 2];
  const heights = spread(
    discs.map(({ y }) => Math.min(high, Math.max(low, y))),
    nameGap,
    low,
    high,
  );
  const x = place.left + place.width + 26;
  discs.forEach(({ disc, x: dotX, y: dotY }, n) => {
    const color = discColor(disc.value);
    context.strokeStyle = color;
    context.globalAlpha = 0.55;
    context.lineWidth = 1;
    context.beginPath();
    context.moveTo(dotX + 5, dotY);
    context.lineTo(place.left + place.width + 8, heights[n]);
    context.lineTo(x - 4, heights[n]);
    context.stroke();
    context.globalAlpha = 1;
    context.textAlign = 'right';
    context.font = font(12);
    context.fillStyle = faintText;
    context.fillText(disc.channel === null ? '–' : String(disc.channel), x + 14, heights[n]);
    context.textAlign = 'left';
    context.font = font(nameSize, 600);
    context.fillStyle = color;
    context.fillText(discName(disc.value), x + 22, heights[n]);
  });
}

function line(
  context: SKRSContext2D,
  words: string,
  x: number,
  y: number,
  width: number,
  style: string,
  color: string,
): void {
  context.font = style;
  context.fillStyle = color;
  context.textAlign = 'left';
  context.fillText(
    shorten(words, (candidate) => context.measureText(candidate).width <= width),
    x,
    y,
  );
}
