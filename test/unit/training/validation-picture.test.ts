import { createCanvas, loadImage } from '@napi-rs/canvas';
import { gaussianTargets } from '@disc-labeling/server/dataset/targets';
import { validationPicture } from '@disc-labeling/server/training/validation-picture';
import { expect, it } from 'vitest';

it('shows each map over its image, targets above predictions', async () => {
  const grid = { height: 64, width: 64, stride: 4, values: [3, null], anyDisc: 1 };
  const disc = (row: number, column: number) =>
    gaussianTargets([[{ value: 3, row, column }], []], grid, 6).targets;
  const samples = {
    images: { data: new Float32Array(2 * 64 * 64).fill(0), shape: [2, 1, 64, 64] as const },
    discs: [[], []],
    spacing: [1, 1],
  };
  const png = await validationPicture(samples, disc(15.5, 15.5), disc(47.5, 47.5), grid);
  const image = await loadImage(Buffer.from(png));
  expect([image.width, image.height]).toEqual([512, 2 * 282]);
  const context = createCanvas(512, 564).getContext('2d');
  context.drawImage(image, 0, 0);
  const colorful = (x: number, y: number) => {
    const [r, g, b] = context.getImageData(x, y, 1, 1).data;
    return Math.max(r!, g!, b!) - Math.min(r!, g!, b!) > 60;
  };
  // Input pixel 15.5 is canvas pixel 64 of a tile, 47.5 is 192; a strip of 26 lies above each row.
  expect(colorful(64, 26 + 64)).toBe(true);
  expect(colorful(192, 26 + 192)).toBe(false);
  expect(colorful(192, 282 + 26 + 192)).toBe(true);
  expect(colorful(64, 282 + 26 + 64)).toBe(false);
  expect(colorful(256 + 64, 26 + 64)).toBe(false);
});
