import { describe, expect, it } from 'vitest';
import { lightNetwork, referenceNetwork } from '@disc-labeling/models/config';
import {
  candidateSlabs,
  inputToSlab,
  prepareSlab,
  slabToInput,
} from '@disc-labeling/server/labeling/preprocess';
import { surestMiddle } from '@disc-labeling/server/labeling/mid-sagittal';
import { percentiles, resample } from '@disc-labeling/server/volume/resample';
import { sagittalSlab, type SagittalSlab } from '@disc-labeling/server/volume/slice';
import { ras, volumeOf } from '../../support/volumes.js';

const light = (spacing: number | null, normalization: 'minmax' | 'percentile' = 'percentile') => ({
  network: lightNetwork(),
  input: { frame: 'picture' as const, spacing, normalization },
});

/** Bright at one place. */
function dotted(y: number, z: number, spacing: [number, number]): SagittalSlab {
  const affine = ras(1, spacing[0], spacing[1]);
  return sagittalSlab(
    volumeOf([3, 160, 120], affine, (_, j, k) => Math.exp(-((j - y) ** 2 + (k - z) ** 2) / 18)),
    1,
    1,
  );
}

describe('resampling', () => {
  const ramp = { height: 4, width: 6, image: Float32Array.from({ length: 24 }, (_, n) => n % 6) };

  it('averages what a pixel covers when shrinking', () => {
    expect(Array.from(resample(ramp, [2, 3]).image)).toEqual([0.5, 2.5, 4.5, 0.5, 2.5, 4.5]);
    expect(Array.from(resample(ramp, [1, 4]).image)).toEqual([1 / 3, 5 / 3, 10 / 3, 14 / 3].map(Math.fround));
  });

  it('interpolates when growing and repeats the edge', () => {
    const row = Array.from(resample(ramp, [4, 12]).image.subarray(0, 12));
    expect(row).toEqual([0, 0.25, 0.75, 1.25, 1.75, 2.25, 2.75, 3.25, 3.75, 4.25, 4.75, 5]);
    expect(resample(ramp, [4, 6]).image).toEqual(ramp.image);
  });

  it('finds percentiles', () => {
    expect(percentiles(Float32Array.of(4, 1, 3, 2, 5), [0, 0.5, 1, 0.125])).toEqual([1, 3, 5, 1.5]);
  });
});

describe('preparing a slab', () => {
  it('keeps aspect ratio, pads to multiples of 64 and says where pixels lie', () => {
    const slab = dotted(40, 90, [0.5, 2]);
    const prepared = prepareSlab(slab, light(1, 'minmax'));
    // 160 voxels of 0.5 mm across, 120 of 2 mm down.
    expect(prepared.content).toEqual([240, 80]);
    expect(prepared.batch.shape).toEqual([1, 1, 256, 128]);
    const { data } = prepared.batch;
    const peak = data.indexOf(Math.max(...data));
    const [row, column] = inputToSlab(prepared, Math.floor(peak / 128), peak % 128);
    expect(Math.abs(row - (119 - 90))).toBeLessThan(0.5);
    expect(Math.abs(column - (159 - 40))).toBeLessThan(1.5);
    const [r, c] = slabToInput(prepared, row, column);
    expect([r, c].map(Math.round)).toEqual([Math.floor(peak / 128), peak % 128]);
    expect(data[250 * 128 + 10]).toBe(0);
    expect(data[10 * 128 + 100]).toBe(0);
    expect(Math.max(...data)).toBe(1);
  });

  it('enlarges by the scale asked for', () => {
    const slab = dotted(40, 90, [1, 1]);
    expect(prepareSlab(slab, light(1), 1).content).toEqual([120, 160]);
    const large = prepareSlab(slab, light(1), 1.25);
    expect(large.content).toEqual([150, 200]);
    expect(inputToSlab(large, 74.5, 99.5)).toEqual([59.5, 79.5]);
  });

  it('stretches to 256 x 256 for a model without a pixel size, in as many channels as it takes', () => {
    const slab = sagittalSlab(
      volumeOf([3, 100, 300], ras(1), (_, j, k) => j + k),
      1,
      1,
      'reference',
    );
    const prepared = prepareSlab(slab, {
      network: referenceNetwork(),
      input: { frame: 'reference', spacing: null, normalization: 'minmax' },
    });
    expect(prepared.batch.shape).toEqual([1, 3, 256, 256]);
    const { data } = prepared.batch;
    expect(data[0]).toBe(0);
    expect(data[65535]).toBe(1);
    expect(data.slice(0, 65536)).toEqual(data.slice(131072));
    expect(prepared.step).toEqual([100 / 256, 300 / 256]);
  });

  it('refuses a slab in another frame and a view no spine fills', () => {
    const slab = dotted(40, 90, [1, 1]);
    const other = { ...light(1), input: { ...light(1).input, frame: 'reference' as const } };
    expect(() => prepareSlab(slab, other)).toThrow('frame reference');
    expect(() => prepareSlab(dotted(40, 90, [1, 10]), light(1))).toThrow('1200 x 160 mm');
  });

  it('leaves a flat slab dark instead of dividing by zero', () => {
    const flat = sagittalSlab(
      volumeOf([3, 20, 20], ras(1), () => 5),
      1,
      1,
    );
    expect(prepareSlab(flat, light(1)).batch.data.every((value) => value === 0)).toBe(true);
  });
});

