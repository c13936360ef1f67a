import { doubles, type Doubles } from './double-precision.js';

/**
 * The gradient of a function of several tensors, one central difference per element (in double precision
 * this is right to about nine digits where the function is smooth).
 *
 * @param loss the function; its arguments are changed in place between calls and restored
 */
export function numericalGradients(
  loss: (inputs: readonly Doubles[]) => number,
  inputs: readonly Doubles[],
  step = 1e-5,
): Doubles[] {
  return inputs.map(({ shape, data }) =>
    doubles(shape, (i) => {
      const value = data[i]!;
      const at = (moved: number) => {
        data[i] = moved;
        return loss(inputs);
      };
      const difference = at(value + step) - at(value - step);
      data[i] = value;
      return difference / (2 * step);
    }),
  );
}

/**
 * The derivative of `loss` along a straight line through the present place (0).
 *
 * @param step small by default: a network has a kink wherever a rectifier turns off, and on 1e-6 of the way
 *   enough of them are met to change the slope by half a percent
 */
export function directionalDerivative(loss: (along: number) => number, step = 1e-8): number {
  return (loss(step) - loss(-step)) / (2 * step);
}
