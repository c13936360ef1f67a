import { describe, expect, it } from 'vitest';
import { sidewaysPlaces, type SlabMaps } from '@disc-labeling/server/labeling/sideways';

const size = 16;

/** Slabs 4 mm apart in which discs answer the more the nearer they are: disc n at row 2n + 1, column 8. */
function slabsOf(places: readonly number[], { faint = 0 } = {}): SlabMaps[] {
  return [0, 4, 8, 12, 16, 20].map((at) => {
    const data = new Float32Array(places.length * size * size);
    places.forEach((place, map) => {
      const answer = Math.exp(-0.5 * ((at - place) / 4) ** 2);
      data[(map * size + 2 * map + 1) * size + 8] = map === faint - 1 ? 0.02 : answer;
    });
    return { at, heatmaps: { data, shape: [places.length, size, size] } };
  });
}
const discs = (count: number) =>
  Array.from({ length: count }, (_, n) => ({ value: n + 3, row: 2 * n + 1.3, column: 7.8, score: 1 }));
const mapOf = (value: number): number => value - 3;

describe('the left-right place of discs', () => {
  it('follows a midline that leans', () => {
    const truth = [6, 7.5, 9, 10.5, 12];
    const found = sidewaysPlaces(discs(5), mapOf, slabsOf(truth), 8, 1);
    found.forEach((place, n) => expect(place).toBeCloseTo(truth[n], 0));
  });

  it('goes by the neighbours where a disc is hardly seen', () => {
    const truth = [6, 7.5, 9, 10.5, 12];
    const found = sidewaysPlaces(discs(5), mapOf, slabsOf(truth, { faint: 3 }), 8, 1);
    expect(found[2]).toBeCloseTo(9, 0);
  });

  it('stays in the slab that was labelled where nothing else was looked at, or nothing is seen', () => {
    expect(sidewaysPlaces(discs(3), mapOf, slabsOf([6, 7, 8]).slice(0, 2), 8, 1)).toEqual([8, 8, 8]);
    const blank = slabsOf([6, 7, 8]).map(({ at, heatmaps }) => ({
      at,
      heatmaps: { ...heatmaps, data: new Float32Array(heatmaps.data.length) },
    }));
    expect(sidewaysPlaces(discs(3), mapOf, blank, 8, 1)).toEqual([8, 8, 8]);
  });

  it('never goes far from that slab', () => {
    const found = sidewaysPlaces(discs(2), mapOf, slabsOf([20, 20]), 1, 1);
    found.forEach((place) => expect(place).toBeLessThanOrEqual(15));
  });
});
