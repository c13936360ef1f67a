import type { Float32Tensor, ImageBatch } from '../engines/types.js';
import type { TrainingBatch } from '../training.js';

/** Images in each part of a batch of `n`: as equal as can be, larger parts first. */
export function partSizes(n: number, parts: number): number[] {
  const larger = n % parts;
  return Array.from({ length: parts }, (_, part) => Math.floor(n / parts) + (part < larger ? 1 : 0));
}

/** The parts of a batch, in order: views, nothing is copied. */
export function splitBatch(
  { images, targets, visibility }: TrainingBatch,
  sizes: readonly number[],
): TrainingBatch[] {
  let first = 0;
  return sizes.map((size) => {
    const cut = (tensor: Float32Tensor) => imagesOf(tensor, first, size);
    const part = {
      images: cut(images) as ImageBatch,
      targets: cut(targets),
      visibility: cut(visibility),
    };
    first += size;
    return part;
  });
}

function imagesOf({ data, shape: [n, ...rest] }: Float32Tensor, first: number, count: number): Float32Tensor {
  const each = data.length / n;
  return { data: data.subarray(first * each, (first + count) * each), shape: [count, ...rest] };
}
