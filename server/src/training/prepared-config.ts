/** Configurations for training on a prepared set. */
import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import type { NetworkConfig } from '@disc-labeling/models/config';
import { UserError } from '@disc-labeling/models/errors';
import { reasonOf } from '@disc-labeling/models/system-errors';
import { readPreparedSet, samplesFile, type PreparedSet } from '../dataset/samples.js';
import { discName } from '../volume/levels.js';
import lightRecipe from './recipes/light.json' with { type: 'json' };
import { channelMeaning, parseTrainingConfig } from './config.js';
import type { PreparedContents, TrainingConfig } from './config.js';

/** Epochs over a prepared set, where no configuration says. */
const usualEpochs = 120;

/** Whether a path is a folder, so a prepared set rather than a configuration file. */
export const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );

/**
 * How a prepared set is trained on where nothing else is said: one of the reference's preparation as Azad et al. do,
 * our own with the light network and its recipe.
 * @throws UserError the folder is no prepared set
 */
export async function configForSet(folder: string): Promise<TrainingConfig> {
  const set = await readPreparedSet(folder);
  const name = basename(resolve(folder)).replace(/[^\w.-]+/g, '-') || 'model';
  const head = {
    formatVersion: 1,
    name,
    contrast: set.contrast === 'T1w' || set.contrast === 'T2w' ? set.contrast : 'any',
    data: { source: 'prepared', path: resolve(folder) },
  };
  if (set.preparation === 'reference')
    return parseTrainingConfig({ ...head, network: 'reference', training: { monitor: 'pck' } });
  const training = { ...lightRecipe.training, epochs: usualEpochs, stepsPerEpoch: 0 };
  return parseTrainingConfig({ ...head, network: 'light', training });
}

/** SHA-256 of a set's index, which names every sample and how it was made. */
export async function setDigest(folder: string): Promise<string> {
  const file = join(folder, samplesFile);
  const bytes = await readFile(file).catch((cause: unknown) => {
    throw new UserError('cannot read prepared set', reasonOf(cause), file, { cause });
  });
  return createHash('sha256').update(bytes).digest('hex');
}

/**
 * Fills in what only the prepared set can tell: what it holds, and the steps of an epoch that sees every sample once.
 * Other configurations stay as they are.
 * @throws UserError there is no such set, it has no samples for one of the purposes, or the network does not fit it
 */
export async function completeConfig(config: TrainingConfig): Promise<TrainingConfig> {
  const { data, training } = config;
  if (data.source !== 'prepared') return config;
  const set = await readPreparedSet(data.path);
  const contents = contentsOf(set, await setDigest(data.path));
  checkNetwork(config.network, set);
  const onePass = Math.ceil(contents.trainingSamples / training.trainBatch);
  return {
    ...config,
    data: { ...data, contents },
    training: { ...training, stepsPerEpoch: training.stepsPerEpoch || onePass },
  };
}

function contentsOf(set: PreparedSet, digest: string): PreparedContents {
  const count = (wanted: string) => set.samples.filter(({ split }) => split === wanted).length;
  const need = (split: 'training' | 'validation', remedy: string): number => {
    const samples = count(split);
    if (samples === 0)
      throw new UserError('cannot train', `the set has no ${split} samples; ${remedy}`, set.folder);
    return samples;
  };
  return {
    name: basename(resolve(set.folder)),
    digest,
    preparation: set.preparation,
    contrast: set.contrast,
    ...set.input,
    values: [...set.channels.values],
    trainingSamples: need('training', 'prepare it with --split train'),
    validationSamples: need('validation', 'prepare it of more subjects or with a larger --validation-share'),
  };
}

/** A network has to have the maps the set has channels for. */
function checkNetwork(network: NetworkConfig, set: PreparedSet): void {
  const misfit = networkMisfit(network, set);
  if (misfit !== null) throw new UserError('cannot train', `${misfit.why}; ${misfit.remedy}`, set.folder);
}

/** What keeps a network from a set. */
export interface NetworkMisfit {
  readonly why: string;
  /** For the command line. */
  readonly remedy: string;
  readonly setting: 'variant' | 'joints';
  /** The number of maps that would fit. */
  readonly joints?: number;
}

/** Why a network can't be trained on a set; null where it can. */
export function networkMisfit(
  network: NetworkConfig,
  { preparation, channels }: Pick<PreparedSet, 'preparation' | 'channels'>,
): NetworkMisfit | null {
  const { values } = channels;
  const range = `${discName(values[0])} to ${discName(values.at(-1)!)}`;
  if (preparation === 'reference') {
    if (network.variant !== 'reference')
      return {
        why: 'a set prepared as the reference does is for the reference network',
        remedy: 'choose that, or prepare without --prepare reference',
        setting: 'variant',
      };
    if (network.joints !== values.length)
      return {
        why: `the set has ${values.length} channels and the network ${network.joints} maps`,
        remedy: `set network.joints (--joints) to ${values.length}`,
        setting: 'joints',
        joints: values.length,
      };
    return null;
  }
  const { values: maps, anyDisc } = channelMeaning(network, values[0]);
  const levels = maps.filter((value) => value !== null).length;
  if (levels <= values.length) return null;
  const joints = values.length + (anyDisc === null ? 0 : 1);
  return {
    why: `the network has ${levels} maps for levels, the set has ${values.length} channels (${range})`,
    remedy: `set network.joints (--joints) to ${joints} or fewer`,
    setting: 'joints',
    joints,
  };
}
