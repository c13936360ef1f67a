import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readNpy } from '@disc-labeling/models/npy';
import { connectedComponents } from '@disc-labeling/server/labeling/components';
import type { HeatMap, Point } from '@disc-labeling/server/labeling/peaks';
import { meanSkeleton } from '@disc-labeling/server/labeling/skeleton';
import { referenceDir } from '../support/shared.js';

interface Spines {
  readonly image_shape: [number, number];
  readonly spines: [number, number, number, number][][];
}

const reference = referenceDir();
const folder = reference && join(reference, 'decoding');
const side = 256;
/** Variance of the reference's targets, in pixels squared. */
const variance = 5;

/** The reference's merged target of one spine: 8-bit Gaussians, 0..1, resized to 256 x 256. */
function drawTarget(discs: Spines['spines'][number], [height, width]: [number, number]): HeatMap {
  const image = new Float64Array(height * width);
  for (let row = 0; row < height; row++)
    for (let column = 0; column < width; column++)
      for (const [, y, z] of discs) {
        const level = Math.exp(-((row - y) ** 2 + (column - z) ** 2) / (2 * variance));
        image[row * width + column] = Math.max(image[row * width + column], Math.trunc(255 * level) / 255);
      }
  const data = new Float32Array(side * side);
  for (let row = 0; row < side; row++)
    for (let column = 0; column < side; column++)
      data[row * side + column] = bilinear(
        image,
        height,
        width,
        (row + 0.5) * (height / side) - 0.5,
        (column + 0.5) * (width / side) - 0.5,
      );
  return { data, height: side, width: side };
}

function bilinear(image: Float64Array, height: number, width: number, row: number, column: number): number {
  const [r, c] = [Math.min(Math.max(row, 0), height - 1), Math.min(Math.max(column, 0), width - 1)];
  const [top, left] = [Math.floor(r), Math.floor(c)];
  const at = (y: number, x: number) => image[Math.min(y, height - 1) * width + Math.min(x, width - 1)];
  const mix = (a: number, b: number, share: number) => a + share * (b - a);
  return mix(
    mix(at(top, left), at(top, left + 1), c - left),
    mix(at(top + 1, left), at(top + 1, left + 1), c - left),
    r - top,
  );
}

/** A quarter turn counter-clockwise: superior on top. */
function toUpright({ data, height, width }: HeatMap): HeatMap {
  const turned = data.map(
    (_, cell) => data[(cell % height) * width + (width - 1 - Math.floor(cell / height))],
  );
  return { data: turned, height: width, width: height };
}

describe.skipIf(!folder)('the mean skeleton', () => {
  it("of the reference's spines is the reference's", () => {
    const { image_shape, spines } = JSON.parse(
      readFileSync(join(folder!, 'skeleton_spines.json'), 'utf8'),
    ) as Spines;
    const whole = spines.filter((discs) => discs.length >= 5);
    const joints = whole.map((discs): Point[] =>
      connectedComponents(toUpright(drawTarget(discs, image_shape)), (value) => value > 0.2).map(
        ({ centroid }) => centroid,
      ),
    );
    const { data } = readNpy(readFileSync(join(folder!, 'mean_skeleton.npy')));
    // Spines of fewer than five discs spoil the reference's mean; there is none to compare with then.
    expect(whole).toHaveLength(spines.length);
    for (const [joint, place] of meanSkeleton(joints).entries()) {
      expect(place![0], `row of joint ${joint}`).toBeCloseTo(data[2 * joint], 4);
      expect(place![1], `column of joint ${joint}`).toBeCloseTo(data[2 * joint + 1], 4);
    }
  });
});
