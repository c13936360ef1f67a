import { createCanvas, loadImage } from '@napi-rs/canvas';
import { describe, expect, it } from 'vitest';
import { discColor, heatColor } from '@disc-labeling/server/pictures/colors';
import { font } from '@disc-labeling/server/pictures/font';
import { shorten, spread } from '@disc-labeling/server/pictures/layout';
import { labelPicture } from '@disc-labeling/server/pictures/overlay';
import { pixelToVoxel, sagittalSlab, type SagittalSlab } from '@disc-labeling/server/volume/slice';
import { ras, volumeOf } from '../../support/volumes.js';

async function pixelsOf(png: Buffer) {
  const image = await loadImage(png);
  const context = createCanvas(image.width, image.height).getContext('2d');
  context.drawImage(image, 0, 0);
  const { data, width, height } = context.getImageData(0, 0, image.width, image.height);
  const at = (x: number, y: number) =>
    Array.from(data.subarray(4 * (y * width + x), 4 * (y * width + x) + 3));
  return { at, width, height };
}

function rgb(color: string): number[] {
  const context = createCanvas(1, 1).getContext('2d');
  context.fillStyle = color;
  context.fillRect(0, 0, 1, 1);
  return Array.from(context.getImageData(0, 0, 1, 1).data.subarray(0, 3));
}

const far = (a: number[], b: number[]) => Math.max(...a.map((value, n) => Math.abs(value - b[n])));

describe('layout', () => {
  it('moves labels as little as needed, apart and inside', () => {
    expect(spread([10, 50, 90], 20, 0, 100)).toEqual([10, 50, 90]);
    expect(spread([48, 52], 20, 0, 100)).toEqual([40, 60]);
    expect(spread([1, 2, 99], 20, 10, 90)).toEqual([10, 30, 90]);
    expect(spread([], 20, 0, 100)).toEqual([]);
    const crowded = spread(new Array<number>(30).fill(50), 20, 0, 100);
    expect(crowded[0]).toBe(0);
    expect(crowded[29]).toBeCloseTo(100);
    const random = Array.from({ length: 25 }, (_, n) => (n * 7919) % 600).sort((a, b) => a - b);
    const placed = spread(random, 23, 11, 589);
    placed.forEach((y, n) => expect(y).toBeGreaterThanOrEqual(n === 0 ? 11 : placed[n - 1] + 23 - 1e-9));
    expect(placed[24]).toBeLessThanOrEqual(589);
  });

  it('shortens names in the middle', () => {
    const fits = (text: string) => text.length <= 9;
    expect(shorten('short', fits)).toBe('short');
    expect(shorten('sub-01_session_T2w.nii.gz', fits)).toMatch(/^sub-.*….*\.gz$/);
    expect(shorten('anything', () => false)).toBe('…');
  });
});

describe('colours', () => {
  it('give every disc one of its own', () => {
    const colors = Array.from({ length: 25 }, (_, n) => rgb(discColor(n + 1)));
    for (let a = 0; a < 25; a++) {
      for (let b = 0; b < a; b++) expect(far(colors[a], colors[b])).toBeGreaterThan(10);
      if (a > 0) expect(far(colors[a], colors[a - 1])).toBeGreaterThan(90);
    }
  });

  it('run from dark to light with heat', () => {
    const light = [0, 0.25, 0.5, 0.75, 1].map((value) => heatColor(value).reduce((sum, part) => sum + part));
    expect([...light].sort((a, b) => a - b)).toEqual(light);
    expect(heatColor(-1)).toEqual(heatColor(0));
  });
});

