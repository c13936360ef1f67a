import type { Weights, WeightTensor } from '../model.js';

/** What PyTorch's wrappers put before every name: DataParallel and compiled modules. */
const prefixes = ['module.', '_orig_mod.'];

/** Counts of batch norms, which nothing here uses. */
export const isBatchCount = (name: string): boolean => name.endsWith('num_batches_tracked');

/**
 * A state dictionary under the names of {@link Weights}: prefixes that all names share are removed, batch counts
 * left out.
 *
 * @param read makes the tensor of an entry; called for those that are kept
 */
export function weightsOf<T>(
  entries: ReadonlyMap<string, T>,
  read: (entry: T, name: string) => WeightTensor,
): Weights {
  const skipped = sharedPrefix([...entries.keys()]);
  const weights = new Map<string, WeightTensor>();
  for (const [name, entry] of entries)
    if (!isBatchCount(name)) weights.set(name.slice(skipped), read(entry, name));
  return weights;
}

/** Characters before every name that come from wrappers. */
function sharedPrefix(names: readonly string[], known = 0): number {
  const prefix = prefixes.find((candidate) => names.every((name) => name.startsWith(candidate, known)));
  return prefix === undefined || names.length === 0 ? known : sharedPrefix(names, known + prefix.length);
}
