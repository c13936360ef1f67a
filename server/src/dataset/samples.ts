/** A prepared set on disk: `samples.json` and one `.npy` file per sample. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { UserError } from '@disc-labeling/models/errors';
import { readFloatNpy } from '@disc-labeling/models/npy';
import { reasonOf } from '@disc-labeling/models/system-errors';
import { voxelToWorld } from '../volume/affine.js';
import { orientationOf, orientedView, toFileVoxel } from '../volume/orientation.js';
import type { Image2D } from '../volume/resample.js';
import type { Affine } from '../volume/types.js';

const triple = z.tuple([z.number(), z.number(), z.number()]);
const pair = z.tuple([z.number(), z.number()]);
const row4 = z.tuple([z.number(), z.number(), z.number(), z.number()]);

const discSchema = z.object({
  /** Label value, 3 = C2/C3. */
  value: z.number().int(),
  name: z.string(),
  /** In the voxels of the image file, fractional where the label file had several voxels or another grid. */
  voxel: triple,
  /** mm, RAS+. */
  world: triple,
  /** In the sample's own pixels; whole numbers are pixel centres. */
  row: z.number(),
  column: z.number(),
});

const sampleSchema = z.object({
  /** Name of the image, unique in the set. */
  name: z.string(),
  /** float32 `[height, width]`, from the set's folder. */
  file: z.string(),
  subject: z.string(),
  session: z.string().nullable(),
  contrast: z.string(),
  split: z.enum(['training', 'validation', 'test']),
  /** Image and labels, from the root of the set's `dataset`. */
  source: z.object({ image: z.string(), label: z.string() }),
  /** Voxels of the image file and where they lie in the world. */
  shape: triple,
  affine: z.tuple([row4, row4, row4, row4]),
  /** mm per voxel along the file's axes. */
  spacing: triple,
  /** The file's left-right axis, where the slab lies along it, and how many slices were averaged. */
  slice: z.object({
    axis: z.union([z.literal(0), z.literal(1), z.literal(2)]),
    index: z.number(),
    thickness: z.number().int(),
  }),
  size: pair,
  /** Voxels of the slice per pixel of the sample, see `sampleToVoxel`. */
  step: pair,
  /** From head to foot. */
  discs: z.array(discSchema),
  /** Levels between the first and the last disc that the label file leaves out: there is a disc, its place is unknown. */
  unlabelled: z.array(z.number().int()),
  notices: z.array(z.string()),
});

const leftOutSchema = z.object({
  subject: z.string(),
  session: z.string().nullable(),
  contrast: z.string(),
  name: z.string(),
  reason: z.string(),
});

const preparedSchema = z.object({
  formatVersion: z.literal(1),
  kind: z.literal('disc-labeling prepared set'),
  generatedBy: z.string(),
  /**
   * `own`: pixels of one size in mm, frame `picture`. `reference`: the file's pixels, z-scored and zero-padded,
   * frame `reference`.
   */
  preparation: z.enum(['own', 'reference']),
  /** What was asked for: `train` holds the splits training and validation. */
  split: z.enum(['train', 'test', 'all']),
  contrast: z.string(),
  /** Root of the dataset it was made of. */
  dataset: z.string(),
  seed: z.number().int(),
  /** As in a model's description; `spacing` null: the file's own pixels. */
  input: z.object({
    frame: z.enum(['picture', 'reference']),
    spacing: z.number().positive().nullable(),
    normalization: z.enum(['percentile', 'minmax', 'zscore']),
  }),
  /** Disc label value of each channel; in a `reference` set channels count the discs from the top instead. */
  channels: z.object({ values: z.array(z.number().int()) }),
  leftOut: z.array(leftOutSchema),
  samples: z.array(sampleSchema),
});

export type SampleDisc = z.infer<typeof discSchema>;
export type Sample = z.infer<typeof sampleSchema>;
export type LeftOutSample = z.infer<typeof leftOutSchema>;
/** What `samples.json` says. */
export type PreparedIndex = z.infer<typeof preparedSchema>;
/** How a sample lies in its image. */
export interface SampleGeometry {
  readonly shape: readonly [number, number, number];
  readonly affine: Affine;
  readonly spacing: readonly [number, number, number];
  readonly slice: Sample['slice'];
  readonly size: readonly [height: number, width: number];
  readonly step: readonly [row: number, column: number];
}

