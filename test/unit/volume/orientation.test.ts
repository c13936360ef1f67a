import { describe, expect, it } from 'vitest';
import { nearestOrthogonal } from '@disc-labeling/server/volume/affine';
import {
  axisCodes,
  fromFileVoxel,
  invertAffine,
  orientedView,
  sctOrientation,
  toFileVoxel,
  voxelToWorld,
  worldToVoxel,
  type Point,
} from '@disc-labeling/server/volume/orientation';
import type { Affine } from '@disc-labeling/server/volume/types';
import { volumeOf } from '../../support/volumes.js';

const permutations = [
  [0, 1, 2],
  [0, 2, 1],
  [1, 0, 2],
  [1, 2, 0],
  [2, 0, 1],
  [2, 1, 0],
];
const letters = [
  ['L', 'R'],
  ['P', 'A'],
  ['I', 'S'],
];

/** All 48 axis orders, turned by some degrees about all axes. */
const all48 = permutations.flatMap((order) =>
  [1, -1].flatMap((a) =>
    [1, -1].flatMap((b) =>
      [1, -1].map((c) => {
        const signs = [a, b, c];
        const codes = order.map((direction, axis) => letters[direction][signs[axis] > 0 ? 1 : 0]).join('');
        return { order, signs, codes };
      }),
    ),
  ),
);

function turned(order: number[], signs: number[], degrees: number): Affine {
  const t = (degrees * Math.PI) / 180;
  const [c, s] = [Math.cos(t), Math.sin(t)];
  const rx = [
    [1, 0, 0],
    [0, c, -s],
    [0, s, c],
  ];
  const rz = [
    [c, -s, 0],
    [s, c, 0],
    [0, 0, 1],
  ];
  const rotation = rx.map((row) =>
    [0, 1, 2].map((j) => row[0] * rz[0][j] + row[1] * rz[1][j] + row[2] * rz[2][j]),
  );
  const sizes = [0.8, 1.1, 3.3];
  const rows = [0, 1, 2].map((r) => [
    ...[0, 1, 2].map((axis) => rotation[r][order[axis]] * signs[axis] * sizes[axis]),
    [11, -7, 5][r],
  ]);
  return [...rows, [0, 0, 0, 1]] as unknown as Affine;
}

describe('orientation', () => {
  it.each(all48)('$codes, straight and oblique', ({ order, signs, codes }) => {
    for (const degrees of [0, 12, -25]) {
      const affine = turned(order, signs, degrees);
      expect(axisCodes(affine)).toBe(codes);
      const starts = [...codes].map(
        (letter) => letters.flatMap(([a, b]) => (letter === a ? b : letter === b ? a : []))[0],
      );
      expect(sctOrientation(affine)).toBe(starts.join(''));
    }
  });

  it('inverts affines', () => {
    const affine = turned([2, 0, 1], [1, -1, 1], 20);
    const point: Point = [3.5, -2, 8.25];
    const world = voxelToWorld(affine, point);
    worldToVoxel(affine, world).forEach((value, n) => expect(value).toBeCloseTo(point[n], 10));
    voxelToWorld(invertAffine(invertAffine(affine)), point).forEach((value, n) =>
      expect(value).toBeCloseTo(world[n], 10),
    );
  });

  it('finds the orthogonal part of a sheared matrix', () => {
    const sheared: Affine = [
      [1, 0.3, 0, 0],
      [0, 1, 0, 0],
      [0.1, 0, 2, 0],
      [0, 0, 0, 1],
    ];
    const q = nearestOrthogonal(sheared);
    for (let a = 0; a < 3; a++)
      for (let b = 0; b < 3; b++)
        expect(q.reduce((sum, row) => sum + row[a] * row[b], 0)).toBeCloseTo(a === b ? 1 : 0, 12);
  });

  it.each(all48)('a RAS view of $codes shows the same world, without a copy', ({ order, signs }) => {
    const volume = volumeOf([4, 5, 6], turned(order, signs, 12), (i, j, k) => i + 10 * j + 100 * k);
    const view = orientedView(volume);
    expect(axisCodes(view.affine)).toBe('RAS');
    expect(view.data).toBe(volume.data);
    for (const voxel of [[0, 0, 0], [1, 2, 3], view.shape.map((size) => size - 1)] as unknown as Point[]) {
      const file = toFileVoxel(view, voxel);
      const at = view.offset + voxel.reduce((sum, index, n) => sum + index * view.strides[n], 0);
      expect(view.data[at]).toBe(file[0] + 10 * file[1] + 100 * file[2]);
      expect(fromFileVoxel(view, file)).toEqual(voxel);
      const [a, b] = [voxelToWorld(view.affine, voxel), voxelToWorld(volume.affine, file)];
      a.forEach((value, n) => expect(value).toBeCloseTo(b[n], 10));
    }
  });
});
