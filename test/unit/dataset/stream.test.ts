import { augmentationFor } from '@disc-labeling/server/dataset/augment/settings';
import { flipPicture } from '@disc-labeling/server/dataset/augment/augment';
import {
  referenceHeatMap,
  referenceInput,
  referenceTarget,
} from '@disc-labeling/server/dataset/reference-targets';
import { readPreparedSet, readSample } from '@disc-labeling/server/dataset/samples';
import { SampleBatches } from '@disc-labeling/server/dataset/stream/batches';
import { createSampleFeed } from '@disc-labeling/server/dataset/stream/feed';
import { unlabelledDiscs } from '@disc-labeling/server/dataset/stream/levels';
import { commonWindow, streamSamples } from '@disc-labeling/server/dataset/stream/open';
import type { StreamOptions } from '@disc-labeling/server/dataset/stream/types';
import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writePreparedSet, type DottedSample } from '../../support/prepared-set.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stream-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** As quick as large arrays can be compared. */
const same = (a: Float32Array, b: Float32Array) => Buffer.from(a.buffer).equals(Buffer.from(b.buffer));

/** Two discs each, at a height that tells samples apart. */
const samples = (count: number): DottedSample[] =>
  Array.from({ length: count }, (_, n) => ({
    discs: [
      { value: 3, row: 30 + n, column: 50 },
      { value: 4, row: 50 + n, column: 52 },
    ],
  }));

async function streamOf(changes: Partial<StreamOptions> = {}): Promise<StreamOptions> {
  const set = await readPreparedSet(folder);
  return {
    folder,
    preparation: set.preparation,
    normalization: set.input.normalization,
    values: set.channels.values,
    samples: await streamSamples(set, 'training'),
    batch: 2,
    purpose: 'training',
    seed: 1,
    augmentation: augmentationFor(set.preparation, true),
    window: [128, 128],
    ...changes,
  };
}

describe('the stream of samples', () => {
  it('shows every sample once in each pass, every pass in another order, also across batches', async () => {
    await writePreparedSet(folder, samples(5));
    const batches = new SampleBatches(await streamOf({ augmentation: augmentationFor('own', false) }));
    const seen: number[] = [];
    for (let step = 0; step < 10; step++)
      seen.push(...(await batches.at(step)).discs.map(([first]) => first.row - 30));
    const passes = [0, 1, 2, 3].map((pass) => seen.slice(5 * pass, 5 * pass + 5));
    for (const pass of passes) expect([...pass].sort()).toEqual([0, 1, 2, 3, 4]);
    expect(new Set(passes.map(String)).size).toBeGreaterThan(1);
  });

  it('gives the same batch for a step wherever it starts, and others for another seed', async () => {
    await writePreparedSet(folder, samples(5));
    const stream = await streamOf();
    const whole = createSampleFeed(stream, { workers: 0 });
    const batches = [];
    for (let step = 0; step < 5; step++) batches.push(await whole.next());
    const resumed = createSampleFeed(stream, { workers: 0, startStep: 4 });
    expect(await resumed.next()).toEqual(batches[4]);
    const other = await new SampleBatches({ ...stream, seed: 2 }).at(4);
    expect(other.images.data).not.toEqual(batches[4].images.data);
  });

  it('shows a sample otherwise in each pass', async () => {
    await writePreparedSet(folder, samples(1));
    const batches = new SampleBatches(await streamOf({ batch: 1 }));
    const [first, second] = [await batches.at(0), await batches.at(1)];
    expect(same(first.images.data, second.images.data)).toBe(false);
  });

  it('goes over validation samples once, in order, the last batch smaller, and all as they are', async () => {
    await writePreparedSet(folder, [...samples(3), { ...samples(1)[0], size: [140, 100] }]);
    const stream = await streamOf({ augmentation: augmentationFor('own', false), purpose: 'validation' });
    const feed = createSampleFeed(
      { ...stream, batch: 3, window: commonWindow(stream.samples) },
      { workers: 0 },
    );
    const rows: number[][] = [];
    for await (const { images, discs } of feed) {
      expect(images.shape.slice(2)).toEqual([192, 128]);
      rows.push(discs.map(([first]) => first.row));
    }
    expect(rows).toEqual([[30, 31, 32], [30]]);
  });

  it('holds no more pictures for many samples than for few', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const held = async (count: number) => {
      const own = join(folder, String(count));
      await writePreparedSet(own, samples(count));
      const set = await readPreparedSet(own);
      const stream = { ...(await streamOfSet(own)), samples: await streamSamples(set, 'training') };
      const batches = new SampleBatches(stream);
      for (let step = 0; step < count; step++) await batches.at(step);
      for (let turn = 0; turn < 5; turn++) {
        collect();
        await new Promise((settle) => setTimeout(settle, 10));
      }
      // Kept alive until here.
      expect(batches.options).toBe(stream);
      return process.memoryUsage().arrayBuffers;
    };
    await held(4);
    const few = await held(4);
    const many = await held(60);
    expect(many - few).toBeLessThan(128 * 100 * 4);
  });

  const streamOfSet = async (own: string): Promise<StreamOptions> => {
    const set = await readPreparedSet(own);
    return {
      folder: own,
      preparation: 'own',
      normalization: 'percentile',
      values: set.channels.values,
      samples: [],
      batch: 2,
      purpose: 'training',
      seed: 1,
      augmentation: augmentationFor('own', true),
      window: [128, 128],
    };
  };
});