describe('the picture of a labelled slice', () => {
  const volume = volumeOf([3, 60, 50], ras(1, 1, 2), (_, j, k) => j + k);
  const slab = sagittalSlab(volume, 1, 1);
  const discOn = (on: SagittalSlab, value: number, row: number, column: number) => ({
    value,
    voxel: pixelToVoxel(on, row, column),
  });

  it('brings its own font', () => {
    const context = createCanvas(1, 1).getContext('2d');
    context.font = font(20, 600);
    const bold = context.measureText('C2/C3').width;
    context.font = font(20, 400);
    // Roboto's own widths, whatever fonts the machine has.
    expect([context.measureText('C2/C3').width, bold].map((width) => Math.round(width * 10))).toEqual([
      567, 566,
    ]);
  });

  it('has the true aspect ratio and a dot of its colour on each disc', async () => {
    const discs = [discOn(slab, 3, 10, 20), discOn(slab, 4, 25, 22)];
    const { at, width, height } = await pixelsOf(
      await labelPicture(slab, discs, { title: 'a', footnote: 'b' }),
    );
    // 60 mm wide, 100 mm tall.
    expect(height).toBe(900 + 88);
    expect(width).toBe(540);
    for (const [value, row, column] of [
      [3, 10, 20],
      [4, 25, 22],
    ]) {
      const [x, y] = [(column + 0.5) * 9, 44 + (row + 0.5) * 18];
      expect(far(at(Math.round(x), Math.round(y)), rgb(discColor(value)))).toBeLessThan(6);
    }
  });

  it('shows a slab of the reference frame the same way', async () => {
    const reference = sagittalSlab(volume, 1, 1, 'reference');
    const discs = [discOn(slab, 3, 10, 20)];
    const [a, b] = await Promise.all([labelPicture(slab, discs), labelPicture(reference, discs)]);
    expect(a.equals(b)).toBe(true);
  });

  it('never clips a name: the picture grows to the right, crowded names move apart', async () => {
    const discs = Array.from({ length: 25 }, (_, n) => discOn(slab, n + 1, 49 - n / 20, 59));
    const { at, width, height } = await pixelsOf(await labelPicture(slab, discs.reverse()));
    expect(width).toBeGreaterThan(620);
    const edge = rgb('#16181c');
    for (let y = 0; y < height; y++) expect(at(width - 3, y)).toEqual(edge);
    const rowsWithText = Array.from({ length: height }, (_, y) => y).filter((y) =>
      Array.from({ length: 60 }, (_, n) => at(width - 75 + n, y)).some((pixel) => far(pixel, edge) > 60),
    );
    // 25 names of at least 13 pixels each, nothing over another.
    expect(rowsWithText.length).toBeGreaterThan(25 * 13);
    expect(Math.max(...rowsWithText)).toBeLessThan(44 + 900);
  });

  it('lays attention over the slice where it is strong', async () => {
    const map = { height: 13, width: 15, step: [4, 4] as const, image: new Float32Array(13 * 15) };
    map.image[3 * 15 + 5] = 1;
    const [plain, hot] = await Promise.all([
      labelPicture(slab, []).then(pixelsOf),
      labelPicture(slab, [], { attention: map }).then(pixelsOf),
    ]);
    const centre = [5.5 * 4 * 9, 44 + 3.5 * 4 * 18] as const;
    expect(far(hot.at(...centre), plain.at(...centre))).toBeGreaterThan(30);
    expect(hot.at(500, 800)).toEqual(plain.at(500, 800));
  });

  it('turns attention along with a slab of the reference frame', async () => {
    const reference = sagittalSlab(volume, 1, 1, 'reference');
    const map = { height: 15, width: 13, step: [4, 4] as const, image: new Float32Array(13 * 15) };
    // Front and top of the picture: last row (anterior), near the last column (superior) of 60 x 50 pixels.
    map.image[13 * 13 + 11] = 1;
    const [plain, hot] = await Promise.all([
      labelPicture(reference, []).then(pixelsOf),
      labelPicture(reference, [], { attention: map }).then(pixelsOf),
    ]);
    const [column, row] = [60 - 13.5 * 4, 50 - 11.5 * 4];
    const centre = [column * 9, 44 + row * 18] as const;
    expect(far(hot.at(...centre), plain.at(...centre))).toBeGreaterThan(30);
    expect(hot.at(400, 600)).toEqual(plain.at(400, 600));
  });
});
