import { add, ellipse, interpolate, mixPoints, offset, type Point, point, rounded } from './polygon.js';
import type { Random } from './random.js';
import type { Spine, SpineDisc } from './spine.js';
import { type Drawing, narrowing } from './tissue.js';

/** Half the width of a vertebral body at a level, left to right. */
const bodyHalfWidth = (k: number): number => interpolate([0, 6, 12, 20], [12, 15, 17, 24], k);

/** A disc seen `lateral` mm off the midline: the edges recede towards the side. */
function recede(disc: SpineDisc, k: number, lateral: number): SpineDisc | null {
  const left = narrowing(lateral, bodyHalfWidth(k));
  if (left < 0.25) return null;
  const back = disc.depth * (1 - left) * 0.3;
  return {
    ...disc,
    posterior: add(disc.posterior, disc.forward, back),
    depth: disc.depth * (1 - (1 - left) * 0.9),
  };
}

interface Edges {
  readonly posterior: Point;
  readonly anterior: Point;
}

const upperEdge = (d: SpineDisc): Edges => ({
  posterior: add(d.posterior, d.up, d.halfPosterior),
  anterior: add(add(d.posterior, d.forward, d.depth), d.up, d.halfAnterior),
});

const lowerEdge = (d: SpineDisc): Edges => ({
  posterior: add(d.posterior, d.up, -d.halfPosterior),
  anterior: add(add(d.posterior, d.forward, d.depth), d.up, -d.halfAnterior),
});

/** Body between two end plates, with hollow walls and end plates. */
function bodyOutline(
  top: Edges,
  bottom: Edges,
  waist: { front: number; back: number; plate: number },
): Point[] {
  const side = (a: Point, b: Point, towards: Point, depth: number): Point => {
    const m = mixPoints(a, b, 0.5);
    const length = Math.hypot(towards.x - m.x, towards.y - m.y) || 1;
    return mixPoints(m, towards, depth / length);
  };
  const centre = mixPoints(
    mixPoints(top.posterior, bottom.anterior, 0.5),
    mixPoints(top.anterior, bottom.posterior, 0.5),
    0.5,
  );
  const wall = (a: Point, b: Point, hollow: number): Point[] => {
    const m = side(a, b, centre, hollow);
    return [mixPoints(mixPoints(a, b, 0.2), m, 0.4), m, mixPoints(mixPoints(a, b, 0.8), m, 0.4)];
  };
  return rounded(
    [
      top.posterior,
      ...wall(top.posterior, top.anterior, waist.plate),
      top.anterior,
      ...wall(top.anterior, bottom.anterior, waist.front),
      bottom.anterior,
      ...wall(bottom.anterior, bottom.posterior, waist.plate),
      bottom.posterior,
      ...wall(bottom.posterior, top.posterior, waist.back),
    ],
    1,
    0.22,
  );
}

function discOutline(d: SpineDisc, frontBulge: number): Point[] {
  const a = upperEdge(d);
  const b = lowerEdge(d);
  const back = add(d.posterior, d.forward, -d.bulge);
  const front = add(d.posterior, d.forward, d.depth + frontBulge);
  const middle = (t: number): Point => add(d.posterior, d.forward, d.depth * t);
  const swell = 1.12;
  const half = (d.halfPosterior + d.halfAnterior) / 2;
  return rounded(
    [
      a.posterior,
      add(middle(0.5), d.up, half * swell),
      a.anterior,
      front,
      b.anterior,
      add(middle(0.5), d.up, -half * swell),
      b.posterior,
      back,
    ],
    1,
    0.12,
  );
}

/** Draws discs and the bodies C3 and below. */
export function drawVertebrae(drawing: Drawing, spine: Spine, random: Random, lateral: number): void {
  const cortex = random.uniform(0.8, 1.7);
  const waist = {
    front: random.uniform(0, 1.6),
    back: random.uniform(0, 1.2),
    plate: random.uniform(-0.1, 0.8),
  };
  const hasNucleus = random.chance(0.5);
  const vein = random.chance(0.5) ? random.uniform(2, 5) : 0;
  const discs = spine.discs.map((d, k) => recede(d, k, lateral));
  spine.discs.forEach((_, k) => {
    const own = random.fork(`disc ${k}`);
    const d = discs[k];
    if (!d) return;
    const outline = discOutline(d, own.uniform(0, 1.2));
    const deviate = own.normal();
    drawing.add('annulus', outline, deviate);
    const inner: SpineDisc = hasNucleus
      ? { ...d, posterior: add(d.posterior, d.forward, d.depth * 0.16), depth: d.depth * 0.68, bulge: 0 }
      : { ...d, posterior: add(d.posterior, d.forward, 0.4), depth: d.depth - 0.8 };
    drawing.add('disc', discOutline(inner, 0), deviate);
  });
  for (let k = 1; k < discs.length; k++) {
    const own = random.fork(`body ${k}`);
    const upper = discs[k - 1];
    const lower = discs[k];
    const deviate = own.normal();
    const veinHeight = own.uniform(0.42, 0.58);
    const veinSign = own.normal(1, 1.5);
    const lipping = Math.max(0, own.normal(-0.8, 1.1));
    if (!upper || !lower) continue;
    const top = lowerEdge(upper);
    const bottom = upperEdge(lower);
    // Osteophytes: the front corners of neighbouring bodies grow lips.
    const lip = (e: Edges, f: Point): Edges => ({ ...e, anterior: add(e.anterior, f, lipping) });
    const outline = bodyOutline(lip(top, upper.forward), lip(bottom, lower.forward), waist);
    drawing.add('cortical', outline);
    drawing.add('marrow', offset(outline, -cortex), deviate);
    if (vein > 0 && Math.abs(lateral) < 3) {
      const m = mixPoints(top.posterior, bottom.posterior, veinHeight);
      const tip = add(m, upper.forward, vein);
      drawing.add('marrow', [add(m, upper.up, 1.3), tip, add(m, upper.up, -1.3)], deviate + veinSign * 2);
    }
  }
}

