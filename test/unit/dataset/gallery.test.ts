import { mkdtemp, rm, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CancelledError, UserError } from '@disc-labeling/models/errors';
import { galleryFolder, openGallery } from '@disc-labeling/server/dataset/gallery/contents';
import { GalleryService } from '@disc-labeling/server/dataset/gallery/service';
import { discColor } from '@disc-labeling/server/pictures/colors';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { everything, matches, valuesOf } from '../../../webview/src/gallery/filter.js';
import { pixelsOf } from '../../support/pixels.js';
import { writePreparedSet } from '../../support/prepared-set.js';
import { writeSpineGeneric } from '../../support/spine-generic.js';

let folder: string;
beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'gallery-'))));
afterEach(() => rm(folder, { recursive: true, force: true }));

const samples = [
  {
    split: 'training',
    discs: [
      { value: 3, row: 30, column: 40 },
      { value: 4, row: 60, column: 44 },
    ],
  },
  { split: 'validation', discs: [{ value: 5, row: 50, column: 50 }] },
] as const;
const leftOut = [
  { subject: 'sub-009', session: null, contrast: 'T1w', name: 'sub-009_T1w', reason: 'no disc labels' },
];

describe('the gallery of a prepared set', () => {
  it('lists samples, their discs and what was left out', async () => {
    await writePreparedSet(folder, samples, { leftOut });
    const { contents } = await openGallery(join(folder, 'samples.json'));
    expect(contents).toMatchObject({ kind: 'prepared', folder });
    expect(contents.items).toHaveLength(2);
    expect(contents.items[0]).toMatchObject({
      name: 'sub-001_T1w',
      split: 'training',
      discs: [
        { value: 3, name: 'C2/C3' },
        { value: 4, name: 'C3/C4' },
      ],
      // Its image was never there.
      image: null,
      voxel: [0, 0, 0],
    });
    expect(contents.leftOut).toEqual([{ subject: 'sub-009', name: 'sub-009_T1w', reason: 'no disc labels' }]);
  });

  it('draws a sample with its targets, and each channel by itself', async () => {
    await writePreparedSet(folder, samples);
    const service = new GalleryService();
    const picture = await service.picture({ folder, name: 'sub-001_T1w', view: 'thumbnail', size: 256 });
    expect(picture.discs).toEqual([3, 4]);
    const { at, width, height } = await pixelsOf(Buffer.from(picture.png, 'base64'));
    // 128 x 100 mm; names of 92 pixels beside it.
    const perMm = Math.min(256 / 128, (256 - 92) / 100);
    expect([width, height]).toEqual([Math.ceil(100 * perMm) + 92, Math.ceil(128 * perMm)]);
    const glow = at((40.5 + 3) * perMm, 30.5 * perMm);
    const hue = Number(/hsl\((\S+)/.exec(discColor(3))![1]);
    // Yellow-green: more red and green than blue.
    expect(hue).toBeGreaterThan(40);
    expect(glow[0]! + glow[1]!).toBeGreaterThan(2.5 * glow[2]!);
    const sheet = await service.picture({ folder, name: 'sub-001_T1w', view: 'channels', size: 420 });
    const channels = await pixelsOf(Buffer.from(sheet.png, 'base64'));
    const tile = Math.floor((420 - 18) / 4);
    const colourful = ([r, g, b]: number[]) => Math.max(r!, g!, b!) - Math.min(r!, g!, b!) > 40;
    const inTile = (n: number, row: number, column: number) =>
      channels.at(n * (tile + 6) + ((column + 0.5) / 100) * tile, 26 + ((row + 0.5) / 128) * 1.28 * tile);
    expect(colourful(inTile(0, 30, 42))).toBe(true);
    expect(colourful(inTile(1, 30, 42))).toBe(false);
    expect(colourful(inTile(1, 60, 46))).toBe(true);
    expect(colourful(inTile(2, 60, 46))).toBe(false);
  });

  it('keeps pictures, and draws them anew when the set was prepared again', async () => {
    await writePreparedSet(folder, samples);
    const service = new GalleryService();
    const ask = () => service.picture({ folder, name: 'sub-001_T1w', view: 'thumbnail', size: 128 });
    const first = await ask();
    await unlink(join(folder, 'samples', 'sub-001_T1w.npy'));
    expect(await ask()).toBe(first);
    await new Promise((done) => setTimeout(done, 20));
    await writePreparedSet(folder, [{ discs: [{ value: 8, row: 64, column: 50 }] }]);
    expect((await ask()).discs).toEqual([8]);
  });

  it('says why a sample has no picture, and stops where it is cancelled', async () => {
    await writePreparedSet(folder, samples);
    await unlink(join(folder, 'samples', 'sub-001_T1w.npy'));
    const service = new GalleryService();
    const ask = { folder, view: 'thumbnail', size: 128 } as const;
    await expect(service.picture({ ...ask, name: 'sub-001_T1w' })).rejects.toThrow(UserError);
    await expect(service.picture({ ...ask, name: 'sub-777_T1w' })).rejects.toThrow('refresh the gallery');
    const waiting = Array.from({ length: 6 }, () => {
      const controller = new AbortController();
      const picture = service.picture({ ...ask, name: 'sub-002_T1w', signal: controller.signal });
      controller.abort();
      return picture;
    });
    for (const result of await Promise.allSettled(waiting))
      expect(result).toMatchObject({ status: 'rejected', reason: expect.any(CancelledError) as unknown });
    expect((await service.picture({ ...ask, name: 'sub-002_T1w' })).discs).toEqual([5]);
  });

  it('lists thousands of samples', async () => {
    await writePreparedSet(folder, samples);
    const index = await import('node:fs/promises').then(({ readFile }) =>
      readFile(join(folder, 'samples.json'), 'utf8'),
    );
    const set = JSON.parse(index) as { samples: object[] };
    set.samples = Array.from({ length: 2000 }, (_, n) => ({ ...set.samples[n % 2]!, name: `sub-${n}_T1w` }));
    await writeFile(join(folder, 'samples.json'), JSON.stringify(set));
    const { contents } = await openGallery(folder);
    expect(contents.items).toHaveLength(2000);
  });
});

describe('the gallery of a dataset', () => {
  it('shows labelled images with their discs, and why others are missing', async () => {
    await writeSpineGeneric(folder);
    const service = new GalleryService();
    const { kind, items, leftOut: missing } = await service.contents(folder);
    expect(kind).toBe('dataset');
    expect(items.length).toBeGreaterThan(3);
    expect(missing.map(({ reason }) => reason)).toEqual(
      expect.arrayContaining(['no disc labels', 'not downloaded yet (image)']),
    );
    const names = new Set(items.map(({ name }) => name));
    for (const { name } of missing) expect(names).not.toContain(name);
    const [{ name }] = items;
    const picture = await service.picture({ folder, name, view: 'large', size: 300 });
    expect(picture.discs.length).toBeGreaterThan(0);
    expect(picture.voxel).toHaveLength(3);
  });

  it('is refused for a folder that is neither', async () => {
    await expect(openGallery(folder)).rejects.toThrow('it holds no subject folder');
  });

  it('is meant by its index file, too', () => {
    expect(galleryFolder('/data/set/dataset.json')).toBe('/data/set');
    expect(galleryFolder('/data/set')).toBe('/data/set');
  });
});

describe('filters', () => {
  const item = {
    name: 'sub-01_T2w',
    subject: 'sub-01',
    contrast: 'T2w',
    split: 'test',
    image: null,
    discs: [{ value: 3, name: 'C2/C3' }],
    notices: ['C4/C5 has no label.'],
    voxel: null,
  };
  it.each([
    [{ text: 'SUB-01 c2/c3' }, true],
    [{ text: 'sub-01 c6/c7' }, false],
    [{ text: 'no label' }, true],
    [{ split: 'test' }, true],
    [{ split: 'training' }, false],
    [{ contrast: 'T1w' }, false],
    [{ noticesOnly: true }, true],
  ])('%j', (change, expected) => {
    expect(matches(item, { ...everything, ...change })).toBe(expected);
  });
  it('offer what there is', () => {
    expect(valuesOf([item, { ...item, split: null }, { ...item, split: 'a' }], 'split')).toEqual([
      'a',
      'test',
    ]);
  });
});
