import { drawPhantom } from '@disc-labeling/server/dataset/phantom/draw';
import { sampleWindow } from '@disc-labeling/server/dataset/phantom/cutting';
import { Random } from '@disc-labeling/server/dataset/phantom/random';
import { describe, expect, it } from 'vitest';

describe('a window', () => {
  it('is of some centimetres about a point, and within the frame', () => {
    const frame = { width: 256, height: 320, spacing: 1.25 };
    for (let n = 0; n < 60; n++) {
      const random = new Random(`${n}`);
      const at = { x: random.uniform(0, 255), y: random.uniform(0, 319) };
      const { top, bottom, left, right } = sampleWindow(random, frame, at);
      expect(Math.min(top, bottom, left, right)).toBeGreaterThanOrEqual(0);
      const [height, width] = [frame.height - top - bottom, frame.width - left - right];
      expect(Math.max(height, width) * frame.spacing).toBeLessThan(155);
      expect(at.y).toBeGreaterThanOrEqual(top);
      expect(at.y).toBeLessThanOrEqual(frame.height - bottom);
      expect(at.x).toBeGreaterThanOrEqual(left);
      expect(at.x).toBeLessThanOrEqual(frame.width - right);
    }
  });

  it('is all that is left of a picture, with some of its discs in it', () => {
    for (let n = 0; n < 12; n++) {
      const { image, discs, outside, spacing, width } = drawPhantom(`window ${n}`, { windows: 1 });
      const rows = Array.from(image.keys())
        .filter((i) => image[i] > 0)
        .map((i) => Math.floor(i / width));
      expect((rows.at(-1)! - rows[0]) * spacing).toBeLessThan(155);
      expect(discs.length).toBeGreaterThan(0);
      expect(discs.length + outside.length).toBe(23);
    }
  });

  it('is none where none is asked for', () => {
    expect(drawPhantom('window 0', { windows: 0 })).toEqual(drawPhantom('window 0'));
  });
});
