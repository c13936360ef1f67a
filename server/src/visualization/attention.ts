import { stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { UserError } from '@disc-labeling/models/errors';
import type { EngineChoice } from '@disc-labeling/models/engines/types';
import { readPreparedSet, samplesFile, type PreparedSet, type Sample } from '../dataset/samples.js';
import { targetSlice } from '../dataset/sheets.js';
import type { Labeler } from '../labeling/labeler.js';
import { availableModels, type ModelPlaces } from '../labeling/models.js';
import { attentionOnSlab, type SlabMap } from '../labeling/overlays.js';
import { discsOnSlab, type Reading } from '../labeling/reading.js';
import {
  attentionPicture,
  defaultThreshold,
  referenceFloor,
  type AttentionStyle,
  type AttentionThreshold,
} from '../pictures/attention.js';
import type { SheetDisc, TargetSlice } from '../pictures/target-slice.js';
import type { Affine } from '../volume/types.js';
import {
  sagittalSlab,
  toPicture,
  turnToPicture,
  type SagittalSlab,
  type SlabFrame,
} from '../volume/slice.js';
import { writeWhole } from '../volume/write-whole.js';

export interface AttentionOptions {
  /** Name of a model or path of a model folder; the default model when absent. */
  readonly model?: string;
  readonly engine?: EngineChoice;
  /** Of a prepared set: number (from 1) or name; default: the first. */
  readonly sample?: string;
  readonly style?: AttentionStyle;
  readonly threshold?: AttentionThreshold;
  readonly signal?: AbortSignal;
  readonly progress?: (progress: { readonly message: string; readonly fraction?: number }) => void;
}

export interface AttentionResult {
  /** The PNG file. */
  readonly picture: string;
  /** Volume, or prepared set. */
  readonly input: string;
  readonly sample: string | null;
  readonly model: string;
  readonly engine: string;
  readonly discs: readonly { readonly value: number; readonly score: number }[];
}

/**
 * Writes what a model looks at in a volume, or in a sample of a prepared set, as a picture: input, targets where they
 * are known, labelled discs, attention.
 * @param labeler keeps the model loaded between calls
 * @throws UserError no attention in the model, a file that can't be read or written; CancelledError
 */
export async function writeAttention(
  labeler: Labeler,
  input: string,
  output: string,
  options: AttentionOptions = {},
  places?: ModelPlaces,
): Promise<AttentionResult> {
  const set = await preparedSetAt(input);
  if (set === null && options.sample !== undefined)
    throw new UserError('cannot show attention', '--sample is for prepared sets; this is a volume', input);
  const sample = set && findSample(set, options.sample);
  await assertAttention(labeler, options.model, places);
  const scene =
    set && sample
      ? await sampleScene(labeler, set, sample, options)
      : await volumeScene(labeler, input, options);
  const { reading, model, engine, title } = scene;
  const { style = 'own', threshold = defaultThreshold } = options;
  const map = attentionOnSlab(reading, style === 'reference' ? { floor: referenceFloor, air: true } : {})!;
  const slab = toPicture(reading.slab);
  const footnote = [
    `${model} on ${engine}`,
    `slice ${Math.round(10 * scene.index) / 10}`,
    ...(reading.prepared.step[0] * reading.slab.spacing[0] ===
    reading.prepared.step[1] * reading.slab.spacing[1]
      ? []
      : ['the network sees the slice stretched to a square']),
  ].join(' · ');
  const picture = await attentionPicture({
    title,
    footnote,
    slice: { picture: slab, spacing: slab.spacing },
    discs: upright(reading.slab, discsOnSlab(reading)).map((disc) => ({ ...disc, channel: null })),
    targets: scene.targets,
    ...placedMap(reading.slab, map),
    style,
    threshold,
  });
  await writeWhole(output, picture);
  return {
    picture: output,
    input,
    sample: sample?.name ?? null,
    model,
    engine,
    discs: reading.discs.map(({ value, score }) => ({ value, score })),
  };
}

interface Scene {
  readonly reading: Reading;
  readonly model: string;
  readonly engine: string;
  readonly title: string;
  /** Where the slice lies along the file's left-right axis. */
  readonly index: number;
  readonly targets: readonly SheetDisc[] | null;
}

async function volumeScene(labeler: Labeler, path: string, options: AttentionOptions): Promise<Scene> {
  const { model, engine, signal, progress } = options;
  const { result, reading } = await labeler.label(path, { model, engine, signal, progress });
  return {
    reading,
    model: result.model,
    engine: result.engine,
    title: basename(path),
    index: result.slice.index,
    targets: null,
  };
}

async function sampleScene(
  labeler: Labeler,
  set: PreparedSet,
  sample: Sample,
  { model, engine, signal, progress }: AttentionOptions,
): Promise<Scene> {
  const slice = await targetSlice(set, sample);
  const outcome = await labeler.readSlab((frame) => slabOf(slice, frame), {
    model,
    engine,
    signal,
    progress,
  });
  return {
    ...outcome,
    title: `${sample.name} · ${sample.split} sample of ${basename(set.folder)}`,
    index: sample.slice.index,
    targets: slice.discs,
  };
}

/** A sample's picture as a slab of a volume one voxel thick, in either frame. */
export function slabOf(
  { picture, spacing }: Pick<TargetSlice, 'picture' | 'spacing'>,
  frame: SlabFrame,
): SagittalSlab {
  const affine: Affine = [
    [1, 0, 0, 0],
    [0, -spacing[1], 0, 0],
    [0, 0, -spacing[0], 0],
    [0, 0, 0, 1],
  ];
  // File axes: left-right, anterior to posterior (columns), superior to inferior (rows).
  const volume = {
    shape: [1, picture.width, picture.height] as const,
    data: picture.image,
    affine,
    affineSource: 'sform' as const,
    spacing: [1, spacing[1], spacing[0]] as const,
    notices: [],
  };
  return sagittalSlab(volume, 0, 1, frame);
}

/** Points of a slab in the `picture` frame. */
function upright<Point extends { readonly row: number; readonly column: number }>(
  { frame, height, width }: SagittalSlab,
  points: readonly Point[],
): Point[] {
  return frame === 'picture'
    ? [...points]
    : points.map((point) => ({ ...point, row: width - 1 - point.column, column: height - 1 - point.row }));
}

/** A map in the `picture` frame and the rectangle it covers there; a turned map begins at the bottom right. */
function placedMap(slab: SagittalSlab, map: SlabMap) {
  const [height, width] = [map.height * map.step[0], map.width * map.step[1]];
  if (slab.frame === 'picture') return { attention: map, place: { row: 0, column: 0, height, width } };
  return {
    attention: turnToPicture(map),
    place: { row: slab.width - width, column: slab.height - height, height: width, width: height },
  };
}

/** @throws UserError naming the models that have attention */
async function assertAttention(
  labeler: Labeler,
  name: string | undefined,
  places?: ModelPlaces,
): Promise<void> {
  const { name: own, network } = await labeler.describe(name);
  if (network.attention) return;
  const others = (await availableModels(places)).filter(({ attention }) => attention);
  const hint =
    others.length > 0
      ? `; ${others.map((model) => model.name).join(', ')} have one`.replace(/^(; [^,]+) have/, '$1 has')
      : '';
  throw new UserError('cannot show attention', `the model ${own} has no attention map${hint}`);
}

/** The prepared set in a folder, or of its samples.json; null for a volume. */
async function preparedSetAt(input: string): Promise<PreparedSet | null> {
  if (basename(input) === samplesFile) return readPreparedSet(dirname(input));
  const isFolder = await stat(input).then(
    (found) => found.isDirectory(),
    () => false,
  );
  return isFolder ? readPreparedSet(input) : null;
}

/** @throws UserError there is no such sample */
export function findSample(set: PreparedSet, wanted: string | undefined): Sample {
  const { samples, folder } = set;
  const number = wanted === undefined ? 1 : Number(wanted);
  const found = samples.find(({ name }) => name === wanted) ?? samples[number - 1];
  if (found !== undefined) return found;
  const why =
    samples.length === 0
      ? 'the set is empty'
      : `there is no sample ${wanted}; give a number from 1 to ${samples.length}, or a name such as ${samples[0].name}`;
  throw new UserError('cannot show attention', why, folder);
}
