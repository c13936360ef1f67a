import { augmentView, flipPicture, flipPlace } from '@disc-labeling/server/dataset/augment/augment';
import {
  augmentationFor,
  augmentSchema,
  ownAugmentation,
  type Augmentation,
} from '@disc-labeling/server/dataset/augment/settings';
import { Warp } from '@disc-labeling/server/volume/warp';
import { placeWindow } from '@disc-labeling/server/dataset/augment/window';
import { Random } from '@disc-labeling/server/dataset/phantom/random';
import type { Image2D } from '@disc-labeling/server/volume/resample';
import { describe, expect, it } from 'vitest';
import { dotted } from '../../support/prepared-set.js';

const off = augmentationFor('own', false);
const size = [150, 130] as const;
const discs = [
  { value: 3, row: 61.3, column: 48.8 },
  { value: 4, row: 84.6, column: 71.1 },
];
const picture: Image2D = { image: dotted({ size, discs }), height: size[0], width: size[1] };
const always = <K extends keyof Augmentation>(kind: K, settings: Partial<Augmentation[K]> = {}) => ({
  [kind]: { ...ownAugmentation[kind], probability: 1, ...settings },
});

function augmented(settings: Augmentation, seed: number, spacing: [number, number] = [1, 1]) {
  return augmentView(
    { picture, points: discs, spacing },
    { settings, window: [160, 160], normalization: 'percentile' },
    new Random(seed),
  );
}

/** Centre of the brightness within a few pixels of a place. */
function centreNear({ image, height, width }: Image2D, at: { row: number; column: number }) {
  let [sum, row, column] = [0, 0, 0];
  const reach = 9;
  for (let r = Math.round(at.row) - reach; r <= Math.round(at.row) + reach; r++)
    for (let c = Math.round(at.column) - reach; c <= Math.round(at.column) + reach; c++) {
      if (r < 0 || c < 0 || r >= height || c >= width) continue;
      const value = image[r * width + c];
      sum += value;
      row += value * r;
      column += value * c;
    }
  return { row: row / sum, column: column / sum, sum };
}

const seeds = Array.from({ length: 12 }, (_, n) => n);
const everything = {
  ...off,
  ...always('rotation', { degrees: [-30, 30] }),
  ...always('scale'),
  ...always('shift', { mm: [-12, 12] }),
  ...always('elastic'),
};

describe('geometric augmentation', () => {
  it.each([
    ['rotation', { ...off, ...always('rotation', { degrees: [20, 40] }) }, [1, 1]],
    ['scale', { ...off, ...always('scale') }, [1, 1]],
    ['shift', { ...off, ...always('shift') }, [1, 1]],
    ['elastic', { ...off, ...always('elastic', { mm: [4, 4] }) }, [1, 1]],
    ['all of them', everything, [1, 1]],
    ['pixels that are not square', everything, [1, 1.3]],
  ] as const)('keeps a bright dot under its point: %s', (_, settings, spacing) => {
    let moved = 0;
    for (const seed of seeds) {
      const view = augmented(settings, seed, [...spacing]);
      view.points.forEach((point, n) => {
        const there = centreNear(view.picture, point);
        expect(there.sum).toBeGreaterThan(10);
        expect(Math.hypot(there.row - point.row, there.column - point.column)).toBeLessThan(0.12);
        moved += Math.hypot(point.row - discs[n].row, point.column - discs[n].column);
      });
    }
    expect(moved / seeds.length).toBeGreaterThan(2);
  });

  it('turns in mm: distances between points grow by the scale alone, whatever the shape of pixels', () => {
    const settings = {
      ...off,
      ...always('rotation', { degrees: [30, 30] }),
      ...always('scale', { factor: [1.2, 1.2] }),
    };
    const spacing: [number, number] = [0.7, 1.4];
    const { points } = augmented(settings, 3, spacing);
    const apart = ([a, b]: readonly { row: number; column: number }[]) =>
      Math.hypot((a.row - b.row) * spacing[0], (a.column - b.column) * spacing[1]);
    expect(apart(points) / apart(discs)).toBeCloseTo(1.2, 6);
  });

  it('bends in mm', () => {
    const warp = new Warp({
      size: [64, 64],
      spacing: [0.5, 2],
      offset: [0, 0],
      angle: 0,
      scale: 1,
      elastic: { at: () => [3, 4] },
    });
    expect(warp.toPicture({ row: 10, column: 20 })).toEqual({ row: 16, column: 22 });
    expect(warp.fromPicture({ row: 16, column: 22 })).toEqual({ row: 10, column: 20 });
  });

  it('leaves pixels and points alone where nothing is drawn', () => {
    const { picture: same, points } = augmented(off, 1);
    expect(points).toEqual(discs);
    for (let row = 0; row < 150; row++)
      expect(same.image.subarray(row * 160, row * 160 + 130)).toEqual(
        picture.image.subarray(row * 130, (row + 1) * 130),
      );
    expect(same.image.subarray(150 * 160).every((value) => value === 0)).toBe(true);
  });

  it('flips from head to foot in either frame, points along', () => {
    for (const frame of ['picture', 'reference'] as const) {
      const turned = flipPicture(picture, frame);
      const point = flipPlace(discs[0], picture, frame);
      expect(frame === 'picture' ? point.column : point.row).toBe(
        frame === 'picture' ? discs[0].column : discs[0].row,
      );
      expect(point).not.toEqual(discs[0]);
      const there = centreNear(turned, point);
      expect(Math.hypot(there.row - point.row, there.column - point.column)).toBeLessThan(0.05);
    }
  });
});

