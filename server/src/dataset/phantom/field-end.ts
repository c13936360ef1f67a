import { multiplyField } from './filters.js';
import type { Random } from './random.js';
import type { View } from './view.js';

/**
 * The lower end of a scanner's field: where the gradients give way, more and more of the body is squeezed into the same
 * rows, which shine for it; many a picture of the neck ends like that in the upper back.
 */
export interface FieldEnd {
  /** The row at which the field ends: the lower edge of what is not padding. */
  readonly row: number;
  /** mm from there up to where it begins. */
  readonly reach: number;
  /** At the edge, rows show this much more than their height: 0.3 is 1 / 0.7 as much. */
  readonly squeeze: number;
  /** Signal at the edge, as a multiple. */
  readonly glow: number;
  /** How steeply it rises: 1 in a straight line. */
  readonly steepness: number;
}

export function sampleFieldEnd(random: Random, row: number): FieldEnd {
  return {
    row,
    reach: random.uniform(12, 45),
    squeeze: random.uniform(0, 0.5),
    glow: random.logUniform(0.8, 8),
    steepness: random.uniform(1, 3),
  };
}

/** The view with what lies at its lower end squeezed. */
export function squeezed(view: View, { row, reach, squeeze }: FieldEnd): View {
  const depth = reach / view.spacing;
  const begins = row - depth;
  return {
    ...view,
    project(p) {
      const { x, y } = view.project(p);
      const into = y - begins;
      if (into <= 0) return { x, y };
      // The slope falls evenly from 1 to what it is at the edge, and stays.
      const within = Math.min(into, depth);
      return { x, y: y - (squeeze * within * within) / (2 * depth) - squeeze * (into - within) };
    },
  };
}

/** Brightens the lower end of a picture, in place. */
export function applyGlow(
  image: Float32Array,
  { width, height, spacing }: View,
  { row, reach, glow, steepness }: FieldEnd,
): void {
  const depth = reach / spacing;
  multiplyField(image, width, height, (_, v) => {
    const into = Math.max(0, Math.min(1, (v * (height - 1) - row + depth) / depth));
    return 1 + (glow - 1) * into ** steepness;
  });
}