export const samplesFile = 'samples.json';
export { sampleSchema };

/** A prepared set and where it lies. */
export interface PreparedSet extends PreparedIndex {
  readonly folder: string;
}

const cannotRead = 'cannot read prepared set';

/**
 * Reads the index of a prepared set; pictures are read one by one with {@link readSample}.
 * @throws UserError no such set, a damaged index, or one of a later format
 */
export async function readPreparedSet(folder: string): Promise<PreparedSet> {
  const file = join(folder, samplesFile);
  const text = await readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    const none = cause.code === 'ENOENT' || cause.code === 'ENOTDIR';
    const why = none
      ? 'it is no prepared set (samples.json is missing); make one with disc-labeling dataset prepare'
      : reasonOf(cause, 'reading');
    throw new UserError(cannotRead, why, none ? folder : file, { cause });
  });
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new UserError(cannotRead, 'its index is not valid JSON; prepare it again', file, { cause });
  }
  const version = (json as { formatVersion?: unknown } | null)?.formatVersion;
  if (version !== 1)
    throw new UserError(
      cannotRead,
      `its format version is ${JSON.stringify(version)} where 1 is known; prepare it again`,
      file,
    );
  const parsed = preparedSchema.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new UserError(
      cannotRead,
      `its index is damaged (${issue.path.join('.')}: ${issue.message}); prepare it again`,
      file,
    );
  }
  return { folder, ...parsed.data };
}

/**
 * Reads the picture of a sample.
 * @returns `[height, width]`; 0..1 in an `own` set, z-scores in a `reference` one
 * @throws UserError it is missing, damaged, or of another size than the index says
 */
export async function readSample(
  set: Pick<PreparedSet, 'folder'>,
  { file, size }: Pick<Sample, 'file' | 'size'>,
): Promise<Image2D> {
  const path = join(set.folder, file);
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw new UserError('cannot read sample', `${reasonOf(cause)}; prepare the set again`, path, { cause });
  });
  const { data, shape } = readFloatNpy(bytes, 2, path);
  if (shape.join() !== size.join())
    throw new UserError(
      'cannot read sample',
      `it is ${shape.join(' x ')} pixels, the index says ${size.join(' x ')}; prepare the set again`,
      path,
    );
  return { image: data, height: size[0], width: size[1] };
}

/** mm per row and per column of a sample, in the set's frame. */
export function pixelSpacing(
  { input }: Pick<PreparedIndex, 'input'>,
  { spacing, affine }: Pick<Sample, 'spacing' | 'affine'>,
): [row: number, column: number] {
  if (input.spacing !== null) return [input.spacing, input.spacing];
  const [, anterior, superior] = orientationOf(affine);
  const upright: [number, number] = [spacing[superior.axis], spacing[anterior.axis]];
  return input.frame === 'picture' ? upright : [upright[1], upright[0]];
}

/** View axes as (left-right, row, column), see `SlabFrame`. */
const frameCodes = { picture: 'LIP', reference: 'LAS' } as const;

/** The (fractional) voxel of the image file under a (fractional) pixel of a sample. */
export function sampleToVoxel(
  { shape, affine, spacing, slice, step }: SampleGeometry,
  frame: 'picture' | 'reference',
  row: number,
  column: number,
): [number, number, number] {
  const grid = {
    shape,
    affine,
    spacing,
    affineSource: 'sform',
    data: new Uint8Array(0),
    notices: [],
  } as const;
  const view = orientedView(grid, frameCodes[frame]);
  const voxel = toFileVoxel(view, [0, (row + 0.5) * step[0] - 0.5, (column + 0.5) * step[1] - 0.5]);
  voxel[slice.axis] = slice.index;
  return voxel;
}

/** World mm (RAS+) under a pixel of a sample. */
export function sampleToWorld(
  sample: SampleGeometry,
  frame: 'picture' | 'reference',
  row: number,
  column: number,
): [number, number, number] {
  return voxelToWorld(sample.affine, sampleToVoxel(sample, frame, row, column));
}
