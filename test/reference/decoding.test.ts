import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Float32Tensor } from '@disc-labeling/models/engines/types';
import { readNpy } from '@disc-labeling/models/npy';
import { decodeWithSkeleton, findCandidates } from '@disc-labeling/server/labeling/reference-decode';
import type { Skeleton } from '@disc-labeling/server/labeling/skeleton';
import {
  compareReferencePoints,
  referencePoints,
  summarizeReferenceMetrics,
  type ReferenceImageMetrics,
} from '@disc-labeling/server/evaluation/reference-metrics';
import { referenceFigures } from '@disc-labeling/server/evaluation/report';
import { measureReferenceMaps } from '@disc-labeling/server/evaluation/test-sample';
import type { SampleDisc } from '@disc-labeling/server/dataset/samples';
import { referenceDir } from '../support/shared.js';

interface DecodingCase {
  readonly id: string;
  readonly kind: string;
  readonly image_shape: [number, number];
  /** What was changed about the targets before the original counted their channels. */
  readonly append_zero_target_channel?: boolean;
  readonly zero_target_channels?: readonly number[];
  readonly discs: [number, number, number, number][];
  readonly channels: {
    readonly base: number;
    readonly blobs: {
      readonly row: number;
      readonly col: number;
      readonly sigma: number;
      readonly amp: number;
    }[];
  }[];
}

interface Expected {
  readonly id: string;
  readonly channels_decoded: number;
  readonly outcome: 'ok' | 'exception';
  readonly heatmap_sum?: number[];
  readonly candidates_rot90_row_col?: [number, number, number][][];
  readonly best_loss: number;
  readonly chosen_heatmap_row_col: [number, number][];
  readonly predicted_col_row: [number, number][];
  readonly l2: number[];
  readonly z: number[];
  readonly false_positives: number;
  readonly false_negatives: number;
  readonly total: number;
}

interface Aggregate {
  readonly image_shape: [number, number];
  readonly cases: string[];
  readonly [key: string]: unknown;
}

const reference = referenceDir();
const folder = reference && join(reference, 'decoding');
const read = <T>(name: string): T => JSON.parse(readFileSync(join(folder!, name), 'utf8')) as T;

const { heatmap_shape: shape, cases } = folder
  ? read<{ heatmap_shape: [number, number, number]; cases: DecodingCase[] }>('cases.json')
  : { heatmap_shape: [0, 0, 0] as [number, number, number], cases: [] };
const expectations = new Map(
  folder ? read<Expected[]>('expected.json').map((entry) => [entry.id, entry]) : [],
);

function readSkeleton(): Skeleton {
  const { data } = readNpy(readFileSync(join(folder!, 'mean_skeleton.npy')));
  return Array.from(
    { length: data.length / 2 },
    (_, joint) => [data[2 * joint], data[2 * joint + 1]] as const,
  );
}

/** The case's heat maps: the maximum of a base and Gaussians, rounded to float32. */
function drawMaps({ channels }: DecodingCase): Float32Tensor {
  const [count, height, width] = shape;
  const data = new Float32Array(count * height * width);
  for (const [channel, { base, blobs }] of channels.entries()) {
    for (let row = 0; row < height; row++) {
      for (let column = 0; column < width; column++) {
        const values = blobs.map(
          ({ row: r, col: c, sigma, amp }) =>
            amp * Math.exp(-((row - r) ** 2 + (column - c) ** 2) / (2 * sigma * sigma)),
        );
        data[(channel * height + row) * width + column] = Math.max(base, ...values);
      }
    }
  }
  return { data, shape: [count, height, width] };
}

/** What of a sample's disc the measures don't look at. */
const placeless = { name: '', voxel: [0, 0, 0], world: [0, 0, 0] } satisfies Partial<SampleDisc>;

const byPosition = (points: readonly (readonly [number, number])[]) =>
  points.toSorted((a, b) => a[0] - b[0] || a[1] - b[1]);

/** Compares lists of numbers of any depth to nine digits. */
const expectClose = (found: unknown, wanted: unknown, what: string): void => {
  if (!Array.isArray(wanted)) return expect(found, what).toBeCloseTo(wanted as number, 9);
  expect(Array.isArray(found) && found.length, what).toBe(wanted.length);
  for (const [i, entry] of wanted.entries()) expectClose((found as unknown[])[i], entry, `${what}[${i}]`);
};

/** By what `test --metrics reference` does with a sample, unless the case changes how many channels are decoded. */
function measure(one: DecodingCase): ReferenceImageMetrics {
  const channels = expectations.get(one.id)!.channels_decoded;
  const discs = one.discs.map(([, row, column, value]) => ({ ...placeless, row, column, value }));
  if (!one.append_zero_target_channel && !one.zero_target_channels?.length)
    return measureReferenceMaps(drawMaps(one), { discs, size: one.image_shape }, readSkeleton());
  const points = referencePoints(drawMaps(one), readSkeleton(), one.image_shape, { channels });
  const truth = one.discs.map(([, row, column]) => ({ row, column }));
  return compareReferencePoints(truth, points);
}

