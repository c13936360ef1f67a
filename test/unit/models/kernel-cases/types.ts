import { Random } from '@disc-labeling/server/dataset/phantom/random';
import type { Given } from '../../../support/both-ways.js';
import { doubles, type Doubles } from '../../../support/double-precision.js';

/** One kernel with inputs and attributes, and what it has to yield by its definition. */
export interface KernelCase {
  readonly title: string;
  /** By the kernel's own names; `0`, `1`, … for kernels that take a list. */
  readonly inputs: Readonly<Record<string, Given>>;
  readonly attrs?: object;
  readonly expected: (inputs: Record<string, Doubles>) => Doubles[];
  /** Allowed deviation as a share of the largest element; default 1e-5. */
  readonly tolerance?: number;
}

export type KernelCases = Readonly<Record<string, readonly KernelCase[]>>;

/** Random numbers between -1 and 1 that single precision holds exactly. */
export function given(shape: readonly number[], seed: number | string, options: Partial<Given> = {}): Given {
  const random = new Random(`${seed}/${shape.join()}`);
  return { ...doubles(shape, () => Math.fround(random.uniform(-1, 1))), ...options };
}

/** The same in another range. */
export function between(low: number, high: number, of: Given): Given {
  return { ...of, data: of.data.map((x) => Math.fround(low + ((x + 1) / 2) * (high - low))) };
}

/** A tensor with one value everywhere, known while recording. */
export const uniform = (shape: readonly number[], value: number): Given => ({
  ...doubles(shape, () => value),
  constant: true,
});
