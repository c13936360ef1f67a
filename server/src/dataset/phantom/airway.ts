import { between, ellipse, interpolate, type Point, ribbon } from './polygon.js';
import type { Landmarks } from './neck.js';
import type { Random } from './random.js';
import { arcsBetween, bodyDepth, type Spine } from './spine.js';
import { type Drawing, narrowing } from './tissue.js';

/** mm along the spine, in front of the bodies: the back wall of the airway and its width at an arc. */
interface Airway {
  behind(arc: number): number;
  wide(arc: number): number;
}

function sampleAirway(spine: Spine, landmarks: Landmarks, foramen: number, random: Random): Airway {
  const { larynx, oesophagus } = landmarks;
  const thin = random.uniform(2, 6);
  const thick = random.uniform(5, 15);
  const nasal = random.uniform(10, 22);
  const pharynx = random.uniform(4, 15);
  const trachea = random.uniform(8, 17);
  const depth = bodyDepth(spine);
  const wallArcs = [-foramen, -25, 10, oesophagus, oesophagus + 18, 300];
  const wall = [nasal * 0.7, thin + 6, thin, thin + 1.5, thick, thick + 5];
  const widthArcs = [
    -foramen * 0.95,
    -foramen * 0.6,
    -8,
    larynx - 14,
    larynx - 2,
    larynx + 3,
    larynx + 14,
    320,
  ];
  const widths = [2, nasal, pharynx, pharynx * 1.1, 5, 4, trachea, trachea];
  return {
    behind: (arc) => -depth(arc) - interpolate(wallArcs, wall, arc),
    wide: (arc) => interpolate(widthArcs, widths, arc),
  };
}

/** Prevertebral tissue, pharynx, larynx, trachea, oesophagus, hyoid. */
export function drawAirway(
  drawing: Drawing,
  spine: Spine,
  landmarks: Landmarks,
  foramen: number,
  random: Random,
  lateral: number,
): void {
  const { behind, wide } = sampleAirway(spine, landmarks, foramen, random.fork('sizes'));
  const depth = bodyDepth(spine);
  const fade = narrowing(lateral, 11);
  const arcs = arcsBetween(-foramen * 0.95, 240, 6);
  const line = (ahead: (arc: number) => number): Point[] => arcs.map((s) => spine.at(s, -ahead(s)));
  const backWall = line((s) => -behind(s));
  const prevertebral = between(
    backWall,
    line((s) => depth(s) - 1),
  );
  drawing.add('soft', prevertebral, random.normal());
  drawOesophagus(drawing, spine, landmarks.oesophagus, behind, random.fork('oesophagus'));
  if (fade < 0.2) return;
  const lining = between(
    line((s) => wide(s) * fade + 2.5 - behind(s)),
    backWall,
  );
  const lumen = between(
    line((s) => wide(s) * fade - behind(s)),
    line((s) => 0.6 - behind(s)),
  );
  drawing.add('soft', lining, random.normal());
  drawing.add(random.chance(0.9) ? 'air' : 'soft', lumen);
  drawLarynx(drawing, spine, landmarks.larynx, behind, random.fork('larynx'));
}

function drawOesophagus(
  drawing: Drawing,
  spine: Spine,
  from: number,
  behind: (arc: number) => number,
  random: Random,
): void {
  const depth = bodyDepth(spine);
  const width = random.uniform(4, 10);
  const line = arcsBetween(from, 330, 10).map((s) => spine.at(s, (behind(s) - depth(s)) / 2));
  const tube = ribbon(line, (t) => width * Math.min(1, 0.3 + t * 6));
  drawing.add(random.chance(0.6) ? 'muscle' : 'soft', tube, random.normal(0, 1.5));
}

function drawLarynx(
  drawing: Drawing,
  spine: Spine,
  larynx: number,
  behind: (arc: number) => number,
  random: Random,
): void {
  const at = (arc: number, ahead: number): Point => spine.at(arc, behind(arc) - ahead);
  const epiglottis = random.uniform(12, 24);
  drawing.add(
    'soft',
    ribbon(
      [at(larynx - 4, 10), at(larynx - epiglottis * 0.6, 8), at(larynx - epiglottis, random.uniform(3, 7))],
      (t) => 4 - 2 * t,
    ),
    random.normal(),
  );
  drawing.add(
    'cartilage',
    ellipse(at(larynx + 4, -1), random.uniform(2.5, 4.5), random.uniform(7, 13), -spine.angle(larynx)),
    random.normal(),
  );
  drawing.add(
    'cartilage',
    ribbon([at(larynx - 10, 18), at(larynx, 21), at(larynx + 9, 18)], () => random.uniform(2, 4)),
    random.normal(),
  );
  drawing.add(
    'fat',
    ellipse(at(larynx - 11, 15), random.uniform(2, 6), random.uniform(3, 8), 0.3),
    random.normal(),
  );
  drawing.add(
    'cartilage',
    ellipse(at(larynx - 20, 17), random.uniform(2, 4), random.uniform(3, 5)),
    random.normal(),
  );
}
