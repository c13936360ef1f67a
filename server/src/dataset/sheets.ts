import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { throwIfCancelled } from '@disc-labeling/models/errors';
import { contactSheet, slicesPerSheet, type SheetSlice } from '../pictures/contact-sheet.js';
import type { SheetDisc } from '../pictures/target-slice.js';
import { turnToPicture } from '../volume/slice.js';
import { writeWhole } from '../volume/write-whole.js';
import { referenceSigma } from './reference-targets.js';
import { pixelSpacing, readSample, type PreparedSet, type Sample } from './samples.js';

/** Standard deviation of the targets drawn for our own sets, in mm; training may use another. */
const sigmaMm = 5;

export interface SheetsOptions {
  readonly signal?: AbortSignal;
  readonly progress?: (done: number, total: number) => void;
}

/**
 * Draws a prepared set onto contact sheets, `pictures/sheet-001.png` and on, in the set's order; one sheet is in
 * memory at a time. Sheets of an earlier call are replaced.
 * @returns paths of the pictures
 * @throws UserError a sample can't be read; CancelledError
 */
export async function writeContactSheets(set: PreparedSet, options: SheetsOptions = {}): Promise<string[]> {
  const folder = join(set.folder, 'pictures');
  const count = Math.ceil(set.samples.length / slicesPerSheet);
  const paths: string[] = [];
  for (let sheet = 0; sheet < count; sheet++) {
    throwIfCancelled(options.signal);
    const samples = set.samples.slice(sheet * slicesPerSheet, (sheet + 1) * slicesPerSheet);
    const slices: SheetSlice[] = [];
    for (const sample of samples) slices.push(await targetSlice(set, sample));
    const path = join(folder, `sheet-${String(sheet + 1).padStart(3, '0')}.png`);
    const title = `${set.contrast === 'both' ? 'T1w and T2w' : set.contrast}, ${set.split} · sheet ${sheet + 1} of ${count}`;
    await writeWhole(
      path,
      await contactSheet(slices, { title, footnote: footnoteOf(set), sigma: sigmaOf(set) }),
    );
    paths.push(path);
    options.progress?.(sheet + 1, count);
  }
  await removeOthers(folder, count);
  return paths;
}

/** The reference's targets have one width in pixels, whatever their size; about 1 mm is what it was made for. */
export const sigmaOf = ({ preparation }: PreparedSet): number =>
  preparation === 'own' ? sigmaMm : referenceSigma;

const footnoteOf = ({ preparation, samples, leftOut, input }: PreparedSet): string =>
  [
    `${samples.length} samples, ${leftOut.length} images left out`,
    preparation === 'own'
      ? `${input.spacing} mm pixels`
      : 'reference preparation: pixels of the file, zero-padded',
    'number: channel of the network',
    `targets: Gaussians of ${preparation === 'own' ? `${sigmaMm} mm` : `${referenceSigma.toFixed(2)} pixels`}`,
  ].join(' · ');

/** A sample as it is drawn: head up, face left. @throws UserError it can't be read */
export async function targetSlice(set: PreparedSet, sample: Sample): Promise<SheetSlice> {
  const image = await readSample(set, sample);
  const turned = set.input.frame === 'reference';
  const picture = turned ? turnToPicture(image) : image;
  const [along, across] = pixelSpacing(set, sample);
  const place = (row: number, column: number) =>
    turned ? { row: image.width - 1 - column, column: image.height - 1 - row } : { row, column };
  const discs = sample.discs.map(({ value, row, column }, n): SheetDisc => ({
    value,
    ...place(row, column),
    channel: channelOf(set, sample, value, n),
  }));
  const remarks = sample.notices.length > 0 ? ` · ${sample.notices.join(' ')}` : '';
  return {
    title: sample.name,
    subtitle: `${sample.split} · ${placeOf(sample.slice)}${remarks}`,
    picture,
    spacing: turned ? [across, along] : [along, across],
    discs,
  };
}

/** `mean of 5 slices at i = 22` */
const placeOf = ({ axis, index, thickness }: Sample['slice']): string =>
  `${thickness === 1 ? 'one slice' : `mean of ${thickness} slices`} at ${'ijk'[axis]} = ${round(index)}`;

const round = (value: number): string => String(Math.round(value * 10) / 10);

/** Our own channels go by name; the reference's by the order from the top. */
function channelOf(set: PreparedSet, { discs }: Sample, value: number, n: number): number | null {
  const channel = set.preparation === 'own' ? set.channels.values.indexOf(value) : n;
  return channel >= 0 && channel < set.channels.values.length && discs.length > 0 ? channel : null;
}

async function removeOthers(folder: string, count: number): Promise<void> {
  for (const name of await readdir(folder)) {
    const number = /^sheet-(\d+)\.png$/.exec(name)?.[1];
    if (number !== undefined && Number(number) > count) await rm(join(folder, name), { force: true });
  }
}
