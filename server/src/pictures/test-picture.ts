/** The picture of a tested slice: where the discs are, where they were found, and what became of each. */
import { createCanvas, type SKRSContext2D } from '@napi-rs/canvas';
import type { ReportDisc } from '../protocol/evaluation.js';
import type { Image2D } from '../volume/resample.js';
import { background, faintText, text } from './colors.js';
import { font } from './font.js';
import { spread } from './layout.js';
import { drawMarks, drawStrip, fit, outlined, type Frame } from './overlay.js';
import { greyImage } from './slice-image.js';

/** A place in the picture's pixels; whole numbers are pixel centres. */
export interface PicturePoint {
  readonly row: number;
  readonly column: number;
}

/** A disc of a report, where it is drawn. */
export interface TestedDisc extends Pick<ReportDisc, 'name' | 'outcome' | 'distance'> {
  readonly truth: PicturePoint | null;
  readonly predicted: (PicturePoint & { readonly name: string }) | null;
}

export interface TestPictureOptions {
  readonly title: string;
  readonly footnote: string;
}

const strip = 44;
const margin = 16;
const ring = 8;
const dot = 4.5;
const nameSize = 17;
const nameGap = 23;
/** From the rearmost disc to the names: behind the spinal canal. */
const awayMm = 16;

/** Told apart by lightness and shape as well: ring, dot and words say the same. */
const outcomeColors: Readonly<Record<ReportDisc['outcome'], string>> = {
  identified: '#4ade80',
  shifted: '#facc15',
  misnamed: '#fb923c',
  missed: '#f87171',
  false: '#e879f9',
};

const legend = [
  ['identified', 'identified'],
  ['shifted', 'one level off'],
  ['misnamed', 'other name'],
  ['missed', 'missed'],
  ['false', 'no disc there'],
] as const;

/**
 * Draws a slice about 900 pixels tall at its true aspect ratio: a ring around each true disc, a dot where it was
 * found, a line between them, and beside it the name and what is wrong, in the colour of the outcome.
 * @param picture rows from superior to inferior, columns from anterior to posterior
 * @param spacing mm per row and column
 * @returns a PNG file
 */
export function testPicture(
  picture: Image2D,
  spacing: readonly [row: number, column: number],
  discs: readonly TestedDisc[],
  { title, footnote }: TestPictureOptions,
): Promise<Buffer> {
  const frame = fit({ height: picture.height, width: picture.width, spacing });
  const measure = createCanvas(1, 1).getContext('2d');
  const lines = placeLines(discs, frame);
  measure.font = font(nameSize, 600);
  const reach = lines.map(({ words, x }) => x + measure.measureText(words).width + margin);
  const width = Math.ceil(Math.max(560, frame.width, ...reach));
  const canvas = createCanvas(width, strip + Math.ceil(frame.height) + 2 * strip);
  const context = canvas.getContext('2d');
  context.fillStyle = background;
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.imageSmoothingQuality = 'high';
  context.drawImage(greyImage(picture), frame.left, frame.top, frame.width, frame.height);
  drawMarks(context, frame);
  for (const line of lines) drawLeader(context, line);
  for (const disc of discs) drawDisc(context, disc, frame);
  for (const line of lines) drawWords(context, line);
  drawStrip(context, title, strip / 2, width, font(18, 600), text);
  const foot = strip + Math.ceil(frame.height);
  drawLegend(context, foot + strip / 2);
  drawStrip(context, footnote, foot + 1.5 * strip, width, font(14), faintText);
  return canvas.encode('png');
}

interface Line {
  readonly words: string;
  readonly color: string;
  readonly from: readonly [x: number, y: number];
  readonly x: number;
  readonly y: number;
}

const onCanvas = ({ row, column }: PicturePoint, frame: Frame): [x: number, y: number] => [
  frame.left + (column + 0.5) * frame.perColumn,
  frame.top + (row + 0.5) * frame.perRow,
];

