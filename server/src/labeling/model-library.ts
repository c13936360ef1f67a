/** The user's own models: brought in, copied from runs, taken out, deleted. */
import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { UserError } from '@disc-labeling/models/errors';
import type { Model, ModelDescription } from '@disc-labeling/models/model';
import { reasonOf } from '@disc-labeling/models/system-errors';
import { writeModel } from '@disc-labeling/models/weights/folder';
import { importWeights } from '@disc-labeling/models/weights/import';
import * as places from '../places.js';
import { modelNamePattern, type ModelSummary } from '../protocol/index.js';
import { modelCard } from '../training/model-card.js';
import { averageModels } from './average-models.js';
import { exportModel, type ExportedModel, type ExportSize } from './export-model.js';
import { availableModels, findModel, type ModelPlaces } from './models.js';

/** The models of one user, as both doors change them. */
export class ModelLibrary {
  constructor(private readonly where: ModelPlaces = places) {}

  /**
   * Makes one of the user's own models of a PyTorch checkpoint or a safetensors file.
   * @throws UserError the name is taken or none, or the file can't be used
   */
  async importWeights(file: string, name: string): Promise<ModelSummary> {
    const folder = await this.freePlace('cannot import weights', name);
    await importWeights(file, folder, name);
    return this.summary(folder);
  }

  /**
   * Copies a model, such as the best of a run, among the user's own.
   * @param source name of a model, model folder, or run folder
   * @throws UserError the name is taken or none, or there is no such model
   */
  async install(source: string, name: string, options: CopyOptions = {}): Promise<ModelSummary> {
    const folder = await this.freePlace('cannot install model', name);
    await copyModel(await findModel(source, this.where), folder, name, options);
    return this.summary(folder);
  }

  /**
   * Writes the mean of models, see {@link averageModels}.
   * @param folder where; default: among the user's own, under the name
   * @param contrast what the mean is for
   * @throws UserError the name is taken or none, or the models can't be found or averaged
   */
  async average(
    sources: readonly string[],
    { folder, name, half, contrast }: AverageOptions,
  ): Promise<{ readonly path: string; readonly name: string }> {
    const called = name ?? (folder === undefined ? '' : basename(resolve(folder)));
    if (called === '')
      throw new UserError('cannot average models', 'give it a name, or a folder to write it to');
    const path = folder ?? (await this.freePlace('cannot average models', called));
    const models: Model[] = [];
    for (const source of sources) models.push(await findModel(source, this.where));
    await copyModel(averageModels(models, contrast), path, called, { half });
    return { path, name: called };
  }

  /** The same, as one of the user's own models. @throws UserError */
  async averageAsOwn(sources: readonly string[], name: string): Promise<ModelSummary> {
    return this.summary((await this.average(sources, { name })).path);
  }

  /** Writes a model as ONNX or safetensors, see {@link exportModel}. @throws UserError */
  async exportModel(model: string, file: string, size?: ExportSize): Promise<ExportedModel> {
    return exportModel(await findModel(model, this.where), file, size);
  }

  /**
   * Deletes one of the user's own models for good. It is renamed first, so that no half a model is ever listed.
   * @param model its name or path
   * @throws UserError it is none of them, or can't be deleted
   */
  async delete(model: string): Promise<void> {
    const own = (await availableModels(this.where)).filter(({ origin }) => origin === 'user');
    const found = own.find(({ name, path }) => name === model || path === resolve(model));
    if (!found)
      throw new UserError(
        'cannot delete model',
        'only your own models can be deleted, and it is none',
        model,
      );
    const aside = join(dirname(found.path), `.${basename(found.path)}.deleted`);
    try {
      await rm(aside, { recursive: true, force: true });
      await rename(found.path, aside);
      await rm(aside, { recursive: true, force: true });
    } catch (cause) {
      throw new UserError('cannot delete model', reasonOf(cause, 'writing'), found.path, { cause });
    }
  }

  /** Holds nothing between calls. */
  async dispose(): Promise<void> {}

  /** Folder for a new model of this name. */
  private async freePlace(what: string, name: string): Promise<string> {
    if (!modelNamePattern.test(name))
      throw new UserError(what, `the name "${name}" may hold only letters, digits, - _ and .`);
    const folder = join(this.where.userModelsFolder, name);
    const taken = (await availableModels(this.where)).some((model) => model.name === name);
    if (taken || existsSync(folder))
      throw new UserError(what, 'there is a model of this name; give another one', name);
    return folder;
  }

  private async summary(folder: string): Promise<ModelSummary> {
    return (await availableModels(this.where)).find(({ path }) => path === folder)!;
  }
}

export interface CopyOptions {
  /** Store 16 bits a number instead of 32. */
  readonly half?: boolean;
}

export interface AverageOptions extends CopyOptions {
  readonly folder?: string;
  readonly name?: string;
  readonly contrast?: ModelDescription['contrast'];
}

/** Writes a model under another name, with a card of its own. @throws UserError */
export async function copyModel(
  { description, weights }: Model,
  folder: string,
  name: string,
  { half = false }: CopyOptions = {},
): Promise<void> {
  const copy: Model = { description: { ...description, name }, weights };
  await writeModel(folder, copy, { card: modelCard(copy), storage: half ? 'float16' : 'float32' });
}
