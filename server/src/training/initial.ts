import { initialWeights } from '@disc-labeling/models/layers-listing';
import { UserError } from '@disc-labeling/models/errors';
import type { Weights } from '@disc-labeling/models/model';
import { findModel } from '../labeling/models.js';
import { meaningIn } from './config.js';
import type { TrainingConfig } from './config.js';

/**
 * The weights a training starts from: those of the configuration's initial model, or random ones.
 * @throws UserError when there is no such model, or its network or the meaning of its maps is another
 */
export async function startingWeights(config: TrainingConfig): Promise<Weights> {
  const { initial, network, training } = config;
  if (initial === null) return initialWeights(network, training.seed);
  const { description, weights } = await findModel(initial);
  const names = Object.keys(network) as (keyof typeof network)[];
  const differing = names
    .filter((name) => description.network[name] !== network[name])
    .map((name) => `${name} ${String(description.network[name])}, here ${String(network[name])}`);
  const refuse = (why: string): never => {
    throw new UserError('cannot start from this model', why, initial);
  };
  if (differing.length > 0)
    refuse(
      `its network is another (${differing.join('; ')}); set the same network here or start from another model`,
    );
  const values = (channels: { values: readonly (number | null)[] }) => channels.values.join();
  if (values(description.channels) !== values(meaningIn(config)))
    refuse('its heat maps mean other discs than those trained here; start from another model');
  return weights;
}
