import { describe, expect, it } from 'vitest';
import { drawPhantom } from '@disc-labeling/server/dataset/phantom/draw';

const seeds = Array.from({ length: 16 }, (_, i) => i);

describe('phantoms of spines', () => {
  it('show necks as ever where nothing else is asked for', () => {
    const plain = drawPhantom(3);
    expect(drawPhantom(3, { extent: 'neck' }).image).toEqual(plain.image);
    expect(drawPhantom(3, { view: 'head-neck' }).discs[0].value).toBe(3);
  });

  it('head: brains, and no disc', () => {
    const head = seeds.map((seed) => drawPhantom(seed, { view: 'head', clean: true }));
    expect(head.every(({ discs, outside }) => discs.length === 0 && outside.length === 23)).toBe(true);
    // Something is in each of them, down to its lower edge.
    for (const { image, width } of head) expect(image.slice(-width).some((value) => value > 0.1)).toBe(true);
    expect(drawPhantom(3, { heads: 1 })).toEqual(drawPhantom(3, { view: 'head' }));
    expect(drawPhantom(3, { heads: 0 })).toEqual(drawPhantom(3));
  });

  it('lumbar: down to L5/S1 in most, and the lower half of the spine in all', () => {
    const lumbar = seeds.map((seed) => drawPhantom(seed, { view: 'lumbar' }));
    expect(lumbar.filter(({ discs }) => discs.at(-1)?.value === 25).length).toBeGreaterThanOrEqual(10);
    for (const { discs } of lumbar) expect(discs.at(-1)?.value ?? 25).toBeGreaterThan(18);
    // From head to foot, a step at a time, and the spine about upright.
    for (const { discs } of lumbar)
      discs.slice(1).forEach((disc, i) => {
        expect(disc.value).toBe(discs[i].value + 1);
        expect(disc.row).toBeGreaterThan(discs[i].row);
      });
  });

  it('thoracic: discs from the middle of the spine', () => {
    const values = seeds.flatMap((seed) =>
      drawPhantom(seed, { view: 'thoracic' }).discs.map(({ value }) => value),
    );
    const middle = values.filter((value) => value >= 10 && value <= 20).length;
    expect(middle / values.length).toBeGreaterThan(0.6);
  });

  it('mixed: necks and trunks, the same for the same seed', () => {
    const mixed = Array.from({ length: 40 }, (_, seed) => drawPhantom(seed, { extent: 'spine' }));
    const withNeck = mixed.filter(({ discs }) => discs[0]?.value === 3).length;
    const withSacrum = mixed.filter(({ discs }) => discs.at(-1)?.value === 25).length;
    expect(withNeck).toBeGreaterThan(10);
    expect(withSacrum).toBeGreaterThan(4);
    expect(drawPhantom(7, { extent: 'spine' }).image).toEqual(mixed[7].image);
  });
});
