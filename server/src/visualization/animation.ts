/** The validation pictures of a run, epoch after epoch, as an animation. */
import { createCanvas, loadImage, type Canvas, type Image } from '@napi-rs/canvas';
import { readdir, readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { throwIfCancelled, UserError } from '@disc-labeling/models/errors';
import { background, faintText, text } from '../pictures/colors.js';
import { font } from '../pictures/font.js';
import { GifWriter, paletteOf, type Pixels } from '../pictures/gif.js';
import { shorten } from '../pictures/layout.js';
import { writeWholeInParts } from '../volume/write-whole.js';

export interface AnimationOptions {
  /** Epochs shown in a second, 1..50. */
  readonly fps?: number;
  /** Pixels; pictures are never enlarged. */
  readonly width?: number;
  readonly signal?: AbortSignal;
  readonly progress?: (done: number, total: number) => void;
}

export interface AnimationResult {
  readonly animation: string;
  readonly run: string;
  readonly frames: number;
  readonly width: number;
  readonly height: number;
  readonly bytes: number;
  /** How long it plays. */
  readonly seconds: number;
}

export const defaultFps = 5;
export const defaultWidth = 800;
/** ms the last epoch stays. */
const lastHeld = 2500;
/** Frames the colours are chosen by. */
const paletteFrames = 6;
const strip = 46;

/** A picture of an epoch, from 1. */
interface EpochPicture {
  readonly epoch: number;
  readonly path: string;
}

/** What is written below a picture, as far as the metrics say it. */
interface Figures {
  readonly pck?: number;
  readonly accuracy?: number;
  readonly trainingLoss?: number;
  readonly validationLoss?: number;
}

/**
 * Writes `pictures/epoch_….png` of a run as a GIF with the epoch and its figures drawn in; the last epoch stays a
 * while. One frame is in memory at a time, whatever the number of epochs.
 * @throws UserError no run, no pictures, a damaged one, a file that can't be written; CancelledError
 */
export async function animateRun(
  run: string,
  output: string,
  { fps = defaultFps, width: widest = defaultWidth, signal, progress }: AnimationOptions = {},
): Promise<AnimationResult> {
  const pictures = await picturesOf(run);
  const metrics = await figuresOf(run);
  const first = await load(pictures[0]);
  const width = Math.min(widest, first.width);
  const height = Math.round((first.height / first.width) * width) + strip;
  const canvas = createCanvas(width, height);
  const last = pictures.at(-1)!;
  const render = async (picture: EpochPicture): Promise<Pixels> => {
    throwIfCancelled(signal);
    const figures = metrics.get(picture.epoch);
    drawFrame(canvas, await load(picture), { run, epoch: picture.epoch, last: last.epoch, figures });
    return canvas.getContext('2d').getImageData(0, 0, width, height).data;
  };
  const samples: Pixels[] = [];
  for (const picture of spreadOver(pictures, paletteFrames)) samples.push(await render(picture));
  const gif = new GifWriter(paletteOf(samples), width, height);
  samples.length = 0;
  let bytes = 0;
  await writeWholeInParts(output, async (write) => {
    const append = async (part: Uint8Array) => {
      bytes += part.length;
      await write(part);
    };
    for (const [n, picture] of pictures.entries()) {
      await append(gif.frame(await render(picture), picture === last ? lastHeld : 1000 / fps));
      progress?.(n + 1, pictures.length);
    }
    await append(gif.end());
  });
  const seconds = ((pictures.length - 1) * (1000 / fps) + lastHeld) / 1000;
  return { animation: output, run, frames: pictures.length, width, height, bytes, seconds };
}

/** @throws UserError naming what is missing */
async function picturesOf(run: string): Promise<EpochPicture[]> {
  const names = await readdir(join(run, 'pictures')).catch(() => []);
  const pictures = names.flatMap((name): EpochPicture[] => {
    const number = /^epoch_(\d+)\.png$/.exec(name)?.[1];
    return number === undefined ? [] : [{ epoch: Number(number), path: join(run, 'pictures', name) }];
  });
  if (pictures.length > 0) return pictures.sort((a, b) => a.epoch - b.epoch);
  const files = await readdir(run).catch(() => null);
  const why =
    files === null
      ? 'there is no such run folder'
      : files.includes('config.json')
        ? 'the run has no validation pictures yet; they are made at the end of each epoch'
        : 'it is no run folder (pictures/epoch_0001.png is missing); give the folder that train --output wrote';
  throw new UserError('cannot animate', why, run);
}

/** Metrics by epoch, from 1; none where there is no file, or a line that is not whole. */
async function figuresOf(run: string): Promise<Map<number, Figures>> {
  const lines = await readFile(join(run, 'metrics.jsonl'), 'utf8').catch(() => '');
  const figures = new Map<number, Figures>();
  for (const line of lines.split('\n'))
    try {
      const { epoch, ...rest } = JSON.parse(line) as Figures & { readonly epoch: number };
      figures.set(epoch + 1, rest);
    } catch {
      // A line that is being written.
    }
  return figures;
}

async function load({ path }: EpochPicture): Promise<Image> {
  try {
    return await loadImage(await readFile(path));
  } catch (cause) {
    throw new UserError('cannot animate', 'a picture is damaged; delete it and animate again', path, {
      cause,
    });
  }
}

/** Up to `count` entries from the first to the last. */
function spreadOver<T>(all: readonly T[], count: number): T[] {
  if (all.length <= count) return [...all];
  return Array.from({ length: count }, (_, n) => all[Math.round((n * (all.length - 1)) / (count - 1))]);
}

interface Caption {
  readonly run: string;
  readonly epoch: number;
  readonly last: number;
  readonly figures: Figures | undefined;
}

function drawFrame(canvas: Canvas, picture: Image, { run, epoch, last, figures }: Caption): void {
  const context = canvas.getContext('2d');
  const { width, height } = canvas;
  context.fillStyle = background;
  context.fillRect(0, 0, width, height);
  // A run continued by another version may have pictures of another size.
  const scale = Math.min(width / picture.width, (height - strip) / picture.height);
  context.imageSmoothingQuality = 'high';
  context.drawImage(picture, 0, strip, picture.width * scale, picture.height * scale);
  const size = Math.max(12, Math.min(17, Math.round(width / 42)));
  context.textBaseline = 'middle';
  context.font = font(size + 2, 600);
  context.fillStyle = text;
  const head = `Epoch ${epoch} of ${last}`;
  context.fillText(head, 10, strip / 2);
  // As wide as the last epoch's, so that the figures stand still.
  const left = 10 + context.measureText(`Epoch ${last} of ${last}`).width + 18;
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  const known = (label: string, value: number | undefined, show: (value: number) => string) =>
    value === undefined ? [] : [`${label} ${show(value)}`];
  const words = [
    ...known('PCK', figures?.pck, percent),
    ...known('within 5 mm', figures?.accuracy, percent),
    ...known('loss', figures?.trainingLoss, (value) => value.toPrecision(3)),
    ...known('validation', figures?.validationLoss, (value) => value.toPrecision(3)),
  ];
  context.font = font(size);
  context.fillStyle = words.length > 0 ? text : faintText;
  const line = words.length > 0 ? words.join('  ·  ') : basename(resolve(run));
  context.fillText(
    shorten(line, (candidate) => context.measureText(candidate).width <= width - left - 10),
    left,
    strip / 2,
  );
  context.fillStyle = '#3a3f47';
  context.fillRect(0, strip - 4, width, 3);
  context.fillStyle = '#6aa6ff';
  context.fillRect(0, strip - 4, (width * epoch) / last, 3);
}
