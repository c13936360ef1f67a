import type { Point } from './polygon.js';
import type { Random } from './random.js';

interface Frame {
  readonly width: number;
  readonly height: number;
}

/** Sides of the picture set to zero, in pixels. */
export interface Padding {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

export const noPadding: Padding = { top: 0, bottom: 0, left: 0, right: 0 };

/** Zero padding as from a scan of another shape: half of all pictures, up to a third of a side. */
export function samplePadding(random: Random, frame: Frame): Padding {
  const padded = random.chance(0.5);
  const side = (length: number): number =>
    random.chance(0.55) && padded ? Math.floor(random.uniform(0, length / 3)) : 0;
  return {
    top: side(frame.height),
    bottom: side(frame.height),
    left: side(frame.width),
    right: side(frame.width),
  };
}

/**
 * All but a small window about a point: volumes cut down to what somebody cared for.
 * @param at in pixels; in the window, and inside the frame
 */
export function sampleWindow(
  random: Random,
  frame: Frame & { readonly spacing: number },
  at: Point,
): Padding {
  const height = random.uniform(60, 150) / frame.spacing;
  const width = random.uniform(55, 150) / frame.spacing;
  const top = at.y - random.uniform(0.1, 0.9) * height;
  const left = at.x - random.uniform(0.3, 0.7) * width;
  const cut = (pixels: number): number => Math.max(0, Math.floor(pixels));
  return {
    top: cut(top),
    bottom: cut(frame.height - top - height),
    left: cut(left),
    right: cut(frame.width - left - width),
  };
}

export function applyPadding(image: Float32Array, frame: Frame, padding: Padding): void {
  const { width, height } = frame;
  for (let y = 0; y < height; y++) {
    const row = y * width;
    if (y < padding.top || y >= height - padding.bottom) image.fill(0, row, row + width);
    else {
      image.fill(0, row, row + padding.left);
      image.fill(0, row + width - padding.right, row + width);
    }
  }
}

/** Whether a point stays visible, `margin` pixels inside the unpadded part. */
export const isInside = (p: Point, frame: Frame, padding: Padding, margin = 0.5): boolean =>
  p.x >= padding.left + margin &&
  p.x <= frame.width - 1 - padding.right - margin &&
  p.y >= padding.top + margin &&
  p.y <= frame.height - 1 - padding.bottom - margin;

/**
 * Blanks the face, as data are published: in steps along the axes or along a slanted line.
 * `corner` is where the cut begins (about the ear); `keep` are the fronts of the discs, never covered.
 */
export function removeFace(
  image: Float32Array,
  frame: Frame,
  corner: Point,
  keep: readonly Point[],
  random: Random,
): void {
  const removed = random.chance(0.5);
  const stepped = random.chance(0.6);
  const steps = random.integer(1, 3);
  const drops = [0, 1, 2].map(() => random.uniform(4, 40));
  const recess = [0, 1, 2].map(() => random.uniform(0, 35));
  const slope = random.uniform(-0.6, 0.6);
  if (!removed) return;
  const bounds = stepped
    ? stepBounds(frame, corner, { steps, drops, recess })
    : slantBounds(frame, corner, slope);
  for (const p of keep) {
    for (let y = Math.floor(p.y) - 6; y <= p.y + 6; y++)
      if (y >= 0 && y < frame.height && bounds[y] > p.x - 5) return;
  }
  bounds.forEach((x, y) => {
    if (x > 0) image.fill(0, y * frame.width, y * frame.width + Math.min(frame.width, Math.floor(x)));
  });
}

function stepBounds(
  frame: Frame,
  corner: Point,
  shape: { readonly steps: number; readonly drops: readonly number[]; readonly recess: readonly number[] },
): Float32Array {
  const bounds = new Float32Array(frame.height);
  let x = corner.x - shape.recess[0] - shape.recess[1];
  let y = corner.y;
  for (let s = 0; s < shape.steps; s++) {
    bounds.fill(x, Math.max(0, Math.min(frame.height, Math.floor(y))));
    y += shape.drops[s];
    x += shape.recess[s];
  }
  return bounds;
}

function slantBounds(frame: Frame, corner: Point, slope: number): Float32Array {
  return Float32Array.from({ length: frame.height }, (_, y) =>
    y < corner.y ? 0 : corner.x + (y - corner.y) * slope,
  );
}