describe('a sample that can not be read', () => {
  it.each([
    ['is missing', (file: string) => rm(file), /sub-002_T1w\.npy/],
    ['is cut short', (file: string) => writeFile(file, 'short'), /sub-002_T1w\.npy.*too short/],
  ])('is named before training when it %s', async (_, spoil, message) => {
    await writePreparedSet(folder, samples(3));
    await spoil(join(folder, 'samples', 'sub-002_T1w.npy'));
    await expect(streamOf()).rejects.toThrow(message);
  });

  it.each([
    ['is removed', (file: string) => rm(file), /sub-001_T1w\.npy.*prepare the set again/],
    ['is replaced', (file: string) => utimes(file, 1, 1), /sub-001_T1w\.npy.*changed while training/],
    ['is damaged', (file: string) => writeFile(file, 'no numbers'), /sub-001_T1w\.npy/],
  ])('is named when it %s during training', async (_, spoil, message) => {
    await writePreparedSet(folder, samples(1));
    const feed = createSampleFeed(await streamOf({ batch: 1 }), { workers: 0 });
    await feed.next();
    await spoil(join(folder, 'samples', 'sub-001_T1w.npy'));
    const error = await feed.next().catch((reason: Error) => reason);
    expect(error).toMatchObject({ name: 'UserError', message: expect.stringMatching(message) as string });
    expect(String((error as Error).message)).not.toContain('\n');
  });
});

describe('levels without a label', () => {
  const disc = (value: number, row: number, column = 50) => ({ value, row, column });
  const asSample = (discs: ReturnType<typeof disc>[], size: [number, number] = [128, 100]) => ({
    size,
    discs: discs.map((one) => ({ ...one, name: '', voxel: [0, 0, 0], world: [0, 0, 0] })) as never,
  });

  it('are there for sure between labelled ones, and may be beyond as far as the picture goes', () => {
    const found = unlabelledDiscs(asSample([disc(5, 60), disc(7, 90, 60)]), 3, 1);
    expect(found).toEqual([
      { value: 6, row: 75, column: 55, certain: true },
      { value: 4, row: 45, column: 45, certain: false },
      { value: 3, row: 30, column: 40, certain: false },
      { value: 8, row: 105, column: 65, certain: false },
      { value: 9, row: 120, column: 70, certain: false },
    ]);
  });

  it('are none where the picture ends, or there is no disc at all; a single one stands for the usual distance', () => {
    expect(unlabelledDiscs(asSample([disc(3, 5), disc(4, 60), disc(5, 120)]), 3, 1)).toEqual([]);
    expect(unlabelledDiscs(asSample([]), 3, 1)).toEqual([]);
    expect(unlabelledDiscs(asSample([disc(4, 100)]), 3, 1).map(({ value }) => value)).toEqual([3, 5]);
  });

  it('leave out no map outside the window', async () => {
    await writePreparedSet(folder, [
      {
        size: [256, 100],
        discs: [
          { value: 3, row: 60, column: 50 },
          { value: 4, row: 90, column: 50 },
        ],
      },
    ]);
    const stream = await streamOf({ augmentation: augmentationFor('own', false), batch: 1 });
    const { discs, unknown } = await new SampleBatches({ ...stream, window: [256, 128] }).at(0);
    expect(discs[0].map(({ value }) => value)).toEqual([3, 4]);
    expect(unknown[0].map(({ value }) => value)).toEqual([5, 6, 7, 8, 9]);
    const cut = await new SampleBatches(stream).at(0);
    expect(cut.discs[0]).toHaveLength(2);
    expect(cut.unknown[0].length).toBeLessThan(4);
  });
});

