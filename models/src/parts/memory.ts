/** What threads that compute the parts of a batch have in common: flat arrays as in a training step. */
export interface PartMemory {
  readonly parameters: Float32Array;
  /** Running statistics before the step. */
  readonly statistics: Float32Array;
  /** What came of each part. */
  readonly results: readonly PartResult[];
}

export interface PartResult {
  readonly gradients: Float32Array;
  /** Running statistics that have followed this part alone. */
  readonly statistics: Float32Array;
}

/** Memory that all threads of this process see, all zeros. */
export function sharedMemory(parts: number, parameters: number, statistics: number): PartMemory {
  const shared = (length: number) => new Float32Array(new SharedArrayBuffer(4 * length));
  return {
    parameters: shared(parameters),
    statistics: shared(statistics),
    results: Array.from({ length: parts }, () => ({
      gradients: shared(parameters),
      statistics: shared(statistics),
    })),
  };
}

/**
 * Writes the weighted sum of some arrays, which are as long as `target`. The order of adding is always the same.
 * @param weights one for each array
 */
export function weightedSum(
  target: Float32Array,
  arrays: readonly Float32Array[],
  weights: readonly number[],
): void {
  arrays.forEach((values, part) => {
    const weight = weights[part];
    if (part === 0) for (let i = 0; i < target.length; i++) target[i] = weight * values[i];
    else for (let i = 0; i < target.length; i++) target[i] += weight * values[i];
  });
}
