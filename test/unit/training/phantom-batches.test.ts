import { drawPhantom } from '@disc-labeling/server/dataset/phantom/draw';
import { trainingBatch, withChannels } from '@disc-labeling/server/training/batches';
import { parseTrainingConfig } from '@disc-labeling/server/training/config';
import { phantomBatches, validationPhantoms } from '@disc-labeling/server/training/phantom-batches';
import { describe, expect, it } from 'vitest';

const config = parseTrainingConfig({
  formatVersion: 1,
  name: 'p',
  network: 'light',
  data: { source: 'phantom', seed: 3, workers: 1, reuse: 1 },
  training: { trainBatch: 2, valBatch: 2, validationSize: 3 },
});

async function batchAt(step: number) {
  const source = phantomBatches(config, step);
  const batch = await source.next();
  await source.close();
  return batch;
}

describe('phantomBatches', () => {
  it('begins at any step, always with the same images', async () => {
    const source = phantomBatches(config, 4);
    await source.next();
    const second = await source.next();
    await source.close();
    expect(await batchAt(5)).toEqual(second);
    expect(second.images.shape).toEqual([2, 1, 256, 256]);
    expect(second.spacing).toHaveLength(2);
  });

  it('never trains on what it validates with', async () => {
    const [held] = await validationPhantoms(config);
    expect((await batchAt(0)).images.data).not.toEqual(held!.images.data);
  });
});

describe('validationPhantoms', () => {
  it('gives exactly as many as asked for', async () => {
    const held = await validationPhantoms(config);
    expect(held.map(({ discs }) => discs.length)).toEqual([2, 1]);
    expect(held[1]!.images.data).toHaveLength(256 * 256);
  });
});

describe('trainingBatch', () => {
  it('puts the highest value of each map where its disc is', () => {
    const slice = drawPhantom(5, { view: 'head-neck' });
    const images = { data: slice.image, shape: [1, 1, 256, 256] as const };
    const batch = trainingBatch({ images, discs: [slice.discs], spacing: [1] }, config, 5);
    const { data, shape } = batch.targets;
    expect(shape).toEqual([1, 12, 64, 64]);
    expect(slice.discs.length).toBeGreaterThan(2);
    for (const { value, row, column } of slice.discs.filter((disc) => disc.value <= 13)) {
      const map = data.subarray((value - 3) * 4096, (value - 2) * 4096);
      const peak = map.indexOf(Math.max(...map));
      expect(Math.abs(Math.floor(peak / 64) * 4 + 1.5 - row)).toBeLessThanOrEqual(2.01);
      expect(Math.abs((peak % 64) * 4 + 1.5 - column)).toBeLessThanOrEqual(2.01);
    }
  });
});

describe('withChannels', () => {
  it('repeats the image over the channels of the reference network', () => {
    const data = Float32Array.of(1, 2, 3, 4);
    const images = withChannels({ data, shape: [2, 1, 1, 2] }, 3);
    expect(images.shape).toEqual([2, 3, 1, 2]);
    expect([...images.data]).toEqual([1, 2, 1, 2, 1, 2, 3, 4, 3, 4, 3, 4]);
  });
});
