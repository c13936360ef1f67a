/** The picture of a labelled slice. */
import { createCanvas, type SKRSContext2D } from '@napi-rs/canvas';
import { discName } from '../volume/levels.js';
import type { Image2D } from '../volume/resample.js';
import { toPicture, turnToPicture, voxelToPixel, type SagittalSlab } from '../volume/slice.js';
import { background, discColor, faintText, text } from './colors.js';
import { font } from './font.js';
import { shorten, spread } from './layout.js';
import { greyImage, heatImage } from './slice-image.js';

/** A disc to draw (the protocol's `Disc` fits). */
export interface PicturedDisc {
  readonly value: number;
  /** In the volume's file voxels. */
  readonly voxel: readonly [number, number, number];
}

export interface LabelPictureOptions {
  /** Above the slice, usually the file's name. */
  readonly title?: string;
  /** Below the slice: model, engine, slice. */
  readonly footnote?: string;
  /** A map (values 0..1) in the slab's own frame; pixel (r, c) covers `step` slab pixels each way, from the top left. */
  readonly attention?: Image2D & { readonly step: readonly [row: number, column: number] };
}

const pictureHeight = 900;
const widest = 1100;
const narrowest = 480;
const strip = 44;
const margin = 16;
const labelSize = 18;
const labelGap = 23;
const dotRadius = 5.5;
/** Outlined letters need a little air. */
const spacing = '0.5px';

/** Where the slice lies on the canvas and how a slab pixel gets there. */
export interface Frame {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  /** Canvas pixels per slab row and column. */
  readonly perRow: number;
  readonly perColumn: number;
  readonly perMm: number;
}

interface PlacedLabel {
  readonly name: string;
  readonly color: string;
  readonly dot: readonly [x: number, y: number];
  readonly x: number;
  readonly y: number;
}

/**
 * Draws a sagittal slab, head up and face left, about 900 pixels tall at its true aspect ratio, each disc as a
 * dot with its name beside it.
 * @param slab in either frame
 * @returns a PNG file
 */
export async function labelPicture(
  slab: SagittalSlab,
  discs: readonly PicturedDisc[],
  options: LabelPictureOptions = {},
): Promise<Buffer> {
  const picture = toPicture(slab);
  const fitted = fit(picture);
  const measure = createCanvas(1, 1).getContext('2d');
  measure.font = font(labelSize, 600);
  measure.letterSpacing = spacing;
  const labels = placeLabels(picture, discs, fitted);
  const reach = labels.map(({ name, x }) => x + measure.measureText(name).width + margin);
  const canvasWidth = Math.ceil(Math.max(narrowest, fitted.width, ...reach));
  const canvas = createCanvas(canvasWidth, strip + Math.ceil(fitted.height) + strip);
  const context = canvas.getContext('2d');
  context.fillStyle = background;
  context.fillRect(0, 0, canvas.width, canvas.height);
  drawSlice(context, slab, fitted, options.attention);
  drawMarks(context, fitted);
  labels.forEach((label) => drawLeader(context, label));
  labels.forEach((label) => drawDot(context, label));
  labels.forEach((label) => drawName(context, label));
  drawStrip(context, options.title ?? '', strip / 2, canvasWidth, font(18, 600), text);
  const foot = strip + fitted.height + strip / 2;
  drawStrip(context, options.footnote ?? '', foot, canvasWidth, font(14), faintText);
  return canvas.encode('png');
}

/** A slice as large as pictures have room for. */
export function fit(slab: Pick<SagittalSlab, 'height' | 'width' | 'spacing'>): Frame {
  const [mmHigh, mmWide] = [slab.height * slab.spacing[0], slab.width * slab.spacing[1]];
  const perMm = Math.min(pictureHeight / mmHigh, widest / mmWide);
  return {
    left: 0,
    top: strip,
    width: mmWide * perMm,
    height: mmHigh * perMm,
    perRow: slab.spacing[0] * perMm,
    perColumn: slab.spacing[1] * perMm,
    perMm,
  };
}

/** Names stand behind the spinal canal (about 14 mm), in the discs' order, apart from each other. */
function placeLabels(slab: SagittalSlab, discs: readonly PicturedDisc[], frame: Frame): PlacedLabel[] {
  const away = Math.min(96, Math.max(30, 14 * frame.perMm));
  const dots = discs
    .map(({ value, voxel }) => {
      const [row, column] = voxelToPixel(slab, voxel);
      const x = frame.left + (column + 0.5) * frame.perColumn;
      const y = frame.top + (row + 0.5) * frame.perRow;
      return { value, x: within(x, frame.left, frame.width), y: within(y, frame.top, frame.height) };
    })
    .sort((a, b) => a.y - b.y);
  const half = labelGap / 2;
  const heights = spread(
    dots.map(({ y }) => y),
    labelGap,
    frame.top + half,
    frame.top + frame.height - half,
  );
  return dots.map(({ value, x, y }, n) => ({
    name: discName(value),
    color: discColor(value),
    dot: [x, y],
    x: x + away,
    y: heights[n],
  }));
}

