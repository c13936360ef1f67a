import type { Place } from '../../volume/warp.js';
import type { Random } from '../phantom/random.js';

/** Pixels between a disc and the edge of a window that is cut around it. */
const margin = 12;

/**
 * Which part of a picture a window of a given size shows: a smaller picture lies anywhere in it, of a larger one the
 * part with all points or, where that is too large, any part.
 * @param random null: a smaller picture at the top left, as labelling pads it; the points in the middle of a larger
 * @returns the picture's pixel under the window's first one; negative where there is room before the picture
 */
export function placeWindow(
  { height, width }: { readonly height: number; readonly width: number },
  window: readonly [height: number, width: number],
  points: readonly Place[],
  random: Random | null,
): [row: number, column: number] {
  return [
    alongAxis(
      height,
      window[0],
      points.map(({ row }) => row),
      random,
    ),
    alongAxis(
      width,
      window[1],
      points.map(({ column }) => column),
      random,
    ),
  ];
}

function alongAxis(size: number, window: number, points: readonly number[], random: Random | null): number {
  const room = window - size;
  if (room >= 0) return random === null ? 0 : -random.integer(0, room);
  const first = Math.max(0, Math.ceil(Math.max(...points) + margin - (window - 1)));
  const last = Math.min(-room, Math.floor(Math.min(...points) - margin));
  const [low, high] = points.length > 0 && first <= last ? [first, last] : [0, -room];
  return random === null ? Math.round((low + high) / 2) : random.integer(low, high);
}
