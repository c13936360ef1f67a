import { describe, expect, it } from 'vitest';
import { UserError } from '@disc-labeling/models/errors';
import { prepareOwn, type PreparedSlice } from '@disc-labeling/server/dataset/prepare/own';
import { sampleToVoxel, sampleToWorld } from '@disc-labeling/server/dataset/samples';
import type { Affine, Volume } from '@disc-labeling/server/volume/types';
import { restored, storages } from '../../support/orientations.js';
import { ras, volumeOf } from '../../support/volumes.js';

const how = { spacing: 1, normalization: 'percentile', lowest: 3 } as const;
const shape: [number, number, number] = [14, 40, 60];
/** Oblique, with unequal sides. */
const oblique: Affine = [
  [2.5, 0.1, 0, -20],
  [-0.2, 0.9, 0.05, 11],
  [0.05, -0.04, 0.8, 7],
  [0, 0, 0, 1],
];
const image = (affine: Affine = oblique) =>
  volumeOf(shape, affine, (i, j, k) => 100 + 40 * Math.sin(i) + 3 * j + k + 20 * Math.sin(j * k));
/** The spine is far off the middle, and bends to the side. */
const places = new Map([
  [3, [3, 20, 52]],
  [4, [3, 19, 41]],
  [5, [4, 18, 30]],
  [6, [4, 20, 19]],
]);
const labels = (affine: Affine = oblique, marks: ReadonlyMap<number, readonly number[]> = places): Volume => {
  const volume = volumeOf(shape, affine, () => 0);
  for (const [value, [i, j, k]] of marks) volume.data[i + shape[0] * (j + shape[1] * k)] = value;
  return volume;
};

/** What may not depend on how the file is stored. */
const essence = ({ picture, discs, size, step, unlabelled }: PreparedSlice) => ({
  picture,
  size,
  step,
  unlabelled,
  places: discs.map(({ value, row, column }) => [value, row, column]),
});

describe('prepareOwn', () => {
  const prepared = prepareOwn(image(), labels(), how);

  it('takes the slab through the discs, at the pixel size asked for, with its aspect ratio', () => {
    expect(prepared.slice).toEqual({ axis: 0, index: 3.5, thickness: 2 });
    const spacing = prepared.spacing;
    expect(prepared.size).toEqual([Math.round(60 * spacing[2]), Math.round(40 * spacing[1])]);
    expect(prepared.picture.image).toHaveLength(prepared.size[0] * prepared.size[1]);
    expect(Math.min(...prepared.picture.image)).toBe(0);
    expect(Math.max(...prepared.picture.image)).toBe(1);
    expect(prepared.notices).toEqual([]);
  });

  it('tells where discs lie in the picture, the file and the world', () => {
    const [first] = prepared.discs;
    expect(first).toMatchObject({ value: 3, name: 'C2/C3', voxel: [3, 20, 52] });
    const back = sampleToVoxel(prepared, 'picture', first.row, first.column);
    expect(back[1]).toBeCloseTo(20, 9);
    expect(back[2]).toBeCloseTo(52, 9);
    expect(back[0]).toBe(3.5);
    const world = sampleToWorld(prepared, 'picture', first.row, first.column);
    expect(Math.hypot(...world.map((at, n) => at - first.world[n]))).toBeLessThan(1.3);
    // Head on top, front on the left.
    expect(prepared.discs.map(({ row }) => row)).toEqual(
      prepared.discs.map(({ row }) => row).sort((a, b) => a - b),
    );
  });

  it('gives the same sample in all 48 orientations', () => {
    expect(storages).toHaveLength(48);
    for (const storage of storages) {
      const other = prepareOwn(restored(image(), storage), restored(labels(), storage), how);
      const [own, expected] = [essence(other), essence(prepared)];
      expect(own.picture.image.every((value, n) => value === expected.picture.image[n])).toBe(true);
      expect({ ...own, places: null, step: null, picture: null }).toEqual({
        ...expected,
        places: null,
        step: null,
        picture: null,
      });
      own.places.flat().forEach((at, n) => expect(at).toBeCloseTo(expected.places.flat()[n], 9));
      other.discs.forEach(({ world }, n) =>
        world.forEach((mm, axis) => expect(mm).toBeCloseTo(prepared.discs[n].world[axis], 9)),
      );
    }
  });

  it('places labels of another grid by their world coordinates, and leaves out those outside', () => {
    // Axes of the label file: anterior, superior, right; half the voxel size.
    const grid: Affine = [
      [0, 0, 0.5, 0],
      [0.5, 0, 0, 0],
      [0, 0.5, 0, 0],
      [0, 0, 0, 1],
    ];
    const marks = volumeOf([90, 140, 30], grid, (i, j, k) => {
      if (i === 41 && j === 100 && k === 6) return 3;
      return i === 40 && j === 130 && k === 6 ? 4 : 0;
    });
    const { discs, notices } = prepareOwn(image(ras(1)), marks, how);
    expect(discs).toHaveLength(1);
    expect(discs[0].voxel).toEqual([3, 20.5, 50]);
    expect(discs[0].world).toEqual([3, 20.5, 50]);
    expect([discs[0].row, discs[0].column]).toEqual([9, 18.5]);
    expect(notices).toEqual([
      'The labels have another grid than the image; they were placed by world coordinates.',
      'C3/C4 lies outside the image.',
    ]);
  });

  it('takes the centre of several voxels, and says so', () => {
    const marks = labels();
    marks.data[3 + shape[0] * (20 + shape[1] * 53)] = 3;
    const { discs, notices } = prepareOwn(image(), marks, how);
    expect(discs[0].voxel).toEqual([3, 20, 52.5]);
    expect(notices).toEqual(['C2/C3 has 2 voxels; its centre was taken.']);
  });

  it('leaves out what is no disc or too high, and names the gap', () => {
    const marks = new Map(places);
    marks.delete(5);
    marks.set(49, [3, 20, 58]).set(2, [3, 20, 56]).set(1, [3, 20, 59]);
    const { discs, unlabelled, notices } = prepareOwn(image(), labels(oblique, marks), how);
    expect(discs.map(({ value }) => value)).toEqual([3, 4, 6]);
    expect(unlabelled).toEqual([5]);
    expect(notices).toEqual(['C4/C5 has no label.']);
    expect(prepareOwn(image(), labels(oblique, marks), { ...how, lowest: 1 }).discs[0].value).toBe(1);
  });

  it('warns of labels in the wrong order and of ones beside the slice', () => {
    const marks = new Map([...places, [7, [12, 20, 25]]]);
    const { notices } = prepareOwn(image(), labels(oblique, marks), how);
    expect(notices).toEqual(['C6/C7 lies above the disc before.', 'C6/C7: more than 8 mm beside the slice.']);
  });

  it('refuses an image without a label or without contrast', () => {
    const empty = labels(oblique, new Map([[49, [3, 3, 3]]]));
    expect(() => prepareOwn(image(), empty, how)).toThrow(UserError);
    expect(() =>
      prepareOwn(
        volumeOf(shape, oblique, () => 7),
        labels(),
        how,
      ),
    ).toThrow(/same value/);
  });
});
