import { between, ellipse, openSpline, ribbon } from './polygon.js';
import type { Random } from './random.js';
import { arcsBetween, bodyDepth, type Spine } from './spine.js';
import type { Drawing } from './tissue.js';

/** Sternum, great vessels, heart and lung in front of the thoracic spine; muscles beside the airway. */
export function drawFrontOfTrunk(drawing: Drawing, spine: Spine, random: Random, lateral: number): void {
  const depth = bodyDepth(spine);
  const start = random.uniform(130, 190);
  const lungShows = random.chance(0.25) || Math.abs(lateral) > 22;
  const mediastinum = random.chance(0.6) ? ('fat' as const) : ('soft' as const);
  const arcs = arcsBetween(start, 480, 15);
  const reach = random.uniform(45, 90);
  drawing.add(
    mediastinum,
    between(
      arcs.map((s) => spine.at(s, -depth(s) - Math.min(reach, 12 + (s - start) * 0.9))),
      arcs.map((s) => spine.at(s, -depth(s) - 3)),
    ),
    random.normal(0, 1.2),
  );
  if (lungShows)
    drawing.add(
      'lung',
      between(
        arcs.map((s) => spine.at(s, -depth(s) - Math.min(reach, 10 + (s - start) * 0.8))),
        arcs.map((s) => spine.at(s, -depth(s) - 4)),
      ),
    );
  const blobs = random.integer(3, 9);
  for (let i = 0; i < blobs; i++) {
    const arc = start + random.uniform(0, 200);
    const centre = spine.at(arc, -depth(arc) - random.uniform(14, 70));
    const tissue = (['vessel', 'vessel', 'air', 'muscle', 'fat', 'lung'] as const)[random.integer(0, 5)];
    drawing.add(
      tissue,
      ellipse(centre, random.uniform(4, 22), random.uniform(4, 26), random.uniform(0, 3)),
      random.normal(),
    );
  }
  const muscles = random.integer(1, 5);
  for (let i = 0; i < muscles; i++) {
    const arc = random.uniform(20, 110);
    const ahead = random.uniform(24, 45);
    const tissue = (['fat', 'muscle', 'soft', 'vessel'] as const)[random.integer(0, 3)];
    const line = [0, 12, 26, 40].map((s) => spine.at(arc + s, -depth(arc) - ahead + random.normal(0, 2)));
    drawing.add(
      tissue,
      ribbon(openSpline(line, 3), (t) => random.uniform(2, 6) * Math.sin(Math.PI * (0.1 + 0.8 * t))),
      random.normal(),
    );
  }
  // The aorta's or a large vein's band along the spine.
  if (random.chance(0.5)) {
    const from = random.uniform(170, 260);
    const width = random.uniform(8, 20);
    const gap = random.uniform(3, 20);
    drawing.add(
      'vessel',
      ribbon(
        arcsBetween(from, 480, 20).map((s) => spine.at(s, -depth(s) - gap - width / 2)),
        () => width,
      ),
      random.normal(),
    );
  }
}
