/** Pictures of a gallery's items: a thumbnail, the same large, and each channel's target by itself. */
import { createCanvas, type SKRSContext2D } from '@napi-rs/canvas';
import { join } from 'node:path';
import { throwIfCancelled, UserError } from '@disc-labeling/models/errors';
import type { GalleryView } from '../../protocol/gallery.js';
import { background, discColor, faintText } from '../../pictures/colors.js';
import { font } from '../../pictures/font.js';
import {
  drawNames,
  drawPicture,
  drawTargets,
  extent,
  fitInto,
  type TargetSlice,
} from '../../pictures/target-slice.js';
import { discName } from '../../volume/levels.js';
import { readVolume } from '../../volume/nifti.js';
import { prepareOwn } from '../prepare/own.js';
import { sigmaOf, targetSlice } from '../sheets.js';
import type { OpenGallery } from './contents.js';

/** What an item shows, ready to be drawn at any size. */
export interface GallerySlice {
  readonly slice: TargetSlice;
  /** Standard deviation of the targets in mm. */
  readonly sigma: number;
  /** Disc of each channel; null where channels count the discs from the top. */
  readonly channels: readonly (number | null)[];
  readonly notices: readonly string[];
  /** Centre of the slice in the image's voxels; null where the contents say it. */
  readonly voxel: readonly [number, number, number] | null;
}

/** How dataset images are shown: as the shipped preparation would prepare them, every label kept. */
const shown = { spacing: 1, normalization: 'percentile', lowest: 1 } as const;
const datasetSigma = 5;
/** Channels of the shipped network: C2/C3 to T5/T6. */
const firstChannel = 3;
const datasetChannels = 11;

/** @throws UserError the sample, image or labels can't be read, or hold no disc; CancelledError */
export async function readSlice(
  gallery: OpenGallery,
  name: string,
  signal?: AbortSignal,
): Promise<GallerySlice> {
  throwIfCancelled(signal);
  if (gallery.kind === 'prepared') {
    const { set } = gallery;
    const sample = set.samples.find((one) => one.name === name);
    if (sample === undefined) throw gone(name, gallery.contents.folder);
    return {
      slice: await targetSlice(set, sample),
      sigma: sigmaOf(set),
      channels: set.preparation === 'own' ? set.channels.values : set.channels.values.map(() => null),
      notices: sample.notices,
      voxel: null,
    };
  }
  const { images, contents } = gallery;
  const pair = images.get(name);
  if (pair === undefined) throw gone(name, contents.folder);
  const image = await readVolume(join(contents.folder, pair.image), { signal });
  const labels = await readVolume(join(contents.folder, pair.label), { signal });
  throwIfCancelled(signal);
  const { picture, discs, notices, slice } = prepareOwn(image, labels, shown);
  const middle = ([0, 1, 2] as const).map(
    (axis) => discs.reduce((sum, { voxel }) => sum + voxel[axis], 0) / discs.length,
  );
  return {
    slice: {
      picture,
      spacing: [shown.spacing, shown.spacing],
      discs: discs.map(({ value, row, column }) => ({ value, row, column, channel: channelOf(value) })),
    },
    sigma: datasetSigma,
    channels: Array.from({ length: datasetChannels }, (_, n) => firstChannel + n),
    notices,
    voxel: middle.with(slice.axis, slice.index) as unknown as [number, number, number],
  };
}

const gone = (name: string, folder: string): UserError =>
  new UserError('cannot show sample', `there is no ${name} any more; refresh the gallery`, folder);

const channelOf = (value: number): number | null =>
  value >= firstChannel && value < firstChannel + datasetChannels ? value - firstChannel : null;

const namesWidth = 92;

/**
 * @param size of the longer side in pixels
 * @returns a PNG file
 */
export function drawSlice(sample: GallerySlice, view: GalleryView, size: number): Promise<Buffer> {
  if (view === 'channels') return channelSheet(sample, size);
  const { slice, sigma } = sample;
  const large = view === 'large';
  const names = slice.discs.length > 0 ? Math.round(namesWidth * (large ? 1.3 : 1)) : 0;
  const [high, wide] = extent(slice);
  const perMm = Math.min(size / high, (size - names) / wide);
  const canvas = createCanvas(Math.ceil(wide * perMm) + names, Math.ceil(high * perMm));
  const context = canvas.getContext('2d');
  context.fillStyle = background;
  context.fillRect(0, 0, canvas.width, canvas.height);
  const place = fitInto(slice, {
    left: 0,
    top: 0,
    width: canvas.width - names,
    height: canvas.height,
  });
  drawPicture(context, slice, place);
  drawTargets(context, slice, place, sigma);
  drawNames(context, slice, place, { low: 0, high: canvas.height, size: large ? 16 : 12 });
  return canvas.encode('png');
}

/** A grid, one tile for each channel: the slice dimmed, the channel's target alone in its hue. */
function channelSheet({ slice, sigma, channels }: GallerySlice, size: number): Promise<Buffer> {
  const across = 4;
  const gap = 6;
  const caption = 26;
  const tile = Math.floor((size - (across - 1) * gap) / across);
  const [high, wide] = extent(slice);
  const tileHeight = Math.ceil((high / wide) * tile);
  const down = Math.ceil(channels.length / across);
  const canvas = createCanvas(size, down * (tileHeight + caption + gap) - gap);
  const context = canvas.getContext('2d');
  context.fillStyle = background;
  context.fillRect(0, 0, canvas.width, canvas.height);
  channels.forEach((value, channel) => {
    const left = (channel % across) * (tile + gap);
    const top = Math.floor(channel / across) * (tileHeight + caption + gap);
    const discs = slice.discs.filter((disc) => disc.channel === channel);
    const shownValue = discs[0]?.value ?? value;
    const place = fitInto(slice, { left, top: top + caption, width: tile, height: tileHeight });
    context.globalAlpha = discs.length > 0 ? 0.7 : 0.3;
    drawPicture(context, slice, place);
    context.globalAlpha = 1;
    drawTargets(context, { ...slice, discs }, place, sigma);
    captionOf(context, {
      left,
      middle: top + caption / 2,
      channel,
      value: shownValue,
      there: discs.length > 0,
    });
  });
  return canvas.encode('png');
}

interface Caption {
  readonly left: number;
  readonly middle: number;
  readonly channel: number;
  readonly value: number | null;
  readonly there: boolean;
}

function captionOf(context: SKRSContext2D, { left, middle, channel, value, there }: Caption): void {
  context.textBaseline = 'middle';
  context.textAlign = 'left';
  context.font = font(14);
  context.fillStyle = faintText;
  context.fillText(String(channel), left + 2, middle);
  context.font = font(15, 600);
  context.fillStyle = there && value !== null ? discColor(value) : faintText;
  const name = value === null ? 'empty' : discName(value);
  context.fillText(there || value === null ? name : `${name} – none`, left + 26, middle);
}