/** C2 with its dens, C1's arches, and what may be seen in them: what varies most, and decides the count. */
export function drawAxisAndAtlas(
  drawing: Drawing,
  spine: Spine,
  random: Random,
  tip: number,
  canalWidth: number,
  lateral: number,
): void {
  const cortex = random.uniform(0.8, 1.7);
  const densDepth = random.uniform(9, 12) * Math.sqrt(spine.size);
  const disc = spine.discs[0];
  const bottom = upperEdge(disc);
  const deviate = random.normal();
  const waistArc = -tip * random.uniform(0.38, 0.52);
  const lean = random.normal(0, 1.5);
  const back = random.uniform(-0.5, 1);
  const front = (arc: number, depth: number): Point => spine.at(arc, -depth - back);
  const shoulder = random.uniform(0.5, 0.8);
  const outline = rounded(
    [
      bottom.posterior,
      spine.at(-tip * 0.25, -back),
      spine.at(waistArc, -back),
      spine.at(-tip * 0.8, -back + lean * 0.6),
      spine.at(-tip * 0.97, -back - densDepth * 0.15 + lean),
      spine.at(-tip, -back - densDepth * 0.5 + lean),
      front(-tip * 0.95, densDepth * 0.88 - lean),
      front(-tip * 0.78, densDepth - lean),
      front(waistArc, densDepth * 0.93),
      front(waistArc * shoulder, (densDepth + disc.depth) / 2),
      front(-tip * 0.16, disc.depth * 0.98),
      bottom.anterior,
      mixPoints(bottom.anterior, bottom.posterior, 0.5),
    ],
    2,
  );
  const fade = narrowing(lateral, 13);
  const densFade = narrowing(lateral, 6.5);
  const separate = random.chance(0.6);
  const densDeviate = random.normal(0, 2);
  const bands = random.integer(0, 2);
  const blobs = random.integer(0, 2);
  const details = random.fork('details');
  drawAtlas(drawing, spine, random.fork('atlas'), { tip, densDepth, back, canalWidth, lateral, cortex });
  if (fade < 0.3) return;
  const seen = densFade > 0.2 ? outline : outline.filter((p) => p.y > spine.at(waistArc).y);
  drawing.add('cortical', seen);
  drawing.add('marrow', offset(seen, -cortex), deviate);
  if (densFade <= 0.2) return;
  if (separate) {
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
    drawing.add('marrow', offset(dens, -random.uniform(0, 0.6)), densDeviate);
  }
  for (let i = 0; i < bands; i++) {
    const arc = -details.uniform(6, 19);
    const half = details.uniform(0.5, 2.2);
    const tissue = (['cortical', 'disc', 'marrow'] as const)[details.integer(0, 2)];
    const span = details.uniform(0.55, 1);
    const slope = details.normal(0, 0.12);
    const depth = arc < waistArc ? densDepth : disc.depth * 0.9;
    drawing.add(
      tissue,
      rounded(
        [
          spine.at(arc - half, -back - cortex),
          spine.at(arc - half + slope * depth, -back - depth * span),
          spine.at(arc + half + slope * depth, -back - depth * span),
          spine.at(arc + half, -back - cortex),
        ],
        1,
      ),
      details.normal(0, 1.5),
    );
  }
  for (let i = 0; i < blobs; i++) {
    const tissue = (['cortical', 'disc', 'marrow', 'fat'] as const)[details.integer(0, 3)];
    const centre = spine.at(-details.uniform(3, tip - 3), -back - densDepth * details.uniform(0.2, 0.8));
    drawing.add(
      tissue,
      ellipse(centre, details.uniform(1, 3.5), details.uniform(1, 3), details.uniform(0, 3)),
      details.normal(),
    );
  }
}

interface AtlasPlace {
  readonly tip: number;
  readonly densDepth: number;
  readonly back: number;
  readonly canalWidth: number;
  readonly lateral: number;
  readonly cortex: number;
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

/** Shared by the parts that run along the spine. */
export const steps = (from: number, to: number, step: number): number[] =>
  Array.from({ length: Math.max(2, Math.ceil((to - from) / step) + 1) }, (_, i) =>
    Math.min(to, from + i * step),
  );

export const origin = point(0, 0);
