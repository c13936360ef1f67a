import { describe, expect, it } from 'vitest';
import { Random } from '@disc-labeling/server/dataset/phantom/random';
import { drawScene } from '@disc-labeling/server/dataset/phantom/scene';
import { sampleSpine, type Spine, type SpineDisc } from '@disc-labeling/server/dataset/phantom/spine';

const spines = Array.from({ length: 200 }, (_, i) => sampleSpine(new Random(`spine ${i}`)));

function correlation(a: readonly number[], b: readonly number[]): number {
  const mean = (v: readonly number[]): number => v.reduce((s, x) => s + x, 0) / v.length;
  const [ma, mb] = [mean(a), mean(b)];
  const covariance = mean(a.map((x, i) => (x - ma) * (b[i] - mb)));
  return covariance / Math.sqrt(mean(a.map((x) => (x - ma) ** 2)) * mean(b.map((x) => (x - mb) ** 2)));
}

describe('the spine of a phantom', () => {
  it('puts each target 0.9 mm plus half the bulge behind the posterior edge', () => {
    for (const d of spines.slice(0, 20).flatMap((s) => s.discs)) {
      const [dx, dy] = [d.target.x - d.posterior.x, d.target.y - d.posterior.y];
      expect(Math.hypot(dx, dy)).toBeCloseTo(0.9 + d.bulge / 2, 9);
      expect(dx * d.forward.x + dy * d.forward.y).toBeCloseTo(-(0.9 + d.bulge / 2), 9);
    }
  });

  it('starts at C2/C3 in the origin and goes on to L5/S1', () => {
    expect(spines[0].discs[0].posterior).toEqual({ x: 0, y: 0 });
    expect(spines[0].discs.map((d) => d.value)).toEqual(Array.from({ length: 23 }, (_, i) => i + 3));
  });

  it('has anatomical spacings and depths', () => {
    const mean = (value: (s: Spine) => number): number =>
      spines.reduce((sum, s) => sum + value(s), 0) / spines.length;
    expect(mean((s) => s.discs[4].arc / 4)).toBeGreaterThan(14.5);
    expect(mean((s) => s.discs[4].arc / 4)).toBeLessThan(17.5);
    expect(mean((s) => s.discs[0].depth)).toBeGreaterThan(13);
    expect(mean((s) => s.discs[0].depth)).toBeLessThan(17);
  });

  it('has a vertebra between any two discs, of the tallest people as well', () => {
    expect(Math.max(...spines.map((s) => s.discs[22].arc))).toBeGreaterThan(650);
    for (const { discs } of spines)
      discs.slice(1).forEach(({ posterior: p }, i) => {
        const above = discs[i].posterior;
        expect(Math.hypot(p.x - above.x, p.y - above.y)).toBeGreaterThan(8.5);
      });
  });

  it('has bodies twice as high as the discs beside them, and discs of 4 to 5 mm in the neck', () => {
    const thickness = ({ halfPosterior, halfAnterior }: SpineDisc): number => halfPosterior + halfAnterior;
    for (const { discs } of spines)
      discs.slice(1).forEach((lower, i) => {
        const body = lower.arc - discs[i].arc - (thickness(discs[i]) + thickness(lower)) / 2;
        expect(body).toBeGreaterThan(1.9 * Math.max(thickness(discs[i]), thickness(lower)));
      });
    const necks = spines.flatMap(({ discs }) => discs.slice(0, 5).map(thickness));
    const mean = necks.reduce((sum, mm) => sum + mm, 0) / necks.length;
    expect(mean).toBeGreaterThan(4);
    expect(mean).toBeLessThan(5);
  });

  it('turns backwards from L2/L3 to L5/S1, by some 20 degrees', () => {
    const turns = spines.map(
      ({ discs, angle }) => ((angle(discs[22].arc) - angle(discs[19].arc)) * 180) / Math.PI,
    );
    const mean = turns.reduce((sum, turn) => sum + turn, 0) / turns.length;
    expect(mean).toBeGreaterThan(15);
    expect(mean).toBeLessThan(35);
  });

  it('keeps the cues to the level independent of each other', () => {
    const gapGrowth = spines.map((s) =>
      Math.log((s.discs[9].arc - s.discs[8].arc) / (s.discs[2].arc - s.discs[1].arc)),
    );
    const depthGrowth = spines.map((s) => Math.log(s.discs[9].depth / s.discs[1].depth));
    const slope = spines.map((s) => s.angle(90) - s.angle(10));
    // Beyond 0.28 a correlation of 200 independent pairs does not come about by chance (p < 0.0001).
    for (const [a, b] of [
      [gapGrowth, depthGrowth],
      [gapGrowth, slope],
      [depthGrowth, slope],
    ])
      expect(Math.abs(correlation(a, b))).toBeLessThan(0.28);
  });
});

describe('the cord of a phantom', () => {
  it('ends between T12 and L2', () => {
    for (let n = 0; n < 20; n++) {
      const { spine, shapes } = drawScene(new Random(`cord ${n}`));
      const cord = shapes.filter(({ tissue }) => tissue === 'cord').flatMap(({ points }) => points);
      const end = Math.max(...cord.map(({ y }) => y));
      expect(end).toBeGreaterThan(spine.discs[16].posterior.y - 5);
      expect(end).toBeLessThan(spine.discs[19].posterior.y + 5);
    }
  });
});

describe('sections beside the midline', () => {
  const area = (points: readonly { x: number; y: number }[]): number =>
    Math.abs(
      points.reduce(
        (sum, p, i) =>
          sum + p.x * points[(i + 1) % points.length].y - points[(i + 1) % points.length].x * p.y,
        0,
      ),
    ) / 2;
  const amount = (lateral: number, tissue: string): number =>
    drawScene(new Random('one subject'), lateral)
      .shapes.filter((s) => s.tissue === tissue)
      .reduce((sum, s) => sum + area(s.points), 0);

  it('shows the same spine at every offset', () => {
    const [a, b] = [0, 9].map((lateral) => drawScene(new Random('one subject'), lateral));
    expect(b.spine.discs).toEqual(a.spine.discs);
  });

  it('loses cord first, then canal, then bodies', () => {
    expect(amount(4, 'cord')).toBeLessThan(amount(0, 'cord'));
    expect(amount(9, 'disc')).toBeLessThan(amount(0, 'disc') * 0.95);
    expect(amount(26, 'disc')).toBeLessThan(amount(0, 'disc') * 0.3);
  });
});
