import { ellipse, mixPoints, offset, type Point, rounded } from './polygon.js';
import type { Random } from './random.js';
import type { Spine } from './spine.js';
import { type Drawing, narrowing } from './tissue.js';
import { upperEdge } from './vertebrae.js';

/** Where C2 is, and what its outline is made of. Arcs count from C2/C3, upwards negative. */
interface Axis {
  readonly tip: number;
  readonly waist: number;
  readonly cortex: number;
  /** mm in front of the posterior line at which its back wall lies. */
  readonly back: number;
  readonly densDepth: number;
  readonly bodyDepth: number;
  readonly lean: number;
  readonly deviate: number;
  /** A point of the front at an arc, `depth` mm before the back wall. */
  front(arc: number, depth: number): Point;
}

function sampleAxis(spine: Spine, random: Random, tip: number): Axis {
  const back = random.uniform(-0.5, 1);
  return {
    tip,
    waist: -tip * random.uniform(0.38, 0.52),
    cortex: random.uniform(0.8, 1.7),
    back,
    densDepth: random.uniform(9, 12) * Math.sqrt(spine.size),
    bodyDepth: spine.discs[0].depth,
    lean: random.normal(0, 1.5),
    deviate: random.normal(),
    front: (arc, depth) => spine.at(arc, -depth - back),
  };
}

/**
 * C2 with its dens, C1's arches, and what may be seen in them: what varies most, and decides the count.
 * @param tip mm from C2/C3 up to the tip of the dens
 */
export function drawAxisAndAtlas(
  drawing: Drawing,
  spine: Spine,
  random: Random,
  tip: number,
  canalWidth: number,
  lateral: number,
): void {
  const axis = sampleAxis(spine, random.fork('axis'), tip);
  const outline = axisOutline(spine, axis, random.uniform(0.5, 0.8));
  const separate = random.chance(0.6);
  drawAtlas(drawing, spine, random.fork('atlas'), { ...axis, canalWidth, lateral });
  if (narrowing(lateral, 13) < 0.3) return;
  const densShows = narrowing(lateral, 6.5) > 0.2;
  const seen = densShows ? outline : outline.filter((p) => p.y > spine.at(axis.waist).y);
  drawing.addBone(seen, axis.cortex, axis.deviate);
  if (!densShows) return;
  if (separate) drawDensMarrow(drawing, spine, axis, random.fork('dens'));
  drawBands(drawing, spine, axis, random.fork('bands'));
  drawBlobs(drawing, spine, axis, random.fork('blobs'));
}

function axisOutline(spine: Spine, axis: Axis, shoulder: number): Point[] {
  const { tip, waist, back, densDepth, bodyDepth, lean, front } = axis;
  const bottom = upperEdge(spine.discs[0]);
  return rounded(
    [
      bottom.posterior,
      spine.at(-tip * 0.25, -back),
      spine.at(waist, -back),
      spine.at(-tip * 0.8, -back + lean * 0.6),
      spine.at(-tip * 0.97, -back - densDepth * 0.15 + lean),
      spine.at(-tip, -back - densDepth * 0.5 + lean),
      front(-tip * 0.95, densDepth * 0.88 - lean),
      front(-tip * 0.78, densDepth - lean),
      front(waist, densDepth * 0.93),
      front(waist * shoulder, (densDepth + bodyDepth) / 2),
      front(-tip * 0.16, bodyDepth * 0.98),
      bottom.anterior,
      mixPoints(bottom.anterior, bottom.posterior, 0.5),
    ],
    2,
  );
}

/** Marrow of the dens apart from the body's, as the remnant of the disc between them leaves it. */
function drawDensMarrow(drawing: Drawing, spine: Spine, axis: Axis, random: Random): void {
  const { tip, back, cortex, lean, densDepth, front } = axis;
  const low = random.uniform(0.42, 0.6);
  const dens = rounded(
    [
      spine.at(-tip * low, -back - cortex),
      spine.at(-tip * 0.8, -back - cortex + lean * 0.6),
      spine.at(-tip + cortex, -back - densDepth * 0.5 + lean),
      front(-tip * 0.8, densDepth - cortex - lean),
      front(-tip * low, densDepth - cortex),
    ],
    2,
  );
  drawing.add('cortical', offset(dens, 0.7));
  drawing.add('marrow', offset(dens, -random.uniform(0, 0.6)), random.normal(0, 2));
}

