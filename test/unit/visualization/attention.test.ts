import { attentionOnSlab } from '@disc-labeling/server/labeling/overlays';
import { prepareSlab } from '@disc-labeling/server/labeling/preprocess';
import type { Reading } from '@disc-labeling/server/labeling/reading';
import { findSample, slabOf } from '@disc-labeling/server/visualization/attention';
import {
  attentionColor,
  attentionPicture,
  defaultThreshold,
  scaleOf,
  type AttentionPicture,
} from '@disc-labeling/server/pictures/attention';
import { jetColor } from '@disc-labeling/server/pictures/colors';
import { describe, expect, it } from 'vitest';
import { pixelsOf } from '../../support/pixels.js';

/** 200 mm tall, 100 mm wide, pixels of 1 x 0.5 mm. */
const picture = {
  height: 200,
  width: 200,
  image: Float32Array.from({ length: 40_000 }, (_, n) => (n % 7) / 7),
};
const spacing = [1, 0.5] as const;

function scene(change: Partial<AttentionPicture> = {}): AttentionPicture {
  const attention = { height: 50, width: 25, image: new Float32Array(50 * 25).fill(0.1) };
  attention.image[10 * 25 + 5] = 0.9;
  return {
    title: 'a',
    footnote: 'b',
    slice: { picture, spacing },
    discs: [{ value: 3, row: 40, column: 50, channel: null }],
    targets: null,
    attention,
    place: { row: 0, column: 0, height: 200, width: 200 },
    style: 'own',
    threshold: defaultThreshold,
    ...change,
  };
}

describe('the attention picture', () => {
  // 640 pixels tall at 3.2 a mm, 320 wide; margin 18, head 84, names 92, gap 22.
  const attentionLeft = 18 + 320 + 22 + (320 + 92) + 22;

  it('stands side by side at the true aspect ratio, with one more panel for targets', async () => {
    const plain = await pixelsOf(await attentionPicture(scene()));
    expect(plain.height).toBe(84 + 640 + 64);
    expect(plain.width).toBe(36 + 3 * (320 + 22) + 92 + 96);
    const more = await pixelsOf(await attentionPicture(scene({ targets: [] })));
    expect(more.width - plain.width).toBe(320 + 92 + 22);
  });

  it('shows the map where it belongs, and nothing elsewhere', async () => {
    const hot = await pixelsOf(await attentionPicture(scene()));
    const cold = await pixelsOf(await attentionPicture(scene({ threshold: { kind: 'value', value: 0.95 } })));
    const changed: [number, number][] = [];
    for (let y = 84; y < 724; y += 2)
      for (let x = attentionLeft; x < attentionLeft + 320; x += 2)
        if (hot.at(x, y).join() !== cold.at(x, y).join()) changed.push([x - attentionLeft, y - 84]);
    const strongest = changed.filter(([x, y]) => {
      const [r, g, b] = hot.at(attentionLeft + x, 84 + y);
      return r! - b! > 30 && g! > 100;
    });
    expect(strongest.length).toBeGreaterThan(3);
    const mean = (n: 0 | 1) => strongest.reduce((sum, place) => sum + place[n], 0) / strongest.length;
    // Cell (10, 5) of 50 x 25 over 640 x 320 pixels.
    expect(mean(0)).toBeCloseTo(5.5 * 12.8, -1);
    expect(mean(1)).toBeCloseTo(10.5 * 12.8, -1);
  });

  it('says what its colours stand for', () => {
    const { attention } = scene();
    const own = scaleOf({ attention, style: 'own', threshold: { kind: 'share', share: 0.75 } });
    expect(own.low).toBeCloseTo(0.1);
    expect(own.high).toBeCloseTo(0.9);
    expect(own.explanation).toContain('strongest 25 %');
    const absolute = scaleOf({ attention, style: 'own', threshold: { kind: 'value', value: 0.95 } });
    expect(absolute.explanation).toContain('the highest value is 0.900');
    attention.image.fill(NaN);
    expect(scaleOf({ attention, style: 'own', threshold: defaultThreshold }).explanation).toContain(
      'nothing',
    );
  });

  it('has the colours of the reference where asked for', () => {
    expect(attentionColor(NaN, 'reference', { low: 0, high: 1, explanation: '' })).toEqual([0, 0, 128, 128]);
    expect(jetColor(1)).toEqual([128, 0, 0]);
    expect(jetColor(0.5)).toEqual([128, 255, 128]);
    expect(attentionColor(0.4, 'own', { low: 0.5, high: 1, explanation: '' })[3]).toBe(0);
  });
});

describe('attention on a slab', () => {
  const description = {
    input: { frame: 'picture', spacing: 1, normalization: 'minmax' },
    network: { inputChannels: 1 },
  } as never;
  const dark = { height: 128, width: 128, image: new Float32Array(128 * 128).fill(1) };
  for (let row = 0; row < 128; row++) dark.image.fill(0, row * 128 + 96, (row + 1) * 128);
  const slab = slabOf({ picture: dark, spacing: [1, 1] }, 'picture');
  const attention = { data: new Float32Array(32 * 32).fill(0.5), shape: [32, 32] };
  attention.data[0] = 0.95;
  const reading = { slab, prepared: prepareSlab(slab, description), attention } as unknown as Reading;

  it('leaves air out, unless it is to look as the reference', () => {
    const own = attentionOnSlab(reading)!;
    expect(own.image[64 * 128 + 10]).toBeCloseTo(0.5);
    expect(own.image[64 * 128 + 120]).toBeNaN();
    const reference = attentionOnSlab(reading, { floor: 208 / 255, air: true })!;
    expect(reference.image[0]).toBeCloseTo(0.95);
    expect(reference.image[64 * 128 + 120]).toBe(0);
  });

  it('a sample is a slab in either frame', () => {
    expect([...slab.image.subarray(90, 100)]).toEqual([...dark.image.subarray(90, 100)]);
    const turned = slabOf({ picture: { ...picture }, spacing }, 'reference');
    expect([turned.height, turned.width, ...turned.spacing]).toEqual([200, 200, 0.5, 1]);
    // Rows run from posterior to anterior, columns from inferior to superior.
    expect(turned.image[3 * 200 + 5]).toBe(picture.image[(199 - 5) * 200 + (199 - 3)]);
  });

  it('samples are found by number and by name', () => {
    const set = { folder: '/set', samples: [{ name: 'a' }, { name: 'b' }] } as never;
    expect(findSample(set, undefined).name).toBe('a');
    expect(findSample(set, '2').name).toBe('b');
    expect(findSample(set, 'b').name).toBe('b');
    expect(() => findSample(set, '3')).toThrow('give a number from 1 to 2, or a name such as a');
  });
});
