import { drawPhantom } from '@disc-labeling/server/dataset/phantom/draw';
import { applyGlow, sampleFieldEnd, squeezed } from '@disc-labeling/server/dataset/phantom/field-end';
import { Random } from '@disc-labeling/server/dataset/phantom/random';
import type { View } from '@disc-labeling/server/dataset/phantom/view';
import { describe, expect, it } from 'vitest';

const view: View = { width: 8, height: 100, spacing: 1, frame: 'neck', project: (p) => p };
const end = { row: 90, reach: 20, squeeze: 0.4, glow: 3, steepness: 2 };

describe('the end of the field', () => {
  it('shows more and more of the body in a row, and nothing above it moves', () => {
    const { project } = squeezed(view, end);
    const rows = Array.from({ length: 40 }, (_, n) => project({ x: 3, y: 65 + n }));
    expect(rows.every(({ x }) => x === 3)).toBe(true);
    expect(rows.slice(0, 6).map(({ y }) => y)).toEqual([65, 66, 67, 68, 69, 70]);
    const heights = rows.slice(1).map(({ y }, n) => y - rows[n].y);
    heights.slice(1).forEach((height, n) => expect(height).toBeLessThanOrEqual(heights[n] + 1e-9));
    // At the edge and below a millimetre fills six tenths of its row.
    expect(heights.at(-1)).toBeCloseTo(0.6, 9);
    expect(project({ x: 0, y: 90 }).y).toBeCloseTo(90 - (0.4 * 20) / 2, 9);
  });

  it('shines, the more the nearer to the edge', () => {
    const image = new Float32Array(8 * 100).fill(1);
    applyGlow(image, view, end);
    const column = Array.from({ length: 100 }, (_, row) => image[8 * row]);
    expect(column.slice(0, 60).every((value) => Math.abs(value - 1) < 1e-5)).toBe(true);
    expect(column[80]).toBeGreaterThan(1.2);
    expect(column[80]).toBeLessThan(1.9);
    expect(column[90]).toBeCloseTo(3, 0);
  });

  it('is drawn where it is asked for, above padding, with the discs where they show', () => {
    const seeds = Array.from({ length: 12 }, (_, n) => `end ${n}`);
    let moved = 0;
    for (const seed of seeds) {
      const [plain, ended] = [drawPhantom(seed), drawPhantom(seed, { fieldEnds: 1 })];
      for (const disc of plain.discs) {
        const own = ended.discs.find(({ value }) => value === disc.value)!;
        expect(own.column).toBe(disc.column);
        expect(own.row).toBeLessThanOrEqual(disc.row);
        if (own.row < disc.row - 1) moved++;
      }
      // What was squeezed makes room for more.
      expect(ended.discs.length).toBeGreaterThanOrEqual(plain.discs.length);
    }
    expect(moved).toBeGreaterThan(3);
    expect(drawPhantom('end 0', { fieldEnds: 0 })).toEqual(drawPhantom('end 0'));
  });

  it('varies', () => {
    const ends = Array.from({ length: 50 }, (_, n) => sampleFieldEnd(new Random(`${n}`), 100));
    for (const { row, reach, squeeze, glow } of ends) {
      expect(row).toBe(100);
      expect(reach).toBeGreaterThan(0);
      expect(squeeze).toBeLessThan(1);
      expect(glow).toBeGreaterThan(0.5);
    }
    expect(new Set(ends.map(({ squeeze }) => squeeze)).size).toBe(50);
  });
});
