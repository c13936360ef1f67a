import { describe, expect, it } from 'vitest';
import { CompiledOptimizer, type UpdateRule } from '@disc-labeling/models/compile/optimizer';
import { sequence } from './support.js';

/** More than two pieces, the last one short. */
const length = 2 * (1 << 18) + 5;
const rate = 1e-2;

/** One number's way by the textbook, in double precision. */
function expected(rule: UpdateRule, start: number, gradients: readonly number[]): number {
  let [x, mean, square, velocity] = [start, 0, 0, 0];
  gradients.forEach((given, step) => {
    const slope = given + rule.weightDecay * x;
    if (rule.kind === 'adam') {
      mean = 0.9 * mean + 0.1 * slope;
      square = 0.999 * square + 0.001 * slope ** 2;
      const root = Math.sqrt(square / (1 - 0.999 ** (step + 1)));
      x -= (rate * mean) / (1 - 0.9 ** (step + 1)) / (root + 1e-8);
    } else {
      square = 0.99 * square + 0.01 * slope ** 2;
      velocity = rule.momentum * velocity + slope / (Math.sqrt(square) + 1e-8);
      x -= rate * velocity;
    }
  });
  return x;
}

describe('the compiled optimiser', () => {
  it.each<UpdateRule>([
    { kind: 'adam', weightDecay: 0 },
    { kind: 'adam', weightDecay: 0.1 },
    { kind: 'rmsprop', momentum: 0, weightDecay: 0 },
    { kind: 'rmsprop', momentum: 0.9, weightDecay: 0.1 },
  ])('moves every number as it should: %o', async (rule) => {
    const optimizer = new CompiledOptimizer(rule, length);
    const parameters = Float32Array.from({ length }, sequence(1));
    const start = parameters.slice();
    const gradients = [2, 3, 4].map((seed) => Float32Array.from({ length }, sequence(seed)));
    // Other arrays of gradients, and the same one twice.
    const given = [gradients[0]!, gradients[1]!, gradients[1]!, gradients[2]!];
    for (const [step, gradient] of given.entries()) await optimizer.update(parameters, gradient, rate, step);
    let worst = 0;
    parameters.forEach((value, i) => {
      const slopes = given.map((gradient) => gradient[i]!);
      // Where a gradient is nearly nothing its sign decides the way.
      if (Math.min(...slopes.map(Math.abs)) < 1e-2) return;
      worst = Math.max(worst, Math.abs(value - expected(rule, start[i]!, slopes)));
    });
    expect(worst).toBeLessThan(1e-5);
    expect(parameters.every((value, i) => value !== start[i] || gradients[0]![i] === 0)).toBe(true);
    await optimizer.dispose();
  });

  it('goes on from slots that are put back', async () => {
    const rule = { kind: 'adam', weightDecay: 0 } as const;
    const gradients = Float32Array.from({ length: 100 }, sequence(5));
    const whole = new CompiledOptimizer(rule, 100);
    const parameters = new Float32Array(100);
    for (let step = 0; step < 3; step++) await whole.update(parameters, gradients, rate, step);
    const resumed = new CompiledOptimizer(rule, 100);
    const again = new Float32Array(100);
    const first = new CompiledOptimizer(rule, 100);
    await first.update(again, gradients, rate, 0);
    for (const [name, slot] of resumed.slots) slot.set(first.slots.get(name)!);
    for (let step = 1; step < 3; step++) await resumed.update(again, gradients, rate, step);
    expect(again).toEqual(parameters);
    expect(resumed.slots).toEqual(whole.slots);
  });
});
