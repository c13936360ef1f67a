import { describe, expect, it } from 'vitest';
import type { HourglassOutput, ImageBatch, Inference } from '@disc-labeling/models/engines/types';
import { combineScales } from '@disc-labeling/server/labeling/combine-scales';
import { discsOnSlab, readSlabs } from '@disc-labeling/server/labeling/reading';
import { leanOf, turnSlab } from '@disc-labeling/server/labeling/upright';
import { flatSlab } from '@disc-labeling/server/volume/flat-slab';
import { draw, spine } from '../decode/scene.js';

const degrees = (value: number): number => (value * Math.PI) / 180;

/** A chain whose neck leans by so many degrees more than most. */
const leaning = (more: number, count = 8) =>
  spine(4, { count, lean: degrees(14 + more) }).map((disc) => ({ ...disc, score: 1 }));

describe('the lean of a spine', () => {
  it.each([-45, -28, 28, 45])('is told from its chain: %d degrees', (more) => {
    expect(leanOf(leaning(more), [4, 4])).toBeCloseTo(degrees(more), 2);
  });

  it('is another where a trunk begins, which stands straighter', () => {
    const trunk = leaning(30).map((disc) => ({ ...disc, value: disc.value + 12 }));
    expect(leanOf(trunk, [4, 4])).toBeCloseTo(degrees(41), 2);
  });

  it('counts in millimetres, not in cells', () => {
    const wide = leaning(30).map((disc) => ({ ...disc, column: disc.column / 2 }));
    expect(leanOf(wide, [4, 8])).toBeCloseTo(degrees(30), 2);
  });

  it('is nothing where spines lie so, or too few discs tell', () => {
    expect(leanOf(leaning(20), [4, 4])).toBe(0);
    expect(leanOf(leaning(40, 3), [4, 4])).toBe(0);
    expect(leanOf([], [4, 4])).toBe(0);
  });
});

/** Dark, with a bright dot at each place. */
function dotted(height: number, width: number, places: readonly { row: number; column: number }[]) {
  const image = new Float32Array(height * width);
  for (const place of places)
    for (let row = 0; row < height; row++)
      for (let column = 0; column < width; column++) {
        const away = (row - place.row) ** 2 + (column - place.column) ** 2;
        image[row * width + column] += Math.exp(-away / 8);
      }
  return { image, height, width };
}

describe('turning a slab', () => {
  it.each([
    [30, [1, 1]],
    [-35, [0.8, 1.3]],
  ] as const)('by %d degrees, pixels %j mm, moves a dot where it says', (angle, spacing) => {
    const dot = { row: 70, column: 40 };
    const turned = turnSlab(flatSlab(dotted(120, 100, [dot]), spacing), degrees(angle));
    const place = turned.place(dot);
    const { image, width, height } = turned.slab;
    const brightest = image.indexOf(Math.max(...image));
    expect(height).toBeGreaterThan(120);
    expect(width).toBe(100);
    expect(Math.abs(Math.floor(brightest / width) - place.row)).toBeLessThanOrEqual(1);
    expect(Math.abs((brightest % width) - place.column)).toBeLessThanOrEqual(1);
  });

  it('makes what leaned backwards run straight down', () => {
    const places = [30, 90].map((row) => ({ row, column: 20 + Math.tan(degrees(30)) * row }));
    const { place } = turnSlab(flatSlab(dotted(120, 100, places), [1, 1]), degrees(30));
    const [upper, lower] = places.map(place);
    expect(lower.row).toBeGreaterThan(upper.row);
    expect(lower.column).toBeCloseTo(upper.column, 4);
  });

  it('fills what comes in with the darkest grey of the picture', () => {
    const slab = flatSlab({ image: new Float32Array(2500).fill(-7), height: 50, width: 50 }, [1, 1]);
    expect(new Set(turnSlab(slab, degrees(40)).slab.image)).toEqual(new Set([-7]));
  });
});

