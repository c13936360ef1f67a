/** Between the frames `reference` and `picture`, which are each other's mirror images in the second diagonal. */
import type { Float32Tensor } from '@disc-labeling/models/engines/types';
import { turnToPicture } from '../volume/slice.js';

/** Maps or images `[..., rows, columns]` turned into the other frame. */
export function turnedMaps({ data, shape }: Float32Tensor): Float32Tensor {
  const [height, width] = shape.slice(-2);
  const area = height * width;
  const turned = new Float32Array(data.length);
  for (let start = 0; start < data.length; start += area)
    turned.set(turnToPicture({ image: data.subarray(start, start + area), height, width }).image, start);
  return { data: turned, shape: [...shape.slice(0, -2), width, height] };
}

/** Where a place of maps of the given shape lies once these are turned. */
export function turnedPlace(
  { row, column }: { readonly row: number; readonly column: number },
  shape: readonly number[],
): { row: number; column: number } {
  const [height, width] = shape.slice(-2);
  return { row: width - 1 - column, column: height - 1 - row };
}
