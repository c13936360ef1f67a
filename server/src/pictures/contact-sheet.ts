/** Contact sheets: many slices with their targets at a glance. */
import { createCanvas, type SKRSContext2D } from '@napi-rs/canvas';
import { background, faintText, text } from './colors.js';
import { font } from './font.js';
import { shorten } from './layout.js';
import { drawNames, drawPicture, drawTargets, fitInto, type TargetSlice } from './target-slice.js';

/** One slice of a sheet. */
export interface SheetSlice extends TargetSlice {
  readonly title: string;
  /** Below the title: split, slice, what is remarkable. */
  readonly subtitle: string;
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

function drawCell(context: SKRSContext2D, slice: SheetSlice, left: number, top: number, sigma: number): void {
  context.fillStyle = '#202329';
  context.fillRect(left, top, cell.width, cell.height);
  line(context, slice.title, left + 10, top + 15, cell.width - 20, font(15, 600), text);
  line(context, slice.subtitle, left + 10, top + 34, cell.width - 20, font(13), faintText);
  const room = { width: cell.width - names - 8, height: cell.height - captions - 6 };
  const place = fitInto(slice, { left: left + 6, top: top + captions, ...room });
  drawPicture(context, slice, place);
  drawTargets(context, slice, place, sigma);
  drawNames(context, slice, place, { low: top + captions, high: top + cell.height });
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
