import { describe, expect, it } from 'vitest';
import type { Float32Tensor } from '@disc-labeling/models/engines/types';
import { UserError } from '@disc-labeling/models/errors';
import { combineScales } from '@disc-labeling/server/labeling/combine-scales';
import { decodeChain, type DecodedDisc, type DecodeOptions } from '@disc-labeling/server/labeling/decode';
import { draw, randomNumbers, spine, type Blob } from './scene.js';

const mm = 4;
const grid = [64, 64] as const;
const levels = Array.from({ length: 11 }, (_, i) => 3 + i);
const options: DecodeOptions = { values: [...levels, null], anyDisc: 11, mmPerCell: mm };

type Placed = ReturnType<typeof spine>;

/** What a network that is right says: every disc in its level's map and in the any-disc map. */
const blobsOf = (discs: Placed, height = 0.8): Blob[] =>
  discs.flatMap(({ value, row, column }) => [
    ...(value <= 13 ? [{ map: value - 3, row, column, height }] : []),
    { map: 11, row, column, height },
  ]);

const errorsMm = (found: readonly DecodedDisc[], truth: Placed): number[] =>
  found.map(({ value, row, column }) => {
    const disc = truth.find((other) => other.value === value);
    return disc ? mm * Math.hypot(disc.row - row, disc.column - column) : Infinity;
  });

const valuesOf = (discs: readonly { value: number }[]): number[] => discs.map(({ value }) => value);

function addNoise(maps: Float32Tensor, amplitude: number, seed: number): Float32Tensor {
  const random = randomNumbers(seed);
  return { ...maps, data: maps.data.map((value) => value + amplitude * (2 * random() - 1)) };
}

