/** What a training is started from. */
import { existsSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { UserError } from '@disc-labeling/models/errors';
import type { StartTrainingParams } from '../protocol/training.js';
import { readConfiguration } from '../configuration/read.js';
import { parseTrainingConfig, type TrainingConfig } from './config.js';
import { withOverrides } from './overrides.js';
import { configForSet, isFolder } from './prepared-config.js';
import lightRecipe from './recipes/light.json' with { type: 'json' };

export interface StartingPoint {
  readonly config: TrainingConfig;
  /** The run folder, absolute. */
  readonly output: string;
  readonly resume: boolean;
}

/**
 * The configuration and the run folder of a training.
 * @param taken whether a training is about to make this folder
 * @throws UserError where nothing can be trained, or one of them can't be read
 */
export async function startingPoint(
  params: StartTrainingParams,
  taken: (run: string) => boolean = () => false,
): Promise<StartingPoint> {
  const { config: source, output, resume = false, settings = {} } = params;
  if (resume) {
    if (output === undefined) throw new UserError('cannot resume training', 'no run folder was given');
    const { config } = await sourceOf(source ?? join(output, 'config.json'), taken);
    return { config: withOverrides(config, settings), output: resolve(output), resume };
  }
  if (source !== undefined) {
    const named = await sourceOf(source, taken);
    const run = output === undefined ? named.output : resolve(output);
    return { config: withOverrides(named.config, settings), output: run, resume };
  }
  if (params.phantom !== true) throw new UserError('cannot train', 'there is nothing to train on');
  if (output === undefined) throw new UserError('cannot train', 'no run folder was given');
  const config = parseTrainingConfig({ ...lightRecipe, name: modelName(output), title: undefined });
  return { config: withOverrides(config, settings), output: freeOf(resolve(output), taken), resume };
}

/** A configuration file says where its run goes; otherwise that is a new folder beside what is trained on. */
async function sourceOf(
  source: string,
  taken: (run: string) => boolean,
): Promise<Pick<StartingPoint, 'config' | 'output'>> {
  if (await isFolder(source)) {
    const config = await configForSet(source);
    return { config, output: freeOf(join(dirname(resolve(source)), 'runs', config.name), taken) };
  }
  const { training, output, hasOutput } = await readConfiguration(source);
  return { config: training, output: hasOutput ? output : freeOf(output, taken) };
}

/** The folder, or where it is taken its name with a number. */
function freeOf(folder: string, taken: (run: string) => boolean): string {
  for (let number = 1; ; number++) {
    const path = number === 1 ? folder : `${folder}-${number}`;
    if (!existsSync(path) && !taken(path)) return path;
  }
}

const modelName = (output: string): string => basename(resolve(output)).replace(/[^\w.-]+/g, '-') || 'model';
