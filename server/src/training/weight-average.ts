/**
 * Exponential moving average of a flat array. While few values have been seen the decay is smaller,
 * (1 + n) / (10 + n), so that the random start is soon forgotten (Tarvainen & Valpola 2017 and later practice).
 */
export class MovingAverage {
  constructor(
    readonly values: Float32Array,
    private readonly decay: number,
  ) {}

  /** @param updates how many updates went before this one */
  update(current: Float32Array, updates: number): void {
    const decay = Math.min(this.decay, (1 + updates) / (10 + updates));
    const share = 1 - decay;
    const { values } = this;
    if (share === 1) values.set(current);
    else for (let i = 0; i < values.length; i++) values[i] = values[i]! + share * (current[i]! - values[i]!);
  }
}

/** L2 norm of an array, summed in double precision; four sums, as each addition has to wait for the one before. */
export function norm(values: Float32Array): number {
  let [a, b, c, d] = [0, 0, 0, 0];
  let i = 0;
  for (; i + 3 < values.length; i += 4) {
    a += values[i]! * values[i]!;
    b += values[i + 1]! * values[i + 1]!;
    c += values[i + 2]! * values[i + 2]!;
    d += values[i + 3]! * values[i + 3]!;
  }
  for (; i < values.length; i++) a += values[i]! * values[i]!;
  return Math.sqrt(a + b + (c + d));
}

/** Scales gradients down so that their L2 norm is at most `limit`; 0 leaves them. @returns the norm before */
export function clipNorm(gradients: Float32Array, limit: number): number {
  const before = norm(gradients);
  if (limit > 0 && before > limit) {
    const factor = limit / before;
    for (let i = 0; i < gradients.length; i++) gradients[i] = gradients[i]! * factor;
  }
  return before;
}