describe("a stream of the reference's preparation", () => {
  const reference = {
    preparation: 'reference',
    input: { frame: 'reference', spacing: null, normalization: 'zscore' },
  } as const;
  // Rows from the back to the front, columns from below to above: the first disc lies at the right.
  const discs = [
    { value: 5, row: 50, column: 80 },
    { value: 6, row: 52, column: 60 },
    { value: 8, row: 54, column: 40 },
  ];

  it("is the reference's input and targets, channels counted from the top", async () => {
    await writePreparedSet(folder, [{ discs }], reference);
    const stream = await streamOf({ batch: 1, augmentation: augmentationFor('reference', false) });
    const batch = await new SampleBatches(stream).at(0);
    const set = await readPreparedSet(folder);
    const picture = await readSample(set, set.samples[0]);
    expect(batch.images.shape).toEqual([1, 1, 256, 256]);
    expect(batch.images.data).toEqual(referenceInput(picture).image);
    const target = referenceTarget(referenceHeatMap(discs, { height: 128, width: 100 }));
    expect(same(batch.maps!.targets.data, target.maps.data)).toBe(true);
    expect([...batch.maps!.visibility.data]).toEqual([1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
    expect(batch.discs[0].map(({ value }) => value)).toEqual([3, 4, 5]);
    expect(batch.discs[0][0].column).toBeCloseTo((80.5 * 256) / 100 - 0.5, 9);
    expect(batch.unknown[0].map(({ value }) => value)).toEqual([6, 7, 8, 9, 10, 11, 12, 13]);
    expect(batch.spacing[0]).toEqual([0.5, 100 / 256]);
  });

  it('flips half of the samples, picture, targets and points alike, each disc in its own channel still', async () => {
    await writePreparedSet(folder, [{ discs }], reference);
    const plain = await new SampleBatches(
      await streamOf({ batch: 1, augmentation: augmentationFor('reference', false) }),
    ).at(0);
    const batches = new SampleBatches(await streamOf({ batch: 1 }));
    let flips = 0;
    for (let step = 0; step < 24; step++) {
      const batch = await batches.at(step);
      const flipped = batch.discs[0][0].column !== plain.discs[0][0].column;
      if (flipped) flips++;
      const turned = (data: Float32Array) =>
        flipped
          ? flipPicture({ image: data, height: data.length / 256, width: 256 }, 'reference').image
          : data;
      expect(same(batch.images.data, turned(plain.images.data))).toBe(true);
      expect(same(batch.maps!.targets.data, turned(plain.maps!.targets.data))).toBe(true);
      batch.discs[0].forEach(({ row, column }, joint) => {
        const at = joint * 65_536 + Math.round(row) * 256 + Math.round(column);
        expect(batch.maps!.targets.data[at]).toBeGreaterThan(0.8);
      });
    }
    expect(flips).toBeGreaterThan(5);
    expect(flips).toBeLessThan(19);
  });
});