describe('decoding a chain of discs', () => {
  it.each([0.8, 1, 1.25])('finds every disc of a spine of size %f within a tenth of a cell', (size) => {
    const truth = spine(mm, { size, count: 10 });
    const found = decodeChain(draw(12, grid, blobsOf(truth)), options);
    expect(valuesOf(found)).toEqual(valuesOf(truth));
    expect(Math.max(...errorsMm(found, truth))).toBeLessThan(0.4);
    expect(Math.min(...found.map(({ score }) => score))).toBeGreaterThan(0.7);
  });

  it('needs no any-disc map', () => {
    const truth = spine(mm, { count: 9 });
    const maps = draw(
      11,
      grid,
      blobsOf(truth).filter(({ map }) => map < 11),
    );
    const found = decodeChain(maps, { ...options, values: levels, anyDisc: null });
    expect(valuesOf(found)).toEqual(valuesOf(truth));
    expect(Math.max(...errorsMm(found, truth))).toBeLessThan(0.4);
  });

  it('invents no disc where the view ends, above or below', () => {
    const truth = spine(mm, { count: 9, top: [-2, 26] }).slice(2, 7);
    expect(valuesOf(decodeChain(draw(12, grid, blobsOf(truth)), options))).toEqual([5, 6, 7, 8, 9]);
  });

  it('follows the chain, not a stronger peak elsewhere', () => {
    const truth = spine(mm);
    const distractors: Blob[] = [
      { map: 3, row: truth[3].row + 4, column: truth[3].column - 12, height: 1 },
      { map: 6, row: truth[1].row, column: truth[1].column + 14, height: 1 },
      { map: 11, row: 30, column: 8, height: 1 },
    ];
    const found = decodeChain(draw(12, grid, [...blobsOf(truth, 0.7), ...distractors]), options);
    expect(valuesOf(found)).toEqual(levels);
    expect(Math.max(...errorsMm(found, truth))).toBeLessThan(0.5);
  });

  it('names a disc its own map missed by its place in the chain', () => {
    const truth = spine(mm);
    const blobs = blobsOf(truth).filter(({ map }) => map !== 4);
    const found = decodeChain(draw(12, grid, blobs), options);
    expect(valuesOf(found)).toEqual(levels);
    expect(found[4].score).toBeLessThan(0.4);
    expect(Math.max(...errorsMm(found, truth))).toBeLessThan(0.5);
  });

  it('leaves out a level that shows nowhere, keeping the names below', () => {
    const truth = spine(mm).filter(({ value }) => value !== 7);
    expect(valuesOf(decodeChain(draw(12, grid, blobsOf(truth)), options))).toEqual(valuesOf(truth));
  });

  it('outvotes two maps that swapped their discs', () => {
    const truth = spine(mm);
    const swapped: Blob[] = blobsOf(truth).map((blob) =>
      blob.map === 5 || blob.map === 6 ? { ...blob, map: 11 - blob.map } : blob,
    );
    const found = decodeChain(draw(12, grid, swapped), options);
    expect(valuesOf(found)).toEqual(levels);
    expect(Math.max(...errorsMm(found, truth))).toBeLessThan(0.5);
  });

  it('ignores an extra any-disc peak between two discs', () => {
    const truth = spine(mm);
    const extra = {
      map: 11,
      row: (truth[8].row + truth[9].row) / 2,
      column: (truth[8].column + truth[9].column) / 2,
    };
    const found = decodeChain(draw(12, grid, [...blobsOf(truth), { ...extra, height: 0.6 }]), options);
    expect(Math.max(...errorsMm(found, truth))).toBeLessThan(0.5);
    expect(valuesOf(found)).toEqual(levels);
  });

  it('stays right under noise', () => {
    const truth = spine(mm);
    for (let seed = 1; seed <= 10; seed++) {
      const found = decodeChain(addNoise(draw(12, grid, blobsOf(truth, 0.7)), 0.15, seed), options);
      expect(valuesOf(found), `seed ${seed}`).toEqual(levels);
      expect(Math.max(...errorsMm(found, truth)), `seed ${seed}`).toBeLessThan(4);
    }
  });

  it('continues below the last map where the chain is sure, unless told not to', () => {
    const truth = spine(mm, { count: 13, size: 0.8, top: [3, 14] });
    const maps = draw(12, grid, blobsOf(truth));
    expect(valuesOf(decodeChain(maps, options))).toEqual(valuesOf(truth));
    expect(valuesOf(decodeChain(maps, { ...options, continueBelow: false }))).toEqual(levels);
    const weak = draw(12, grid, blobsOf(truth, 0.4));
    expect(valuesOf(decodeChain(weak, options))).toEqual(levels);
  });

  it('reads the reference frame and cells that are not square', () => {
    const truth = spine(1, { count: 8, top: [30, 90] });
    const [height, width] = [128, 192];
    // Rows posterior to anterior at 1.25 mm, columns inferior to superior at 1 mm.
    const turned = truth.map(({ value, row, column }) => ({
      value,
      row: height - 1 - column / 1.25,
      column: width - 1 - row,
    }));
    const blobs = turned.map(({ value, row, column }) => ({ map: value - 3, row, column, height: 0.9 }));
    const found = decodeChain(draw(11, [height, width], blobs, 2.2), {
      values: levels,
      anyDisc: null,
      frame: 'reference',
      mmPerCell: [1.25, 1],
    });
    expect(valuesOf(found)).toEqual(valuesOf(truth));
    for (const [i, disc] of found.entries()) {
      expect(disc.row).toBeCloseTo(turned[i].row, 0);
      expect(disc.column).toBeCloseTo(turned[i].column, 0);
    }
  });

  it.each([
    ['zeros', () => 0],
    ['a constant', () => 0.7],
    ['a negative constant', () => -3],
    ['not-a-number', () => NaN],
    ['infinity', () => Infinity],
  ])('finds nothing in %s', (_, value) => {
    const maps = { data: new Float32Array(12 * 64 * 64).map(value), shape: [12, 64, 64] };
    expect(decodeChain(maps, options)).toEqual([]);
  });

  it('finds nothing in weak noise, and never fails on strong noise', () => {
    const silent = draw(12, grid, []);
    expect(decodeChain(addNoise(silent, 0.2, 1), options)).toEqual([]);
    for (let seed = 1; seed <= 5; seed++) {
      const scores = decodeChain(addNoise(silent, 5, seed), options).map(({ score }) => score);
      expect(scores.every((score) => score >= 0 && score <= 1)).toBe(true);
    }
  });

  it('keeps the discs that not-a-number leaves', () => {
    const truth = spine(mm);
    const maps = draw(12, grid, blobsOf(truth));
    maps.data.fill(NaN, 2 * 64 * 64, 3 * 64 * 64);
    expect(valuesOf(decodeChain(maps, options))).toEqual(levels);
  });

  it('refuses maps the options do not describe', () => {
    expect(() => decodeChain(draw(3, grid, []), options)).toThrow(UserError);
  });

  it('works with a single map', () => {
    const maps = draw(1, grid, [{ map: 0, row: 20.3, column: 30.6 }]);
    const [disc, ...others] = decodeChain(maps, { values: [8], anyDisc: null, mmPerCell: mm });
    expect(others).toEqual([]);
    expect(disc).toMatchObject({ value: 8 });
    expect(Math.hypot(disc.row - 20.3, disc.column - 30.6)).toBeLessThan(0.1);
  });
});

describe('combining input scales', () => {
  const truth = spine(mm, { count: 9 });
  const scaled = (scale: number) => ({
    scale,
    maps: draw(
      12,
      [Math.round(64 * scale), Math.round(64 * scale)],
      blobsOf(truth).map((blob) => ({
        ...blob,
        row: scale * (blob.row + 0.5) - 0.5,
        column: scale * (blob.column + 0.5) - 0.5,
      })),
    ),
  });

  it('puts the same disc of all scales in one place', () => {
    const maps = combineScales([0.88, 1, 1.13].map(scaled), grid);
    expect(maps.shape).toEqual([12, 64, 64]);
    const found = decodeChain(maps, options);
    expect(valuesOf(found)).toEqual(valuesOf(truth));
    expect(Math.max(...errorsMm(found, truth))).toBeLessThan(0.5);
  });

  it('of one scale alone changes nothing', () => {
    const only = scaled(1);
    expect(combineScales([only], grid)).toEqual(only.maps);
  });

  it('counts only the maps that reach a place', () => {
    const ones = { data: new Float32Array(16).fill(1), shape: [1, 4, 4] };
    const twos = { data: new Float32Array(4).fill(2), shape: [1, 2, 2] };
    const { data } = combineScales(
      [
        { maps: ones, scale: 1 },
        { maps: twos, scale: 1, origin: [-2, -2] },
      ],
      [4, 4],
    );
    expect([...data]).toEqual([1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1.5, 1.5, 1, 1, 1.5, 1.5]);
  });
});