/** Up to two bands across C2 that may look like a disc. */
function drawBands(drawing: Drawing, spine: Spine, axis: Axis, random: Random): void {
  const { waist, back, cortex, densDepth, bodyDepth } = axis;
  const count = random.integer(0, 2);
  for (let i = 0; i < count; i++) {
    const arc = -random.uniform(6, 19);
    const half = random.uniform(0.5, 2.2);
    const tissue = (['cortical', 'disc', 'marrow'] as const)[random.integer(0, 2)];
    const depth = arc < waist ? densDepth : bodyDepth * 0.9;
    const reach = -back - depth * random.uniform(0.55, 1);
    const rise = random.normal(0, 0.12) * depth;
    const corners = [
      spine.at(arc - half, -back - cortex),
      spine.at(arc - half + rise, reach),
      spine.at(arc + half + rise, reach),
      spine.at(arc + half, -back - cortex),
    ];
    drawing.add(tissue, rounded(corners, 1), random.normal(0, 1.5));
  }
}

/** Up to two spots: vessels, islands of bone or fat. */
function drawBlobs(drawing: Drawing, spine: Spine, axis: Axis, random: Random): void {
  const count = random.integer(0, 2);
  for (let i = 0; i < count; i++) {
    const tissue = (['cortical', 'disc', 'marrow', 'fat'] as const)[random.integer(0, 3)];
    const behind = -axis.back - axis.densDepth * random.uniform(0.2, 0.8);
    const centre = spine.at(-random.uniform(3, axis.tip - 3), behind);
    const outline = ellipse(centre, random.uniform(1, 3.5), random.uniform(1, 3), random.uniform(0, 3));
    drawing.add(tissue, outline, random.normal());
  }
}

interface AtlasPlace extends Axis {
  readonly canalWidth: number;
  readonly lateral: number;
}

/** Anterior and posterior arch of C1, the ligament behind the dens and the fat above it. */
function drawAtlas(drawing: Drawing, spine: Spine, random: Random, place: AtlasPlace): void {
  const { tip, densDepth, back, canalWidth, cortex } = place;
  const near = narrowing(place.lateral, 14);
  const tilt = -spine.angle(-tip) + random.normal(0, 0.15);
  const archHeight = random.uniform(0.6, 0.85);
  const gap = random.uniform(0.8, 2.5);
  const rx = random.uniform(2.6, 4.2);
  const ry = random.uniform(4, 6.5);
  const frontArch = spine.at(-tip * archHeight, -back - densDepth - gap - rx);
  const fat = random.chance(0.7);
  const fatCentre = spine.at(-tip - random.uniform(2, 4), -back - densDepth * random.uniform(0.3, 0.8));
  const fatSize = [random.uniform(2.5, 5), random.uniform(2, 4.5)];
  const deviate = random.normal();
  const ligament = random.uniform(1, 3);
  const behind = spine.at(-tip * random.uniform(0.62, 0.88), canalWidth + random.uniform(3, 7));
  const backSize = [random.uniform(2.5, 4.5), random.uniform(3, 5.5)];
  if (near < 0.2) return;
  if (fat) drawing.add('fat', ellipse(fatCentre, fatSize[0], fatSize[1], 0.3), deviate);
  drawing.add('cortical', ellipse(frontArch, rx, ry, tilt));
  drawing.add('marrow', ellipse(frontArch, Math.max(0.6, rx - cortex), ry - cortex, tilt), deviate);
  drawing.add('cortical', ellipse(behind, backSize[0], backSize[1], 0.3));
  drawing.add(
    'marrow',
    ellipse(behind, Math.max(0.6, backSize[0] - cortex), backSize[1] - cortex, 0.3),
    -deviate,
  );
  drawing.add('ligament', [
    spine.at(-tip * 0.5, -back),
    spine.at(-tip * 0.75, ligament * 0.8),
    spine.at(-tip - 3, ligament - densDepth * 0.2),
    spine.at(-tip - 6, -densDepth * 0.3),
    spine.at(-tip * 0.8, -back - 1),
  ]);
}