it('maps of a turned slice are turned back', () => {
  const [angle, size] = [degrees(30), 64];
  const middle = (size - 1) / 2;
  const blob = { map: 0, row: 20, column: 36 };
  const [y, x] = [blob.row - middle, blob.column - middle];
  const turned = {
    map: 0,
    row: middle + Math.cos(angle) * y + Math.sin(angle) * x,
    column: middle - Math.sin(angle) * y + Math.cos(angle) * x,
  };
  const origin = [
    middle - (Math.cos(angle) + Math.sin(angle)) * middle,
    middle - (Math.cos(angle) - Math.sin(angle)) * middle,
  ] as const;
  const maps = draw(1, [size, size], [turned]);
  const { data } = combineScales([{ maps, scale: 1, turn: angle, origin }], [size, size]);
  expect(data.indexOf(Math.max(...data))).toBe(blob.row * size + blob.column);
});

/** Answers to bright dots alone: each dot is the disc whose turn it is from top to bottom, but only where they stand upright. */
class UprightReader implements Pick<Inference, 'run'> {
  readonly seen: number[] = [];

  run({ data, shape }: ImageBatch): Promise<HourglassOutput> {
    const [, , height, width] = shape;
    const groups: { row: number; column: number }[][] = [];
    for (let row = 0; row < height; row++)
      for (let column = 0; column < width; column++) {
        if (data[row * width + column] < 0.9) continue;
        if (row > (groups.at(-1)?.at(-1)!.row ?? -9) + 1) groups.push([]);
        groups.at(-1)!.push({ row, column });
      }
    const mean = (of: readonly number[]): number => of.reduce((sum, value) => sum + value, 0) / of.length;
    const apart = groups.map((dot) => ({
      row: mean(dot.map(({ row }) => row)),
      column: mean(dot.map(({ column }) => column)),
    }));
    const [first, last] = [apart[0], apart.at(-1)!];
    const lean = Math.atan2(last.column - first.column, last.row - first.row);
    this.seen.push(lean);
    const upright = Math.abs(lean - 0.25) < degrees(15);
    const blobs = apart.flatMap((dot, n) => {
      const place = { row: (dot.row + 0.5) / 4 - 0.5, column: (dot.column + 0.5) / 4 - 0.5 };
      // One name too low where it does not stand upright.
      return [
        { map: upright ? n : n + 1, ...place, height: upright ? 0.9 : 0.6 },
        { map: 11, ...place, height: 0.9 },
      ];
    });
    const maps = draw(12, [height / 4, width / 4], blobs);
    return Promise.resolve({
      heatmaps: [{ data: maps.data, shape: [1, ...maps.shape] }],
      attention: null,
    } as unknown as HourglassOutput);
  }
}

it('a spine that leans is read upright, its discs in the places of the slab as it is', async () => {
  const lean = 0.25 + degrees(40);
  const truth = spine(1, { count: 7, top: [30, 30], lean });
  const slab = flatSlab(dotted(192, 192, truth), [1, 1]);
  const values = [...Array.from({ length: 11 }, (_, n) => n + 3), null];
  const description = {
    network: { variant: 'light', stacks: 1 },
    input: { frame: 'picture', spacing: 1, normalization: 'percentile' },
    channels: { values, anyDisc: 11 },
  };
  const reader = new UprightReader();
  const reading = await readSlabs(
    [slab],
    { ...description, network: { ...description.network, inputChannels: 1 } } as never,
    reader as unknown as Inference,
  );
  // As it lies, to find the midline and at its own size; then upright.
  const [searched, own, ...upright] = reader.seen;
  for (const seen of [searched, own]) expect(seen).toBeCloseTo(lean, 1);
  expect(upright).toHaveLength(4);
  for (const seen of upright) expect(Math.abs(seen - 0.25)).toBeLessThan(degrees(5));
  const found = discsOnSlab(reading);
  expect(found.map(({ value }) => value)).toEqual(truth.map(({ value }) => value));
  found.forEach((disc, n) =>
    expect(Math.hypot(disc.row - truth[n].row, disc.column - truth[n].column)).toBeLessThan(1.5),
  );
});
