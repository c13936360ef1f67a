import { drawPhantom } from '@disc-labeling/server/dataset/phantom/draw';
import { Random } from '@disc-labeling/server/dataset/phantom/random';
import { applySaturation, sampleSaturationBand } from '@disc-labeling/server/dataset/phantom/saturation';
import { describe, expect, it } from 'vitest';

/** Straight down, 4 mm backwards (to the right) for every 10 mm. */
const fronts = Array.from({ length: 6 }, (_, n) => ({ x: 40 + 4 * n, y: 20 + 10 * n }));

describe('a saturation band', () => {
  it('spoils the signal between its edges, which are as wide as they say', () => {
    const image = new Float32Array(100 * 3).fill(1);
    const band = { at: { x: 60, y: 1 }, along: { x: 0, y: 1 }, thickness: 40, edge: 8, left: 0.25 };
    applySaturation(image, { width: 100, height: 3, spacing: 1 }, band);
    const row = image.slice(100, 200);
    // In front is to the left.
    expect(row[40]).toBeCloseTo(0.25, 3);
    expect(row[60]).toBeCloseTo(0.625, 3);
    expect(row[20]).toBeCloseTo(0.625, 3);
    expect(row[64]).toBeCloseTo(0.25 + 0.75 * 0.9, 3);
    expect(row[56]).toBeCloseTo(0.25 + 0.75 * 0.1, 3);
    expect(row[0]).toBeGreaterThan(0.99);
    expect(row[80]).toBeGreaterThan(0.99);
  });

  it('lies in front of the bodies, about along them, in mm', () => {
    const turns: number[] = [];
    for (let n = 0; n < 60; n++) {
      const { at, along } = sampleSaturationBand(new Random(`${n}`), fronts, 2)!;
      expect(Math.hypot(along.x, along.y)).toBeCloseTo(1, 9);
      turns.push(Math.atan2(along.x, along.y));
      // From the front in the middle, square to the edge: 4 mm behind it to 22 mm before it.
      const [x, y] = [at.x - fronts[3].x, at.y - fronts[3].y];
      expect(x * along.x + y * along.y).toBeCloseTo(0, 9);
      const forward = 2 * (y * along.x - x * along.y);
      expect(forward).toBeGreaterThan(-4);
      expect(forward).toBeLessThan(22);
    }
    expect(turns.reduce((sum, turn) => sum + turn, 0) / turns.length).toBeCloseTo(Math.atan2(4, 10), 1);
    expect(sampleSaturationBand(new Random('none'), fronts.slice(0, 1), 2)).toBeNull();
  });

  it('is drawn where it is asked for; discs stay where they are', () => {
    expect(drawPhantom('band', { saturated: 0 })).toEqual(drawPhantom('band'));
    const [plain, saturated] = [drawPhantom('band'), drawPhantom('band', { saturated: 1 })];
    expect(saturated.image).not.toEqual(plain.image);
    const places = ({ discs }: typeof plain) => discs.map(({ value, row, column }) => [value, row, column]);
    expect(places(saturated)).toEqual(places(plain));
  });
});