function placeLines(discs: readonly TestedDisc[], frame: Frame): Line[] {
  const placed = discs
    .map((disc) => ({ disc, from: onCanvas(disc.truth ?? disc.predicted!, frame) }))
    .sort((a, b) => a.from[1] - b.from[1]);
  const [low, high] = [frame.top + nameGap / 2, frame.top + frame.height - nameGap / 2];
  const heights = spread(
    placed.map(({ from }) => Math.min(high, Math.max(low, from[1]))),
    nameGap,
    low,
    high,
  );
  return placed.map(({ disc, from }, n) => ({
    words: wordsFor(disc),
    color: outcomeColors[disc.outcome],
    from,
    x: from[0] + Math.min(90, Math.max(36, awayMm * frame.perMm)),
    y: heights[n],
  }));
}

function wordsFor({ name, outcome, predicted, distance }: TestedDisc): string {
  switch (outcome) {
    case 'identified':
      return name;
    case 'shifted':
    case 'misnamed':
      return `${name}, named ${predicted!.name}`;
    case 'missed':
      return distance === null ? `${name} missed` : `${name} missed by ${Math.round(distance)} mm`;
    case 'false':
      return `${name} where no disc is`;
  }
}

function drawLeader(context: SKRSContext2D, { from, x, y, color }: Line): void {
  context.globalAlpha = 0.6;
  context.strokeStyle = color;
  context.lineWidth = 1.25;
  context.beginPath();
  context.moveTo(from[0] + ring, from[1]);
  context.lineTo(x - 5, y);
  context.stroke();
  context.globalAlpha = 1;
}

function drawDisc(context: SKRSContext2D, { truth, predicted, outcome }: TestedDisc, frame: Frame): void {
  const color = outcomeColors[outcome];
  if (truth && predicted) stroke(context, [onCanvas(truth, frame), onCanvas(predicted, frame)], color);
  if (truth) drawRing(context, onCanvas(truth, frame), color);
  if (predicted) drawDot(context, onCanvas(predicted, frame), color);
}

function drawRing(context: SKRSContext2D, [x, y]: readonly [number, number], color: string): void {
  for (const [width, style] of [
    [4.5, 'rgba(0, 0, 0, 0.7)'],
    [2, color],
  ] as const) {
    context.beginPath();
    context.arc(x, y, ring, 0, 2 * Math.PI);
    context.lineWidth = width;
    context.strokeStyle = style;
    context.stroke();
  }
}

function drawDot(context: SKRSContext2D, [x, y]: readonly [number, number], color: string): void {
  context.beginPath();
  context.arc(x, y, dot, 0, 2 * Math.PI);
  context.fillStyle = color;
  context.fill();
  context.lineWidth = 1.25;
  context.strokeStyle = 'rgba(0, 0, 0, 0.8)';
  context.stroke();
}

function stroke(
  context: SKRSContext2D,
  [from, to]: readonly (readonly [number, number])[],
  color: string,
): void {
  context.strokeStyle = color;
  context.lineWidth = 2;
  context.beginPath();
  context.moveTo(...(from as [number, number]));
  context.lineTo(...(to as [number, number]));
  context.stroke();
}

function drawWords(context: SKRSContext2D, { words, x, y, color }: Line): void {
  context.font = font(nameSize, 600);
  context.textAlign = 'left';
  context.textBaseline = 'middle';
  outlined(context, words, x, y, color);
}

/** What ring, dot and colours mean. */
function drawLegend(context: SKRSContext2D, y: number): void {
  context.font = font(13);
  context.textAlign = 'left';
  context.textBaseline = 'middle';
  context.letterSpacing = '0px';
  let x = margin + ring;
  const write = (words: string, color: string) => {
    context.font = font(13);
    context.fillStyle = color;
    context.fillText(words, x, y);
    x += context.measureText(words).width + 13;
  };
  drawRing(context, [x, y], faintText);
  x += ring + 8;
  write('true', faintText);
  drawDot(context, [x + 2, y], faintText);
  x += dot + 10;
  write('found', faintText);
  for (const [outcome, words] of legend) write(words, outcomeColors[outcome]);
}
