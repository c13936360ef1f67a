import { listModels, readModel, type ModelListing } from '@disc-labeling/models/weights/folder';
import { UserError } from '@disc-labeling/models/errors';
import type { Model } from '@disc-labeling/models/model';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import * as places from '../places.js';
import type { ModelSummary } from '../protocol/index.js';

/** Where models are looked for, and which is used when none is named. */
export interface ModelPlaces {
  readonly weightsFolder: string;
  readonly userModelsFolder: string;
  /** Name of a model or path of a model folder. */
  readonly defaultModel?: string;
}

/** The shipped model used when nothing is chosen. */
const shippedDefault = 'spine-whole';

/** The models that ship and the user's own, in name order. */
export async function availableModels(where: ModelPlaces = places): Promise<ModelSummary[]> {
  const chosen = where.defaultModel ?? shippedDefault;
  const summarize =
    (origin: ModelSummary['origin']) =>
    ({ path, description, parameters }: ModelListing): ModelSummary => ({
      name: description.name,
      title: description.title,
      contrast: description.contrast,
      path,
      origin,
      // What an import notes of the file it read; a training has no such file.
      made: 'sha256' in description.provenance ? 'imported' : 'trained',
      parameters,
      attention: description.network.attention,
      isDefault: description.name === chosen || path === resolve(chosen),
      card: cardOf(path),
      metrics: description.metrics,
    });
  const [shipped, own] = await Promise.all([
    listModels([where.weightsFolder]),
    listModels([where.userModelsFolder]),
  ]);
  return [...shipped.map(summarize('shipped')), ...own.map(summarize('user'))];
}

function cardOf(folder: string): string | null {
  const path = join(folder, 'README.md');
  return existsSync(path) ? path : null;
}

/**
 * Reads the model of a name (the user's own before the shipped), of a model folder, or of a run folder (its best).
 *
 * @throws UserError when there is no such model, naming those there are
 */
export async function findModel(name: string | undefined, where: ModelPlaces = places): Promise<Model> {
  return readModel(await findModelFolder(name, where));
}

/** The folder of a model, by the same words as {@link findModel}. @throws UserError when there is no such model */
export async function findModelFolder(
  name: string | undefined,
  where: ModelPlaces = places,
): Promise<string> {
  const wanted = name ?? where.defaultModel ?? shippedDefault;
  const folder = modelFolder(wanted, where);
  if (folder !== undefined) return resolve(folder);
  const names = (await availableModels(where)).map((model) => model.name);
  throw new UserError(
    'cannot find model',
    `it is neither a model folder nor one of ${names.join(', ') || 'the installed models (there are none)'}`,
    wanted,
  );
}

/** Where the model of a name lies, or of a model or run folder; undefined where there is none. */
export function modelFolder(wanted: string, where: ModelPlaces = places): string | undefined {
  const candidates = [
    wanted,
    join(wanted, 'best'),
    join(where.userModelsFolder, wanted),
    join(where.weightsFolder, wanted),
  ];
  return candidates.find((candidate) => existsSync(join(candidate, 'model.json')));
}