describe('augmentation of grey values', () => {
  const kinds = ['gamma', 'bias', 'noise', 'resolution', 'inversion'] as const;

  it.each(kinds)('%s changes the picture, within 0..1, and no point', (kind) => {
    const plain = augmented(off, 5);
    const view = augmented({ ...off, ...always(kind) } as Augmentation, 5);
    expect(view.points).toEqual(discs);
    expect(view.picture.image).not.toEqual(plain.picture.image);
    expect(view.picture.image.every((value) => value >= 0 && value <= 1)).toBe(true);
    // What lies outside the picture stays empty.
    expect(view.picture.image.subarray(150 * 160).every((value) => value === 0)).toBe(true);
  });

  it('never blanks a disc, and does blank', () => {
    const settings = { ...off, ...always('cutOut', { mm: [30, 60], margin: 10 }) };
    const flat: Image2D = { image: new Float32Array(150 * 130).fill(0.5), height: 150, width: 130 };
    flat.image[0] = 1;
    let blanked = 0;
    for (let seed = 0; seed < 200; seed++) {
      const { picture: seen } = augmentView(
        { picture: flat, points: discs, spacing: [1, 1] },
        { settings, window: null, normalization: 'minmax' },
        new Random(seed),
      );
      const at = (row: number, column: number) => seen.image[row * 130 + column];
      const usual = at(Math.round(discs[0].row), Math.round(discs[0].column));
      for (const { row, column } of discs)
        for (const [dr, dc] of [
          [0, 0],
          [9, 0],
          [-9, 0],
          [0, 9],
          [0, -9],
        ])
          expect(at(Math.round(row + dr), Math.round(column + dc))).toBe(usual);
      if (seen.image.some((value, i) => i > 0 && value !== usual)) blanked++;
    }
    expect(blanked).toBeGreaterThan(150);
  });

  it('draws each kind from numbers of its own: leaving one out changes no other', () => {
    const both = augmented({ ...off, ...always('rotation'), ...always('noise') }, 9);
    const alone = augmented({ ...off, ...always('rotation') }, 9);
    expect(both.points).toEqual(alone.points);
  });

  it('is decided by the seed', () => {
    const [a, b, c] = [4, 4, 5].map((seed) => augmented(ownAugmentation, seed));
    expect(a).toEqual(b);
    expect(a.picture.image).not.toEqual(c.picture.image);
  });
});

describe('augmentationFor', () => {
  it("is what suits the preparation: the reference's flip alone, none for our own", () => {
    expect(augmentationFor('own', true)).toEqual(ownAugmentation);
    const reference = augmentationFor('reference', true);
    expect(reference.flip.probability).toBe(0.5);
    const others = Object.entries(reference).filter(([kind]) => kind !== 'flip');
    expect(others.every(([, { probability }]) => probability === 0)).toBe(true);
    expect(ownAugmentation.flip.probability).toBe(0);
    expect(ownAugmentation.inversion.probability).toBe(0);
  });

  it('takes over what a configuration says of a kind, and leaves out what is false', () => {
    const settings = augmentationFor('own', { rotation: { degrees: [0, 3] }, noise: false, inversion: {} });
    expect(settings.rotation).toEqual({ ...ownAugmentation.rotation, degrees: [0, 3] });
    expect(settings.noise.probability).toBe(0);
    expect(settings.inversion.probability).toBe(0.5);
    expect(settings.scale).toEqual(ownAugmentation.scale);
    expect(augmentationFor('reference', { shift: {} }).shift.probability).toBe(0.9);
  });

  it('refuses ranges the wrong way round and unknown kinds', () => {
    expect(augmentSchema.safeParse({ rotation: { degrees: [5, -5] } }).success).toBe(false);
    expect(augmentSchema.safeParse({ rotatoin: {} }).success).toBe(false);
    expect(augmentSchema.safeParse({ rotation: { probability: 2 } }).success).toBe(false);
    expect(augmentSchema.safeParse({ rotation: { degrees: [-5, 5] }, noise: false }).success).toBe(true);
  });
});

describe('placeWindow', () => {
  const large = { height: 300, width: 130 };
  const points = [
    { row: 150, column: 40 },
    { row: 280, column: 90 },
  ];

  it('keeps all points of a larger picture in it, wherever it is drawn', () => {
    const seen = new Set<number>();
    for (let seed = 0; seed < 50; seed++) {
      const [row, column] = placeWindow(large, [160, 160], points, new Random(seed));
      expect(row).toBeGreaterThanOrEqual(0);
      expect(row).toBeLessThanOrEqual(140);
      expect(row).toBeLessThanOrEqual(150);
      expect(row + 160).toBeGreaterThan(280);
      expect(column).toBeLessThanOrEqual(0);
      expect(column).toBeGreaterThanOrEqual(-30);
      seen.add(row);
    }
    expect(seen.size).toBeGreaterThan(3);
  });

  it('pads as labelling does where nothing is drawn', () => {
    expect(placeWindow({ height: 100, width: 90 }, [160, 160], [], null)).toEqual([0, 0]);
  });
});
