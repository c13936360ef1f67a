import { networkConfigSchema } from '@disc-labeling/models/config';
import { isDeepStrictEqual } from 'node:util';
import { dataSchema } from './config.js';
import type { TrainingConfig } from './config.js';

/** What must be equal for a checkpoint to be continued; lengths and rates may change. */
export function fingerprint({ network, data, training }: TrainingConfig): string {
  const { optimizer, trainBatch, parts, norms, seed, momentum } = training;
  const learning = { optimizer, trainBatch, parts, norms, seed, momentum };
  return JSON.stringify({ network, data: decisive(data), ...learning });
}

/** By which a prepared set is known. */
const digest = 'data.digest';

/** Without what changes no batch: the number of threads, and where a prepared set lies. */
const decisive = (data: TrainingConfig['data']) =>
  data.source === 'phantom'
    ? { ...data, workers: null }
    : { ...data, workers: null, path: null, contents: null, digest: data.contents?.digest };

/**
 * The settings in which a checkpoint's fingerprint differs from a configuration's, as `network.stacks (2, now 1)`.
 * Settings younger than the checkpoint count as their defaults; a prepared set that was not looked into may be the same.
 */
export function fingerprintDifferences(saved: string, config: TrainingConfig): string[] {
  const before = flat(withDefaults(JSON.parse(saved)));
  const now = flat(JSON.parse(fingerprint(config)));
  const names = [...new Set([...before.keys(), ...now.keys()])];
  return names
    .filter((name) => !isDeepStrictEqual(before.get(name), now.get(name)))
    .filter((name) => name !== digest || now.has(digest))
    .map((name) =>
      name === digest
        ? 'data (the prepared set is another one, or was prepared anew)'
        : `${name} (${JSON.stringify(before.get(name))}, now ${JSON.stringify(now.get(name))})`,
    );
}

function withDefaults(saved: Record<string, unknown>): Record<string, unknown> {
  const data = dataSchema.safeParse({ ...(saved['data'] as object), workers: 1 });
  const network = networkConfigSchema.safeParse(saved['network']);
  return {
    parts: 1,
    norms: 'batch',
    ...saved,
    ...(data.success ? { data: { ...data.data, workers: null } } : {}),
    ...(network.success ? { network: network.data } : {}),
  };
}

/** Values two levels deep by dotted name. */
function flat(value: Record<string, unknown>): Map<string, unknown> {
  return new Map(
    Object.entries(value).flatMap(([name, inner]): [string, unknown][] =>
      typeof inner === 'object' && inner !== null && !Array.isArray(inner)
        ? Object.entries(inner).map(([key, leaf]) => [`${name}.${key}`, leaf])
        : [[name, inner]],
    ),
  );
}