describe('candidates for the mid-sagittal slab', () => {
  /** A body whose symmetry plane lies at x = 40 mm in 60 slices of 1 mm. */
  const body = (spacing: number) =>
    volumeOf([Math.round(60 / spacing), 40, 50], ras(spacing, 2, 2), (i, j, k) => {
      const x = Math.abs(i * spacing - 40);
      return (
        100 * Math.exp(-((x - 12) ** 2) / 60) * (1 + Math.sin(j / 5) ** 2) +
        (x < 4 ? 80 : 0) +
        ((j * 7 + k * 13) % 5)
      );
    });

  it('begins with the middle and includes the plane of symmetry', () => {
    const volume = body(1);
    const slabs = candidateSlabs(volume);
    expect(slabs[0]).toEqual({ centre: 30, slices: 5 });
    expect(slabs.length).toBeLessThanOrEqual(7);
    expect(Math.min(...slabs.slice(0, 3).map(({ centre }) => Math.abs(centre - 40)))).toBeLessThanOrEqual(1);
    const centres = slabs.map(({ centre }) => centre);
    expect(new Set(centres).size).toBe(centres.length);
    for (const { centre, slices } of slabs)
      expect(sagittalSlab(volume, centre, slices).slice).toEqual({
        axis: 0,
        index: centre,
        thickness: slices,
      });
  });

  it('takes single slices of a thick-sliced scan, and the only slice of a flat one', () => {
    const thick = candidateSlabs(body(4));
    expect(thick.every(({ slices }) => slices === 1)).toBe(true);
    expect(thick.some(({ centre }) => centre === 10)).toBe(true);
    expect(candidateSlabs(volumeOf([1, 30, 30], ras(1), (_, j) => j))).toEqual([{ centre: 0, slices: 1 }]);
  });
});

describe('the slab that shows the midline', () => {
  it('lies amid those that show discs, though foramina beside it pass for one disc more', () => {
    // As measured on a T2w phantom whose midline lies at 6.5.
    const places = [8, 6, 10, 4, 12, 2];
    expect(places[surestMiddle(places, [6.44, 6.51, 7.17, 6.33, 2.68, 7.32])]).toBe(6);
  });

  it('is far from the middle of the volume where only slabs there show discs', () => {
    expect(surestMiddle([20, 26, 14, 32, 8], [0.5, 4, 0, 9, 0])).toBe(3);
  });

  it('is the likelier one of two that are as good, and the likeliest where nothing is found', () => {
    expect(surestMiddle([5, 8, 2], [0, 4, 4])).toBe(1);
    expect(surestMiddle([5, 8, 2], [0, 0, 0])).toBe(0);
    expect(surestMiddle([3], [7])).toBe(0);
  });
});
