import { add, interpolate, mixPoints, offset, type Point, rounded } from './polygon.js';
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

export const upperEdge = (d: SpineDisc): Edges => ({
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

/** Of the height of a body, the most that one of its end plates takes up. */
const thickestPlate = 0.09;

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
    const height = lower.arc - upper.arc - upper.halfPosterior - lower.halfPosterior;
    drawing.add('marrow', offset(outline, -Math.min(cortex, thickestPlate * height)), deviate);
    if (vein > 0 && Math.abs(lateral) < 3) {
      const m = mixPoints(top.posterior, bottom.posterior, veinHeight);
      const tip = add(m, upper.forward, vein);
      drawing.add('marrow', [add(m, upper.up, 1.3), tip, add(m, upper.up, -1.3)], deviate + veinSign * 2);
    }
  }
}
