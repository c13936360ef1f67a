import { lightNetwork, referenceNetwork, type NetworkConfig } from '@disc-labeling/models/config';
import { isDeepStrictEqual } from 'node:util';
import type { Checked } from './checked.js';

/** Changes settings of the network; a preset is spelt out for that. */
export function networkEdits({ text, configuration }: Checked, changes: Partial<NetworkConfig>) {
  const [only, ...more] = Object.entries(changes);
  if (more.length === 0 && text.has(['network', only![0]])) return text.set(['network', only![0]], only![1]);
  return text.set(['network'], shortest({ ...configuration.training.network, ...changes }));
}

/** A network by its preset's name where it is one. */
export function shortest(network: NetworkConfig): NetworkConfig | string {
  if (isDeepStrictEqual(network, referenceNetwork())) return 'reference';
  return isDeepStrictEqual(network, lightNetwork()) ? 'light' : network;
}
