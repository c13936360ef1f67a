import { describe, expect, it } from 'vitest';
import { confidenceOf, rivalOf } from '@disc-labeling/server/labeling/confidence';

const side = 12;
const discs = [0, 1, 2].map((n) => ({ value: 4 + n, row: 2 + 4 * n, column: 5, score: 0.8 }));

/** Maps for C2/C3 to C7/T1; each disc answers with the given strength in the maps of other names. */
function maps(strengths: Readonly<Record<number, number>>) {
  const values = [3, 4, 5, 6, 7, 8, null];
  const data = new Float32Array(values.length * side * side);
  for (const { value, row, column } of discs)
    for (const [shift, strength] of Object.entries(strengths)) {
      const map = values.indexOf(value + Number(shift));
      if (map >= 0) data[(map * side + row) * side + column] = strength;
    }
  return { values, tensor: { data, shape: [values.length, side, side] } };
}

describe('the rival of a chain', () => {
  it('is the shift whose maps answer most', () => {
    const { values, tensor } = maps({ [-1]: 0.2, 0: 0.8, 1: 0.4 });
    const rival = rivalOf(discs, tensor, values)!;
    expect(rival.shift).toBe(1);
    expect(rival.ratio).toBeCloseTo(0.5);
  });

  it('is none where nothing else answers, or there are no discs', () => {
    const { values, tensor } = maps({ 0: 0.8 });
    expect(rivalOf(discs, tensor, values)).toBeNull();
    expect(rivalOf([], tensor, values)).toBeNull();
  });

  it('is not told by one disc that happens to lie under a map', () => {
    // Moved by four levels, only the first disc has a map.
    const { values, tensor } = maps({ 0: 0.8, 4: 0.7 });
    expect(rivalOf(discs, tensor, values)).toBeNull();
  });
});

describe('confidence', () => {
  const fitted = { bias: -2, evidence: 8, rival: -4 };

  it('grows with the evidence and falls with the rival', () => {
    const at = (evidence: number, ratio: number) => confidenceOf(evidence, { shift: 1, ratio }, fitted);
    expect(at(0.9, 0.1)).toBeGreaterThan(at(0.5, 0.1));
    expect(at(0.9, 0.1)).toBeGreaterThan(at(0.9, 0.8));
    expect(at(0.5, 0.5)).toBeCloseTo(0.5);
    expect(confidenceOf(0.25, null, fitted)).toBeCloseTo(0.5);
  });

  it('is the evidence itself for a model nothing was fitted to', () => {
    expect(confidenceOf(0.7, { shift: 1, ratio: 0.9 }, null)).toBe(0.7);
  });
});
