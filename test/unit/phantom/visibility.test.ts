import { describe, expect, it } from 'vitest';
import { addNoise } from '@disc-labeling/server/dataset/phantom/corruption';
import { drawPhantom, type PhantomOptions } from '@disc-labeling/server/dataset/phantom/draw';
import { Random } from '@disc-labeling/server/dataset/phantom/random';
import type { SpineDisc } from '@disc-labeling/server/dataset/phantom/spine';
import { drawTrainingPhantom } from '@disc-labeling/server/dataset/phantom/training';
import { roseCriterion, visibilityOf } from '@disc-labeling/server/dataset/phantom/visibility';
import { uppermostDisc } from '@disc-labeling/server/volume/levels';

const [width, height, spacing] = [64, 64, 1];
/** In the middle of the picture, 20 mm deep, 16 mm to the next ones. */
const disc: SpineDisc = {
  value: 5,
  arc: 32,
  posterior: { x: 42, y: 32 },
  forward: { x: -1, y: 0 },
  up: { x: 0, y: -1 },
  depth: 20,
  halfPosterior: 2,
  halfAnterior: 2,
  bulge: 0,
  target: { x: 43, y: 32 },
};

/** A band of some brightness across the disc, in noise. */
function visibilityIn(brightness: number, sigma: number, seed: number): number {
  const image = new Float32Array(width * height).fill(0.5);
  for (let y = 31; y <= 33; y++) image.fill(0.5 + brightness, y * width, (y + 1) * width);
  addNoise(image, { width, height }, sigma, false, new Random(seed));
  return visibilityOf(disc, 16, 48, { image, width, height, spacing, project: (p) => p });
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const seeds = Array.from({ length: 41 }, (_, n) => n);

describe('visibility of a disc', () => {
  it('is the signal-to-noise ratio of the whole disc', () => {
    // Three rows of fourteen pixels stand out from seventeen: the line through the middle takes 3/17 of them away.
    const expected = (0.1 / 0.05) * Math.sqrt(14 * 3 * (1 - 3 / 17));
    const found = median(seeds.map((seed) => visibilityIn(0.1, 0.05, seed)));
    expect(found / expected).toBeGreaterThan(0.9);
    expect(found / expected).toBeLessThan(1.1);
  });

  it('is the same whether the disc is brighter or darker', () => {
    expect(visibilityIn(-0.2, 0.02, 1) / visibilityIn(0.2, 0.02, 1)).toBeCloseTo(1, 1);
  });

  it('stays below what can be seen in noise alone', () => {
    for (const seed of seeds) expect(visibilityIn(0, 0.1, seed)).toBeLessThan(roseCriterion);
  });

  it('is nothing outside of the picture', () => {
    const away = { ...disc, posterior: { x: 400, y: 32 } };
    const image = new Float32Array(width * height);
    expect(visibilityOf(away, 16, 48, { image, width, height, spacing, project: (p) => p })).toBe(0);
  });

  it('is high in clean pictures and lower in those of scanners', () => {
    const of = (clean: boolean): number[] =>
      seeds.flatMap((seed) => drawPhantom(seed, { clean }).discs.map(({ visibility }) => visibility));
    expect(median(of(true))).toBeGreaterThan(4 * roseCriterion);
    expect(median(of(false))).toBeLessThan(median(of(true)));
    expect(of(false).filter((visibility) => visibility < roseCriterion).length).toBeGreaterThan(5);
  });
});

describe('phantoms to learn from', () => {
  const many = Array.from({ length: 60 }, (_, seed) => drawTrainingPhantom(seed));

  it('show at least half of their discs', () => {
    const hidden = many.filter(({ discs }) => median(discs.map((d) => d.visibility)) < roseCriterion);
    expect(hidden).toEqual([]);
    const plain = many.map((_, seed) => drawPhantom(seed));
    expect(plain.filter(({ discs }) => median(discs.map((d) => d.visibility)) < roseCriterion)).not.toEqual(
      [],
    );
  });

  it('are of either weighting about as often', () => {
    const share = (contrast: string): number =>
      many.filter((phantom) => phantom.contrast === contrast).length / many.length;
    for (const contrast of ['T1w', 'T2w']) {
      expect(share(contrast)).toBeGreaterThan(0.28);
      expect(share(contrast)).toBeLessThan(0.55);
    }
    expect(drawTrainingPhantom(0, { contrast: 'random' }).contrast).toBe('random');
  });

  it('show necks cut below C2/C3 where trunks are drawn as well', () => {
    const countable = (options?: PhantomOptions): number =>
      many.slice(0, 30).filter((_, seed) => {
        const { discs } = drawTrainingPhantom(seed, { extent: 'spine', ...options });
        return discs.some(({ value }) => value === uppermostDisc);
      }).length;
    expect(countable()).toBeLessThan(countable({ cutNecks: 0 }) - 3);
  });

  it('are the same for the same seed', () => {
    expect(drawTrainingPhantom(11).image).toEqual(many[11].image);
  });

  it('lean further than people do', () => {
    const leans = (discs: readonly { row: number; column: number }[]): number => {
      const [first, last] = [discs[0], discs.at(-1)!];
      return Math.atan2(last.column - first.column, last.row - first.row);
    };
    const spread = (all: readonly (readonly { row: number; column: number }[])[]): number => {
      const angles = all.filter((discs) => discs.length > 3).map(leans);
      const mean = angles.reduce((a, b) => a + b) / angles.length;
      return Math.sqrt(angles.reduce((sum, a) => sum + (a - mean) ** 2, 0) / angles.length);
    };
    expect(spread(many.map((p) => p.discs))).toBeGreaterThan(
      spread(many.map((_, seed) => drawPhantom(seed).discs)),
    );
  });
});