const within = (at: number, start: number, length: number) =>
  Math.min(start + length - dotRadius, Math.max(start + dotRadius, at));

function drawSlice(
  context: SKRSContext2D,
  slab: SagittalSlab,
  frame: Frame,
  attention: LabelPictureOptions['attention'],
): void {
  context.save();
  context.beginPath();
  context.rect(frame.left, frame.top, frame.width, frame.height);
  context.clip();
  context.imageSmoothingEnabled = true;
  context.imageSmoothingQuality = 'high';
  context.drawImage(greyImage(toPicture(slab)), frame.left, frame.top, frame.width, frame.height);
  if (attention) drawAttention(context, slab, frame, attention);
  context.restore();
}

function drawAttention(
  context: SKRSContext2D,
  slab: SagittalSlab,
  frame: Frame,
  map: NonNullable<LabelPictureOptions['attention']>,
): void {
  const turned = slab.frame === 'reference';
  const shown = turned ? turnToPicture(map) : map;
  const [rowStep, columnStep] = turned ? [map.step[1], map.step[0]] : map.step;
  const width = shown.width * columnStep * frame.perColumn;
  const height = shown.height * rowStep * frame.perRow;
  // A turned map (and its padding) begins at what is now the bottom right.
  const left = turned ? frame.left + frame.width - width : frame.left;
  const top = turned ? frame.top + frame.height - height : frame.top;
  context.drawImage(heatImage(shown), left, top, width, height);
}

/** Directions at the edges and a bar of known length. */
export function drawMarks(context: SKRSContext2D, { left, top, width, height, perMm }: Frame): void {
  context.font = font(15, 600);
  context.textBaseline = 'middle';
  const mark = (letter: string, x: number, y: number) => {
    context.textAlign = 'center';
    outlined(context, letter, x, y, faintText);
  };
  mark('A', left + 14, top + height / 2);
  mark('P', left + width - 14, top + height / 2);
  const mm = [100, 50, 20, 10].find((length) => length * perMm < 0.3 * width) ?? 5;
  const [x, y] = [left + margin, top + height - margin];
  context.lineCap = 'butt';
  for (const [line, color] of [
    [5, 'rgba(0, 0, 0, 0.7)'],
    [2.5, text],
  ] as const) {
    context.strokeStyle = color;
    context.lineWidth = line;
    context.beginPath();
    context.moveTo(x, y);
    context.lineTo(x + mm * perMm, y);
    context.stroke();
  }
  context.font = font(14);
  context.textAlign = 'left';
  outlined(context, `${mm} mm`, x, y - 14, text);
}

function drawLeader(context: SKRSContext2D, { dot, x, y, color }: PlacedLabel): void {
  context.globalAlpha = 0.75;
  context.strokeStyle = color;
  context.lineWidth = 1.5;
  context.beginPath();
  context.moveTo(dot[0], dot[1]);
  context.lineTo(x - 5, y);
  context.stroke();
  context.globalAlpha = 1;
}

function drawDot(context: SKRSContext2D, { dot, color }: PlacedLabel): void {
  context.beginPath();
  context.arc(dot[0], dot[1], dotRadius, 0, 2 * Math.PI);
  context.fillStyle = color;
  context.fill();
  context.lineWidth = 1.5;
  context.strokeStyle = 'rgba(0, 0, 0, 0.8)';
  context.stroke();
}

function drawName(context: SKRSContext2D, { name, x, y, color }: PlacedLabel): void {
  context.font = font(labelSize, 600);
  context.textAlign = 'left';
  context.textBaseline = 'middle';
  outlined(context, name, x, y, color);
}

/** Words that can be read on any ground. */
export function outlined(context: SKRSContext2D, words: string, x: number, y: number, color: string): void {
  context.letterSpacing = spacing;
  context.lineJoin = 'round';
  context.lineWidth = 3.5;
  context.strokeStyle = 'rgba(0, 0, 0, 0.75)';
  context.strokeText(words, x, y);
  context.fillStyle = color;
  context.fillText(words, x, y);
}

/** A line of words above or below the slice. */
export function drawStrip(
  context: SKRSContext2D,
  words: string,
  y: number,
  width: number,
  style: string,
  color: string,
): void {
  context.font = style;
  context.textAlign = 'left';
  context.textBaseline = 'middle';
  context.fillStyle = color;
  const fits = (candidate: string) => context.measureText(candidate).width <= width - 2 * margin;
  context.fillText(shorten(words, fits), margin, y);
}
