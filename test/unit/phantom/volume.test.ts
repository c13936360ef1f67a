import { describe, expect, it } from 'vitest';
import { Random } from '@disc-labeling/server/dataset/phantom/random';
import { drawSection } from '@disc-labeling/server/dataset/phantom/solid/section';
import { sampleSubject } from '@disc-labeling/server/dataset/phantom/solid/subject';
import { sampleIntensities } from '@disc-labeling/server/dataset/phantom/weightings';
import type { Tissue } from '@disc-labeling/server/dataset/phantom/tissue';
import { share } from '@disc-labeling/server/dataset/phantom/solid/extent';
import {
  drawPhantomVolume,
  phantomFindings,
  type PhantomVolume,
  type VolumeContrast,
} from '@disc-labeling/server/dataset/phantom/volume';
import { voxelToWorld } from '@disc-labeling/server/volume/orientation';

const coarse = { spacing: 2, thickness: 4 } as const;

const worlds = ({ volume, discs }: PhantomVolume): Map<number, readonly number[]> =>
  new Map(discs.map(({ value, voxel }) => [value, voxelToWorld(volume.affine, voxel)]));

const subject = sampleSubject(new Random('a person'));
const areaOf = (lateral: number, tissue: string): number =>
  drawSection(subject, lateral)
    .filter((shape) => shape.tissue === tissue)
    .reduce((sum, { points }) => {
      const twice = points.reduce((s, p, i) => {
        const q = points[(i + 1) % points.length];
        return s + p.x * q.y - q.x * p.y;
      }, 0);
      return sum + Math.abs(twice) / 2;
    }, 0);
/** mm in front of C2/C3 at which the head ends; below y = -20 mm come chin and chest. */
const leastX = (lateral: number): number =>
  Math.min(
    ...drawSection(subject, lateral).flatMap((s) =>
      s.tissue === 'skin' ? s.points.filter((p) => p.y < -20).map((p) => p.x) : [],
    ),
  );

describe('a section beside the midline', () => {
  it('shows cord and discs near the midline only', () => {
    for (const side of [-1, 1]) {
      expect(areaOf(side * 4, 'cord')).toBeLessThan(areaOf(0, 'cord') * 0.9);
      expect(areaOf(side * 16, 'cord')).toBe(0);
      expect(areaOf(side * 9, 'disc')).toBeLessThan(areaOf(0, 'disc') * 0.95);
      expect(areaOf(side * 26, 'disc')).toBe(0);
    }
  });

  it('has joints of the articular pillars beside the canal and none in the middle', () => {
    expect(areaOf(15, 'cartilage')).toBeGreaterThan(areaOf(5, 'cartilage') + 100);
  });

  it('loses the nose, and narrows towards the side of the head', () => {
    expect(leastX(14)).toBeGreaterThan(leastX(0) + 8);
    expect(leastX(50)).toBeGreaterThan(leastX(20) + 10);
    expect(leastX(70)).toBeGreaterThan(leastX(50) + 10);
  });
});

describe('how much of a part is left', () => {
  it('rises from 0 to 1 and falls again', () => {
    const bounds = [2, 4, 8, 12] as const;
    expect([0, 2, 4, 6, 8, 12, 20].map((far) => share(far, bounds))).toEqual([0, 0, 1, 1, 1, 0, 0]);
    expect(share(3, bounds)).toBeCloseTo(Math.sqrt(0.75), 9);
    expect(share(10, bounds)).toBeCloseTo(Math.sqrt(0.75), 9);
  });
});

describe('drawPhantomVolume', () => {
  it('gives the same voxels for the same seed, others for another,', async () => {
    const [a, again, b] = await Promise.all([5, 5, 6].map((seed) => drawPhantomVolume(seed, 'T1w', coarse)));
    expect(again.volume.data).toEqual(a.volume.data);
    expect(again.discs).toEqual(a.discs);
    expect(b.volume.data).not.toEqual(a.volume.data);
  });

  it('shows the same anatomy in the same place in both contrasts, also in a curved spine', async () => {
    const options = { ...coarse, width: 64, pathology: ['scoliosis'] as const };
    const t1 = worlds(await drawPhantomVolume('curved', 'T1w', options));
    const t2 = worlds(await drawPhantomVolume('curved', 'T2w', { ...options, spacing: 1.2 }));
    expect(t1.size).toBeGreaterThanOrEqual(5);
    for (const [value, place] of t1) {
      const other = t2.get(value);
      // The heights of the two pictures differ by up to one pixel.
      if (other) place.forEach((mm, axis) => expect(Math.abs(other[axis] - mm)).toBeLessThan(1.5));
    }
    const across = [...t1.values()].map(([x]) => x);
    expect(Math.max(...across) - Math.min(...across)).toBeGreaterThan(4);
  });

  it('changes from slice to slice, a little at a time', async () => {
    const { volume } = await drawPhantomVolume('smooth', 'T1w', { spacing: 2, thickness: 1 });
    const [slices, columns, rows] = volume.shape;
    const correlation = (a: number, b: number): number => {
      let [n, sa, sb, saa, sbb, sab] = [0, 0, 0, 0, 0, 0];
      for (let i = 0; i < columns * rows; i++) {
        const [p, q] = [volume.data[a + slices * i], volume.data[b + slices * i]];
        n++;
        sa += p;
        sb += q;
        saa += p * p;
        sbb += q * q;
        sab += p * q;
      }
      return (sab - (sa * sb) / n) / Math.sqrt((saa - (sa * sa) / n) * (sbb - (sb * sb) / n));
    };
    const middle = slices / 2;
    const near = [-18, -12, -6, 0, 6, 12, 18].map((at) => correlation(middle + at, middle + at + 1));
    expect(Math.min(...near)).toBeGreaterThan(0.9);
    expect(Math.max(...near)).toBeLessThan(0.9999);
    expect(correlation(middle, middle + 20)).toBeLessThan(Math.min(...near) - 0.03);
  });

  it('shows more of the spine in larger fields of view', async () => {
    const values = async (field: 'cervicothoracic' | 'whole'): Promise<number[]> => {
      const drawn = await drawPhantomVolume(1, 'T2w', { spacing: 3, thickness: 8, field });
      return drawn.discs.map(({ value }) => value);
    };
    const upper = await values('cervicothoracic');
    expect(upper[0]).toBe(3);
    expect(upper[upper.length - 1]).toBeGreaterThanOrEqual(12);
    expect(await values('whole')).toEqual(Array.from({ length: 23 }, (_, i) => i + 3));
  });

  it('has voxels of the size asked for, as many as the width holds', async () => {
    const { volume } = await drawPhantomVolume(1, 'T2w', { spacing: 2, thickness: 2, width: 40 });
    expect(volume.spacing).toEqual([2, 2, 2]);
    expect(volume.shape).toEqual([128, 144, 20]);
  });

  it('refuses impossible sizes', async () => {
    await expect(drawPhantomVolume(1, 'T1w', { thickness: 40 })).rejects.toThrow(
      /thickness has to lie between/,
    );
    await expect(drawPhantomVolume(1, 'T1w', { spacing: Number.NaN })).rejects.toThrow(/spacing has to/);
  });
});

