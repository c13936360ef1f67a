import { describe, expect, it } from 'vitest';
import { augmentPhantom } from '@disc-labeling/server/dataset/phantom/augment';
import { drawPhantom } from '@disc-labeling/server/dataset/phantom/draw';
import { percentiles } from '@disc-labeling/server/dataset/phantom/filters';
import { Random } from '@disc-labeling/server/dataset/phantom/random';
import type { PhantomSlice } from '@disc-labeling/server/dataset/phantom/types';

const seeds = Array.from({ length: 24 }, (_, i) => i);
const phantoms = seeds.map((seed) => drawPhantom(seed));
const at = (p: PhantomSlice, row: number, column: number): number =>
  p.image[Math.round(row) * p.width + Math.round(column)];

describe('drawPhantom', () => {
  it('gives the same bytes for the same seed and others for another', () => {
    const again = drawPhantom(5);
    expect(Buffer.from(again.image.buffer).equals(Buffer.from(phantoms[5].image.buffer))).toBe(true);
    expect(again.discs).toEqual(phantoms[5].discs);
    expect(Buffer.from(again.image.buffer).equals(Buffer.from(phantoms[6].image.buffer))).toBe(false);
  });

  it('gives finite intensities about 0..1 and a picture with content', () => {
    for (const p of phantoms) {
      expect(p.image).toHaveLength(256 * 256);
      expect(p.image.every((v) => Number.isFinite(v) && v >= 0 && v <= 3)).toBe(true);
      const [low, high] = percentiles(p.image, [0.05, 0.99]);
      expect(high - low).toBeGreaterThan(0.1);
    }
  });

  it('lists the discs inside the picture, superior to inferior and without gaps', () => {
    expect(phantoms.filter((p) => p.discs.length >= 4).length).toBeGreaterThan(18);
    for (const { discs, width, height, spacing } of phantoms)
      discs.forEach((d, i) => {
        expect(d.row >= 0 && d.row <= height - 1 && d.column >= 0 && d.column <= width - 1).toBe(true);
        if (i === 0) return;
        expect(d.value).toBe(discs[i - 1].value + 1);
        expect(d.row).toBeGreaterThan(discs[i - 1].row);
        const gap = Math.hypot(d.row - discs[i - 1].row, d.column - discs[i - 1].column) * spacing;
        expect(gap).toBeGreaterThan(7);
        expect(gap).toBeLessThan(45);
      });
  });

  it('lists no disc under padding', () => {
    const hidden = phantoms.flatMap((p) =>
      p.discs.filter((d) => {
        const patch = [-2, -1, 0, 1, 2].flatMap((r) =>
          [-2, -1, 0, 1, 2].map((c) => at(p, d.row + r, d.column + c)),
        );
        return patch.every((v) => v === 0);
      }),
    );
    expect(hidden).toEqual([]);
  });

  it('tells where all other discs lie: the next one under padding or past the edge', () => {
    for (const p of phantoms) {
      const all = [...p.discs, ...p.outside].map(({ value }) => value).sort((a, b) => a - b);
      expect(all).toEqual(all.map((_, n) => n + 3));
      const next = p.outside.find(({ value }) => value === p.discs.at(-1)!.value + 1);
      if (next === undefined) continue;
      expect(next.row).toBeGreaterThan(p.discs.at(-1)!.row);
      const past =
        next.row < 0.5 || next.column < 0.5 || next.row > p.height - 1.5 || next.column > p.width - 1.5;
      // Padding is black all the way to the edge of the picture.
      const below = Array.from({ length: 3 }, (_, n) => at(p, p.height - 1 - n, next.column));
      const behind = Array.from({ length: 3 }, (_, n) => at(p, next.row, p.width - 1 - n));
      const before = Array.from({ length: 3 }, (_, n) => at(p, next.row, n));
      expect(past || [below, behind, before].some((line) => line.every((v) => v === 0))).toBe(true);
    }
  });

  it('paints T1w with dark and T2w with bright CSF beside the cord', () => {
    // Behind the disc's point lies the canal: its brightest and darkest values tell cord from CSF.
    const canal = (contrast: 'T1w' | 'T2w'): number => {
      const ratios = seeds.slice(0, 12).map((seed) => {
        const p = drawPhantom(seed, { contrast, clean: true, view: 'neck', spacing: 0.8 });
        const d = p.discs[2];
        const line = Array.from({ length: Math.round(22 / p.spacing) }, (_, i) => at(p, d.row, d.column + i));
        const middle = at(p, d.row, d.column + 9 / p.spacing);
        return Math.max(...line) - middle;
      });
      return ratios.reduce((a, b) => a + b, 0) / ratios.length;
    };
    expect(canal('T2w')).toBeGreaterThan(canal('T1w') + 0.15);
  });

  it('draws sizes other than 256', () => {
    const p = drawPhantom('wide', { width: 320, height: 192, spacing: 1.2, contrast: 'T2w' });
    expect(p.image).toHaveLength(320 * 192);
    expect(p).toMatchObject({ width: 320, height: 192, spacing: 1.2, contrast: 'T2w' });
  });
});

