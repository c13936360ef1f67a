import type { Image2D } from './resample.js';
import type { SagittalSlab, SlabFrame } from './slice.js';

/**
 * A slice that is at hand without its volume, as if cut out of one a slice thick, whose voxels are its pixels: voxel
 * (0, row, column) in either frame.
 * @param spacing mm per row and column
 */
export function flatSlab(
  { image, height, width }: Image2D,
  spacing: readonly [row: number, column: number],
  frame: SlabFrame = 'picture',
): SagittalSlab {
  const [perRow, perColumn] = spacing;
  // Rows and columns run to inferior and posterior in a picture, to anterior and superior in the reference's frame.
  const affine: SagittalSlab['affine'] =
    frame === 'picture'
      ? [
          [1, 0, 0, 0],
          [0, 0, -perColumn, 0],
          [0, -perRow, 0, 0],
          [0, 0, 0, 1],
        ]
      : [
          [-1, 0, 0, 0],
          [0, perRow, 0, 0],
          [0, 0, perColumn, 0],
          [0, 0, 0, 1],
        ];
  return {
    frame,
    height,
    width,
    image,
    spacing,
    slice: { axis: 0, index: 0, thickness: 1 },
    affine,
    axes: [
      { axis: 0, flipped: false },
      { axis: 1, flipped: false },
      { axis: 2, flipped: false },
    ],
    shape: [1, height, width],
  };
}
