import { describe, expect, it } from 'vitest';
import type { Point } from '@disc-labeling/server/dataset/phantom/polygon';
import { Random } from '@disc-labeling/server/dataset/phantom/random';
import { sacrumOf } from '@disc-labeling/server/dataset/phantom/solid/sacrum';
import { drawSection } from '@disc-labeling/server/dataset/phantom/solid/section';
import { sampleSubject, type Subject } from '@disc-labeling/server/dataset/phantom/solid/subject';
import type { Shape } from '@disc-labeling/server/dataset/phantom/tissue';
import { sampleIntensities } from '@disc-labeling/server/dataset/phantom/weightings';

const subjects = Array.from({ length: 12 }, (_, i) => sampleSubject(new Random(`loins ${i}`)));

function covers({ points }: Shape, { x, y }: Point): boolean {
  let inside = false;
  points.forEach((a, i) => {
    const b = points[(i + 1) % points.length];
    if (a.y > y !== b.y > y && x < a.x + ((y - a.y) * (b.x - a.x)) / (b.y - a.y)) inside = !inside;
  });
  return inside;
}

/** What is seen at a point: later shapes cover earlier ones. */
const tissueAt = (shapes: readonly Shape[], at: Point): string | undefined =>
  shapes.findLast((shape) => covers(shape, at))?.tissue;

/** Tissues 12 mm behind the canal, every 2 mm from L1/L2 to L4/L5. */
function behindLoins({ spine, canalBack }: Subject, shapes: readonly Shape[]): (string | undefined)[] {
  const [from, to] = [spine.discs[18].arc, spine.discs[21].arc];
  return Array.from({ length: Math.floor((to - from) / 2) }, (_, i) =>
    tissueAt(shapes, spine.at(from + 2 * i, canalBack + 12)),
  );
}

describe('the loins of a spine', () => {
  it.each(subjects.map((subject, i) => [i, subject] as const))(
    'show spinous processes behind the canal, with gaps between them, in the midline only (%i)',
    (_, subject) => {
      const middle = behindLoins(subject, drawSection(subject, 0));
      const bones = middle.filter((tissue, i) => tissue === 'marrow' && middle[i - 1] !== 'marrow').length;
      expect(bones).toBeGreaterThanOrEqual(3);
      const share = middle.filter((tissue) => tissue === 'marrow').length / middle.length;
      expect(share).toBeGreaterThan(0.2);
      expect(share).toBeLessThan(0.85);
      expect(behindLoins(subject, drawSection(subject, 9))).not.toContain('marrow');
    },
  );

  it.each(subjects.map((subject, i) => [i, subject] as const))(
    'have a canal that goes on behind the sacrum, full of fat at its end (%i)',
    (_, subject) => {
      const { canal } = subject;
      const sacrum = sacrumOf(subject);
      const shapes = drawSection(subject, 0);
      expect(tissueAt(shapes, sacrum.at(14, -9))).toBe('marrow');
      const middle = canal.posteriorLigament + canal.width * 0.4;
      expect(['csf', 'fat']).toContain(tissueAt(shapes, sacrum.at(12, middle)));
      expect(tissueAt(shapes, sacrum.at(70, canal.posteriorLigament + canal.width * 0.15))).toBe('fat');
    },
  );
});

describe('the marrow of a T1w picture', () => {
  const darker = (dark?: { share: number; least: number }): number =>
    Array.from({ length: 200 }, (_, i) => sampleIntensities(new Random(`marrow ${i}`), 'T1w', dark)).filter(
      ({ disc, marrow }) => disc < marrow,
    ).length;

  it('is brighter than discs as often as asked for, seldom where nothing is', () => {
    expect(darker()).toBeLessThan(60);
    expect(darker({ share: 0.6, least: 0.35 })).toBeGreaterThan(90);
  });
});