describe('pathology', () => {
  it('is named by level', () => {
    const all = phantomFindings(3, ['fusion', 'degeneration', 'osteophytes', 'scoliosis']);
    expect(all).toMatch(/^degeneration C\d.*; fusion C\d.*; osteophytes C\d.*; scoliosis \d+ mm$/);
    expect(phantomFindings(3, ['fusion'])).toMatch(/^fusion C\d\/[CT]\d( \S+)?$/);
    expect(phantomFindings(3, [])).toBe('');
    const mixed = Array.from({ length: 40 }, (_, n) => phantomFindings(n, ['mixed']));
    expect(mixed.filter((text) => text === '').length).toBeGreaterThan(1);
    expect(mixed.filter((text) => text.includes('scoliosis')).length).toBeGreaterThan(5);
    expect(mixed.filter((text) => text.includes('scoliosis')).length).toBeLessThan(30);
  });

  it('makes worn discs thinner and bulging, and leaves the others as they were', () => {
    const healthy = sampleSubject(new Random('worn'));
    const worn = sampleSubject(new Random('worn'), ['degeneration']);
    const touched = worn.findings.degenerated;
    expect(touched.size).toBeGreaterThan(0);
    worn.spine.discs.forEach((disc, k) => {
      const before = healthy.spine.discs[k];
      if (!touched.has(k)) return expect(disc).toEqual(before);
      expect(disc.halfPosterior).toBeLessThan(before.halfPosterior * 0.7);
      expect(disc.bulge).toBeGreaterThan(before.bulge);
      const behind = Math.hypot(disc.target.x - disc.posterior.x, disc.target.y - disc.posterior.y);
      expect(behind).toBeCloseTo(0.9 + disc.bulge / 2, 9);
    });
  });

  it('bridges fused discs with marrow and grows lips on worn bodies', () => {
    const shapes = (kinds: ('fusion' | 'osteophytes')[], tissue: string): number =>
      drawSection(sampleSubject(new Random('grown'), kinds), 0).filter((s) => s.tissue === tissue).length;
    expect(shapes(['fusion'], 'marrow')).toBeGreaterThan(shapes([], 'marrow'));
    expect(shapes(['osteophytes'], 'cortical')).toBeGreaterThanOrEqual(shapes([], 'cortical') + 4);
  });
});

describe('the contrasts of a person', () => {
  const meanOf = (contrast: VolumeContrast, tissue: Tissue): number => {
    const drawn = Array.from({ length: 40 }, (_, n) =>
      sampleIntensities(new Random(n), contrast === 'acq-stir_T2w' ? 'STIR' : contrast),
    );
    return drawn.reduce((sum, of) => sum + of[tissue], 0) / drawn.length;
  };

  it('differ as they do in a scanner', () => {
    // Fat: nulled by STIR; marrow: full of fat, and dephased by a gradient echo; fluid: dark in T1w.
    expect(meanOf('acq-stir_T2w', 'fat')).toBeLessThan(0.2 * meanOf('T2w', 'fat'));
    expect(meanOf('acq-stir_T2w', 'marrow')).toBeLessThan(meanOf('T2w', 'marrow'));
    expect(meanOf('T2starw', 'marrow')).toBeLessThan(0.5 * meanOf('T2starw', 'disc'));
    expect(meanOf('PDw', 'csf')).toBeGreaterThan(meanOf('T1w', 'csf'));
    expect(meanOf('PDw', 'csf')).toBeLessThan(meanOf('T2w', 'csf'));
  });

  it.each(['PDw', 'T2starw', 'acq-stir_T2w'] as const)(
    'show the same discs in %s as in T2w',
    async (contrast) => {
      const [one, other] = [
        worlds(await drawPhantomVolume(12, 'T2w', coarse)),
        worlds(await drawPhantomVolume(12, contrast, coarse)),
      ];
      expect([...other.keys()]).toEqual([...one.keys()]);
      for (const [value, at] of one)
        expect(Math.hypot(...at.map((mm, n) => mm - other.get(value)![n]))).toBeLessThan(0.5);
    },
  );
});
