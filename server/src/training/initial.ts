import { initialWeights, networkTensors } from '@disc-labeling/models/layers-listing';
import { UserError } from '@disc-labeling/models/errors';
import type { ModelDescription, Weights } from '@disc-labeling/models/model';
import { widenWeights } from '@disc-labeling/models/widen';
import { findModel } from '../labeling/models.js';
import { meaningIn } from './config.js';
import type { TrainingConfig } from './config.js';

type Network = TrainingConfig['network'];

/**
 * The settings in which an initial model's network differs so that nothing can be taken over: not maps, nor attention,
 * nor fewer features.
 */
export function networkMisfits(initial: Network, here: Network): (keyof Network)[] {
  return (Object.keys(here) as (keyof Network)[]).filter((name) => {
    if (name === 'joints' || name === 'attention') return false;
    return name === 'features' ? initial.features > here.features : initial[name] !== here[name];
  });
}

/**
 * The weights a training starts from: those of the configuration's initial model, or random ones. An initial model may
 * have maps for other discs: what its maps for the same discs (and for any disc) know is taken over, maps it has not
 * start anew. So may it have attention or none: what is missing starts anew, what is too much is left out. One with
 * fewer features is widened.
 * @throws UserError when there is no such model, or its network is another
 */
export async function startingWeights(config: TrainingConfig): Promise<Weights> {
  const { initial, network, training } = config;
  if (initial === null) return initialWeights(network, training.seed);
  const { description, weights } = await findModel(initial);
  const differing = networkMisfits(description.network, network).map(
    (name) => `${name} ${String(description.network[name])}, here ${String(network[name])}`,
  );
  const refuse = (why: string) => new UserError('cannot start from this model', why, initial);
  if (differing.length > 0)
    throw refuse(
      `its network is another (${differing.join('; ')}); set the same network here or start from another model`,
    );
  const here = meaningIn(config);
  const fresh = initialWeights(network, training.seed);
  const wide =
    description.network.features < network.features
      ? widenWeights(weights, description.network, network.features, training.seed)
      : weights;
  const shared = ofNetwork(network, wide, fresh);
  if (description.channels.values.join() === here.values.join()) return shared;
  const source = continuedMaps(description.channels, here);
  if (source === null)
    throw refuse('its heat maps mean other discs than those trained here; start from another model');
  return withMaps(shared, fresh, source);
}

type Meaning = ModelDescription['channels'];

/** Per map trained here, that of the initial model which it continues, or null; null where no disc is continued. */
export function continuedMaps(initial: Meaning, here: Meaning): (number | null)[] | null {
  const source = here.values.map((value, map) =>
    map === here.anyDisc ? initial.anyDisc : indexOrNull(initial.values, value),
  );
  return source.every((map, i) => map === null || i === here.anyDisc) ? null : source;
}

/** What a network asks for, of the given weights, or fresh where they have none. */
function ofNetwork(network: Network, weights: Weights, fresh: Weights): Weights {
  return new Map(networkTensors(network).map(({ name }) => [name, weights.get(name) ?? fresh.get(name)!]));
}

function indexOrNull(values: ModelDescription['channels']['values'], value: number | null): number | null {
  const index = value === null ? -1 : values.indexOf(value);
  return index < 0 ? null : index;
}

/**
 * Weights for other heat maps: the convolutions that make them (`score`, one output each) and that feed them into the
 * next stack (`score_`, one input each) are rearranged, everything else stays.
 * @param fresh  weights of the network to be, for the maps that are new; what they feed into the next stack is nothing
 * @param source per new map the old one it continues, or null
 */
function withMaps(weights: Weights, fresh: Weights, source: readonly (number | null)[]): Weights {
  const out = new Map(weights);
  for (const [name, tensor] of fresh) {
    const old = weights.get(name)!;
    const makes = /^score\.\d+\.(weight|bias)$/.test(name);
    if (!makes && !/^score_\.\d+\.weight$/.test(name)) continue;
    const data = makes ? tensor.data.slice() : new Float32Array(tensor.data.length);
    // Maps are the first axis of what makes them, the second (of 1x1 filters) of what they feed.
    const outer = makes ? 1 : tensor.shape[0];
    const inner = makes ? tensor.data.length / source.length : 1;
    const oldCount = old.data.length / (outer * inner);
    for (let row = 0; row < outer; row++)
      source.forEach((from, map) => {
        if (from === null) return;
        const start = (row * oldCount + from) * inner;
        data.set(old.data.subarray(start, start + inner), (row * source.length + map) * inner);
      });
    out.set(name, { ...tensor, data });
  }
  return out;
}