describe('augmentPhantom', () => {
  it('moves the points with the picture and never blanks a disc', () => {
    const original = drawPhantom(3, { clean: true, view: 'head-neck', spacing: 1.2 });
    const values = new Set<string>();
    for (let i = 0; i < 30; i++) {
      const view = augmentPhantom(original, new Random(i));
      const moved = view.discs[0];
      const before = original.discs.find((d) => d.value === moved.value);
      if (!before) throw new Error('a disc appeared from nowhere');
      const [dy, dx] = [moved.row - before.row, moved.column - before.column];
      values.add(`${dy},${dx}`);
      expect(Math.abs(dy)).toBeLessThanOrEqual(14);
      expect(Math.abs(dx)).toBeLessThanOrEqual(14);
      for (const d of view.discs) {
        // Gain and gamma keep the order of intensities, so an edge in the original stays an edge.
        const a = at(original, d.row - dy, d.column - dx);
        const b = at(original, d.row - dy, d.column - dx + 6);
        const c = at(view, d.row, d.column) - at(view, d.row, d.column + 6);
        if (Math.abs(a - b) > 0.1) expect(Math.sign(c) * Math.sign(a - b)).toBeGreaterThanOrEqual(0);
      }
      expect(view.image.every((v) => v >= 0 && v <= 1)).toBe(true);
    }
    expect(values.size).toBeGreaterThan(20);
  });

  it('shows a few views much noisier and a few with bright for dark', () => {
    const original = drawPhantom(3, { clean: true, view: 'head-neck', spacing: 1.2, contrast: 'T1w' });
    const air = { row: 4, column: 250 };
    const views = Array.from({ length: 150 }, (_, n) => augmentPhantom(original, new Random(`harder ${n}`)));
    const share = (wanted: (view: PhantomSlice) => boolean): number => views.filter(wanted).length / 150;
    // The spread between neighbouring pixels in air, which is even in the original.
    const noisy = share((view) => {
      const line = Array.from({ length: 60 }, (_, n) => at(view, air.row + 10 + n, air.column - 16));
      return line.filter((v, n) => n > 0 && Math.abs(v - line[n - 1]) > 0.01).length > 30;
    });
    expect(noisy).toBeGreaterThan(0.05);
    expect(noisy).toBeLessThan(0.2);
    const [dark, bright] = [0.2, 0.8].map((part) => {
      const order = [...original.image].map((v, i) => ({ v, i })).filter(({ v }) => v > 0);
      order.sort((a, b) => a.v - b.v);
      return order[Math.floor(part * order.length)].i;
    });
    const place = (i: number) => [Math.floor(i / original.width), i % original.width] as const;
    const inverted = share((view) => {
      const before = original.discs.find((d) => d.value === view.discs[0].value)!;
      const move = [view.discs[0].row - before.row, view.discs[0].column - before.column];
      const [low, high] = [dark, bright].map(place).map(([r, c]) => at(view, r + move[0], c + move[1]));
      return low > high + 0.2;
    });
    expect(inverted).toBeGreaterThan(0);
    expect(inverted).toBeLessThan(0.2);
  });
});
