import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { UserError } from '../errors.js';
import { modelDescriptionSchema, type Model, type ModelDescription } from '../model.js';
import { reasonOf } from '../system-errors.js';
import { replaceFolder } from './files.js';
import { checkWeights } from './infer.js';
import {
  countParameters,
  decodeWeights,
  encodeWeights,
  weightsFile,
  type WeightManifest,
  type WeightStorage,
} from './manifest.js';

export interface WriteModelOptions {
  /** The model card, Markdown, written as `README.md`. */
  readonly card: string;
  /** `float16` halves the file (and rounds to 11 bits); default `float32`. */
  readonly storage?: WeightStorage;
  /** Further files by name, put into place in the same moment (a training's state). */
  readonly extraFiles?: ReadonlyMap<string, Uint8Array>;
}

/** One entry of a list of models. */
export interface ModelListing {
  readonly path: string;
  readonly description: ModelDescription;
  /** Trainable numbers. */
  readonly parameters: number;
}

/**
 * Writes a model folder: `model.json`, `weights.json` (TensorFlow.js weight manifest), `weights.bin`, `README.md`.
 * It is written beside its place and renamed, replacing a model that is there; the folder is never half written.
 *
 * @throws UserError when `folder` is something else than a model, or can't be written
 */
export async function writeModel(folder: string, model: Model, options: WriteModelOptions): Promise<void> {
  const { manifest, bytes } = encodeWeights(model.weights, options.storage ?? 'float32');
  const place = resolve(folder);
  const present = await namesIn(place);
  if (present.length > 0 && !present.includes('model.json'))
    throw new UserError('cannot write model', 'the folder holds other files; give a new folder', folder);
  await replaceFolder(
    place,
    new Map<string, string | Uint8Array>([
      ...(options.extraFiles ?? []),
      ['model.json', `${JSON.stringify(modelDescriptionSchema.parse(model.description), null, 2)}\n`],
      ['weights.json', `${JSON.stringify(manifest)}\n`],
      [weightsFile, bytes],
      ['README.md', options.card],
    ]),
  );
}

/**
 * Reads a model folder.
 *
 * @throws UserError when a file is missing, damaged or of a format this version does not know
 */
export async function readModel(folder: string): Promise<Model> {
  const description = await readModelDescription(folder);
  const manifest = await readManifest(folder);
  const file = join(folder, weightsFile);
  const weights = decodeWeights(manifest, await readPart(file), file);
  checkWeights(weights, description.network, file);
  return { description, weights };
}

/** Reads `model.json` alone. */
export async function readModelDescription(folder: string): Promise<ModelDescription> {
  const file = join(folder, 'model.json');
  const json = await readJson(file);
  const version = (json as { formatVersion?: unknown } | null)?.formatVersion;
  if (version !== 1)
    throw new UserError(
      'cannot read model',
      version === undefined
        ? 'it has no formatVersion, so it is no model description'
        : `its format version is ${JSON.stringify(version)} where 1 is known; use the version of this program that wrote it`,
      file,
    );
  return parse(modelDescriptionSchema, json, file);
}

/**
 * The models in the given folders (each a folder of model folders), in name order; folders that are missing are empty.
 *
 * @param onBroken told about each folder that has a `model.json` but can't be used
 */
export async function listModels(
  folders: readonly string[],
  onBroken: (error: UserError) => void = () => {},
): Promise<ModelListing[]> {
  const found: ModelListing[] = [];
  for (const folder of folders) {
    for (const name of (await namesIn(folder)).sort()) {
      const path = join(folder, name);
      if (name.startsWith('.') || !(await namesIn(path)).includes('model.json')) continue;
      try {
        const description = await readModelDescription(path);
        found.push({ path, description, parameters: countParameters(await readManifest(path)) });
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        onBroken(error);
      }
    }
  }
  return found;
}

const manifestSchema = z.tuple([
  z.object({
    paths: z.tuple([z.literal(weightsFile)]),
    weights: z.array(
      z.object({
        name: z.string(),
        shape: z.array(z.number().int().nonnegative()),
        dtype: z.literal('float32'),
        quantization: z.object({ dtype: z.literal('float16') }).optional(),
      }),
    ),
    sha256: z.string(),
  }),
]);

async function readManifest(folder: string): Promise<WeightManifest> {
  const file = join(folder, 'weights.json');
  return parse(manifestSchema, await readJson(file), file);
}

function parse<T>(schema: z.ZodType<T>, json: unknown, file: string): T {
  const result = schema.safeParse(json);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new UserError(
    'cannot read model',
    `${issue.path.join('.') || 'its content'}: ${issue.message}; copy the model again`,
    file,
  );
}

async function readJson(file: string): Promise<unknown> {
  const text = new TextDecoder().decode(await readPart(file));
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new UserError(
      'cannot read model',
      'it is not valid JSON, so it is damaged; copy the model again',
      file,
      { cause },
    );
  }
}

async function readPart(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (cause) {
    throw new UserError('cannot read model', `${reasonOf(cause)}; give the folder of a model`, file, {
      cause,
    });
  }
}

async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}
