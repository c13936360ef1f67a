import { describe, expect, test } from 'vitest';
import {
  affineOf,
  apply,
  compose,
  invert,
  orientationLetters,
  project,
  tileAt,
  unproject,
  type Affine3,
  type Tile,
  type Vec3,
} from '../../../webview/src/viewer/geometry.js';

/** A rotation by 20 degrees about x after anisotropic scaling, with a shift: an oblique scan. */
const oblique: Affine3 = (() => {
  const [c, s] = [Math.cos(0.35), Math.sin(0.35)];
  return affineOf(([i, j, k]) => [
    3 * i - 90,
    0.8 * c * j - 1.1 * s * k + 40,
    0.8 * s * j + 1.1 * c * k - 20,
  ]);
})();

const close = (a: Vec3 | null, b: Vec3): void => b.forEach((value, i) => expect(a![i]).toBeCloseTo(value, 9));

describe('affine maps', () => {
  test('an inverse undoes its map, also for oblique scans', () => {
    const there = apply(oblique, [4.5, 17, -3]);
    close(apply(invert(oblique)!, there), [4.5, 17, -3]);
  });

  test('composition applies the second map first', () => {
    const shift = affineOf(([x, y, z]) => [x + 1, y, z]);
    const double = affineOf(([x, y, z]) => [2 * x, 2 * y, 2 * z]);
    close(apply(compose(double, shift), [1, 1, 1]), [4, 2, 2]);
  });

  test('a map that flattens space has no inverse', () => {
    expect(invert(affineOf(([x, y]) => [x, y, 0]))).toBeNull();
  });
});

describe('tiles', () => {
  /** Sagittal: anterior to the left, superior up, 2 CSS pixels per mm, slice at x = 0. */
  const toScreen = affineOf(([x, y, z]) => [200 - 2 * y, 300 - 2 * z, x]);
  const tile: Tile = {
    plane: 'sagittal',
    rect: { left: 10, top: 20, width: 400, height: 500 },
    fromVoxel: compose(toScreen, oblique),
  };

  test('a point of the drawn slice comes back from the screen', () => {
    const voxel: Vec3 = [30, 12.25, 40.5]; // i = 30 is x = 0
    const { x, y, depth } = project(tile, voxel);
    expect(depth).toBeCloseTo(0, 9);
    close(unproject(tile, x, y), voxel);
  });

  test('depth is the distance to the slice in mm', () => {
    expect(project(tile, [31, 0, 0]).depth).toBeCloseTo(3, 9);
  });

  test('the tile under a point is found, and none beside it', () => {
    expect(tileAt([tile], 10, 20)).toBe(tile);
    expect(tileAt([tile], 9, 20)).toBeUndefined();
  });

  test('letters say which way is which', () => {
    expect(orientationLetters(toScreen)).toEqual({ left: 'A', right: 'P', top: 'S', bottom: 'I' });
    const axial = affineOf(([x, y, z]) => [-x, -y, z]);
    expect(orientationLetters(axial)).toEqual({ left: 'R', right: 'L', top: 'A', bottom: 'P' });
  });
});