describe.skipIf(!folder)('decoding with the mean skeleton', () => {
  it('has cases to test', () => expect(cases.length).toBeGreaterThan(0));

  const decoded = cases.filter(({ id }) => expectations.get(id)?.outcome === 'ok');
  const failed = cases.filter(({ id }) => expectations.get(id)?.outcome === 'exception');

  it.each(decoded)('$id ($kind): chooses what the reference chooses', (one) => {
    const expected = expectations.get(one.id)!;
    const maps = drawMaps(one);
    const cells = shape[1] * shape[2];
    for (const [channel, sum] of (expected.heatmap_sum ?? []).entries()) {
      const found = maps.data
        .subarray(channel * cells, (channel + 1) * cells)
        .reduce((total, value) => total + value, 0);
      expect(found, `sum of map ${channel}`).toBeCloseTo(sum, 3);
    }
    const channels = expected.channels_decoded;
    const candidates = findCandidates(maps, { channels }).map((map) =>
      map.candidates.map(({ component: { centroid, cells } }) => [
        centroid.row,
        centroid.column,
        cells.length,
      ]),
    );
    expectClose(candidates, expected.candidates_rot90_row_col, 'candidates');
    const { discs, loss } = decodeWithSkeleton(maps, readSkeleton(), { channels });
    expect(loss).toBeCloseTo(expected.best_loss, 9);
    expectClose(
      discs.map(({ row, column }) => [row, column]),
      expected.chosen_heatmap_row_col,
      'chosen',
    );
  });

  const clear = decoded.filter(({ id, channels }) => {
    const heights = channels.map(({ base, blobs }) => Math.max(base, ...blobs.map(({ amp }) => amp)));
    const count = expectations.get(id)!.channels_decoded;
    const limit = 0.25 * Math.max(...heights);
    return heights.every((height, channel) => (channel < count ? height > limit : height < limit / 2));
  });

  it.each(clear)('$id ($kind): needs no ground truth to know which maps hold a disc', (one) => {
    const { discs } = decodeWithSkeleton(drawMaps(one), readSkeleton());
    expectClose(
      discs.map(({ row, column }) => [row, column]),
      expectations.get(one.id)!.chosen_heatmap_row_col,
      'chosen',
    );
  });

  it.each(failed)('$id ($kind): answers where the reference fails', (one) => {
    const { discs } = decodeWithSkeleton(drawMaps(one), readSkeleton());
    const bright = one.channels.flatMap(({ blobs }, channel) =>
      blobs.some(({ amp }) => amp > 0.35) ? [channel] : [],
    );
    expect(discs.map(({ channel }) => channel)).toEqual(expect.arrayContaining(bright));
    for (const { channel, row, column } of discs) {
      expect(row >= 0 && row < shape[1] && column >= 0 && column < shape[2], `map ${channel}`).toBe(true);
      const [only, ...others] = one.channels[channel].blobs;
      if (!only || others.length > 0 || one.channels[channel].base > 0) continue;
      expect(Math.hypot(only.row - row, only.col - column), `map ${channel}`).toBeLessThan(1.5);
    }
  });

  it.each(decoded)('$id ($kind): ends in the points and errors the reference reports', (one) => {
    const expected = expectations.get(one.id)!;
    const points = referencePoints(drawMaps(one), readSkeleton(), one.image_shape, {
      channels: expected.channels_decoded,
    });
    expectClose(
      byPosition(points.map(({ row, column }) => [column, row] as const)),
      byPosition(expected.predicted_col_row),
      'points',
    );
    const { l2, z, falsePositives, falseNegatives, total } = measure(one);
    expectClose([l2, z], [expected.l2, expected.z], 'distances');
    expect([falsePositives, falseNegatives, total]).toEqual([
      expected.false_positives,
      expected.false_negatives,
      expected.total,
    ]);
  });

  it('takes the number of channels from the truth in most of the cases', () => {
    const untouched = cases.filter(
      (one) => !one.append_zero_target_channel && !one.zero_target_channels?.length,
    );
    expect(untouched.length).toBeGreaterThan(cases.length / 2);
  });

  it('adds up over images as the reference does', () => {
    for (const group of read<Aggregate[]>('aggregate.json')) {
      const images = group.cases.map((id) => measure(cases.find((one) => one.id === id)!));
      const found = referenceFigures(summarizeReferenceMetrics(images));
      const names = {
        l2_median: found.l2Median,
        l2_std: found.l2Std,
        z_mean: found.zMean,
        z_std: found.zStd,
        total_points: found.total,
        false_negatives: found.falseNegatives,
        false_positives: found.falsePositives,
        false_negative_percent: found.falseNegativePercent,
        false_positive_percent: found.falsePositivePercent,
      };
      for (const [name, value] of Object.entries(names))
        expect(value, name).toBeCloseTo(group[name] as number, 9);
    }
  });
});
