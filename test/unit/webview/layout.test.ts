import { describe, expect, test } from 'vitest';
import { spread } from '../../../webview/src/viewer/label-layout.js';
import { layoutTiles } from '../../../webview/src/viewer/tile-layout.js';

const gaps = (values: number[]): number[] => values.slice(1).map((value, i) => value - values[i]);

describe('label positions', () => {
  test('labels with room stay where their points are', () => {
    expect(spread([10, 40, 90], 20, 0, 200)).toEqual([10, 40, 90]);
  });

  test('crowded labels are moved apart, symmetrically', () => {
    expect(spread([50, 50], 20, 0, 200)).toEqual([40, 60]);
  });

  test('moving apart never makes new overlaps', () => {
    const placed = spread([5, 8, 9, 30, 31, 32, 33, 120], 18, 0, 300);
    for (const gap of gaps(placed)) expect(gap).toBeGreaterThanOrEqual(18 - 1e-9);
  });

  test('no other legal placement is closer to the points', () => {
    const wanted = [10, 12, 14, 60];
    const cost = (values: number[]): number => values.reduce((sum, v, i) => sum + (v - wanted[i]) ** 2, 0);
    const best = cost(spread(wanted, 15, 0, 200));
    for (let first = 0; first <= 40; first += 0.5)
      for (let third = first + 30; third <= first + 50; third += 0.5)
        expect(cost([first, first + 15, third, Math.max(60, third + 15)])).toBeGreaterThanOrEqual(
          best - 1e-9,
        );
  });

  test('labels stay inside, at both ends', () => {
    const placed = spread([-30, -20, 195, 198], 20, 0, 180);
    expect(Math.min(...placed)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...placed)).toBeLessThanOrEqual(180);
    for (const gap of gaps(placed)) expect(gap).toBeGreaterThanOrEqual(20 - 1e-9);
  });
});

describe('three planes', () => {
  test.each([
    ['a thin slab', [9, 320, 320], 780, 720],
    ['a cube', [200, 200, 200], 780, 720],
    ['a wide window', [60, 250, 250], 1600, 500],
    ['a tall window', [60, 250, 250], 400, 900],
  ] as const)('%s: nothing overlaps or leaves the box, aspect ratios hold', (_, extent, width, height) => {
    const [x, y, z] = extent;
    const tiles = layoutTiles([x, y, z], width, height, 6);
    const aspect = { sagittal: y / z, coronal: x / z, axial: x / y };
    for (const tile of tiles) {
      expect(tile.width / tile.height).toBeCloseTo(aspect[tile.plane], 6);
      expect(tile.left).toBeGreaterThanOrEqual(-1e-6);
      expect(tile.top).toBeGreaterThanOrEqual(-1e-6);
      expect(tile.left + tile.width).toBeLessThanOrEqual(width + 1e-6);
      expect(tile.top + tile.height).toBeLessThanOrEqual(height + 1e-6);
    }
    const [sagittal, coronal, axial] = tiles;
    expect(coronal.left).toBeGreaterThanOrEqual(sagittal.left + sagittal.width);
    expect(axial.top).toBeGreaterThanOrEqual(coronal.top + coronal.height);
  });
});
