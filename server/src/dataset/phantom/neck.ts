import { add, between, ellipse, interpolate, openSpline, type Point, point, ribbon } from './polygon.js';
import type { Random } from './random.js';
import type { Spine } from './spine.js';
import { type Drawing, narrowing } from './tissue.js';

/** Heights in mm below C2/C3 of what the level could be guessed from; drawn independently of each other. */
export interface Landmarks {
  readonly chin: number;
  readonly larynx: number;
  readonly oesophagus: number;
}

export const sampleLandmarks = (random: Random): Landmarks => ({
  chin: random.uniform(12, 65),
  larynx: random.uniform(25, 72),
  oesophagus: random.uniform(32, 75),
});

/** Skin and muscle outlines of neck and trunk, front and back, from the head down. */
export interface NeckOutline {
  readonly skin: Point[];
  readonly muscle: Point[];
  readonly frontSkin: Point[];
  readonly backSkin: Point[];
  readonly backFat: number;
}

const arcsDown = [-62, -40, -14, 15, 45, 75, 105, 135, 170, 210, 260, 330, 410, 520];

export function sampleNeckOutline(
  spine: Spine,
  landmarks: Landmarks,
  spinousReach: (arc: number) => number,
  random: Random,
  lateral: number,
): NeckOutline {
  const backFat = random.uniform(2.5, 14);
  const frontFat = random.uniform(1.5, 8);
  const muscle = random.uniform(1, 12);
  const nape = random.uniform(34, 54);
  const front = random.uniform(42, 68);
  const notch = random.uniform(125, 190);
  const chest = random.uniform(0.5, 1.1);
  const slim = 0.6 + 0.4 * narrowing(lateral, 65);
  const back = arcsDown.map((arc) => {
    const deep = Math.max(
      spinousReach(arc) + muscle,
      interpolate([-35, 40, 100, 150], [nape, nape * 0.95, nape * 0.8, 0], arc),
    );
    // The upper end runs into the head, so that the nape is smooth.
    const tuck = interpolate([-62, -40, -14], [0.3, 0.8, 1], arc);
    return spine.at(arc, (deep * slim + backFat) * tuck + random.normal(0, 1.5));
  });
  const depth = (arc: number): number => interpolate([0, 100, 300], [15, 18, 30], arc);
  const chinArc = landmarks.chin + random.uniform(-6, 10);
  const wall = (arc: number): number => {
    const neck = front + 10 * Math.exp(-(((arc - landmarks.larynx) / 12) ** 2));
    const trunk = Math.max(0, arc - notch + 30) * chest;
    const jaw = Math.max(0, chinArc - arc) * 0.7;
    // The upper end runs into the head.
    const tuck = interpolate([chinArc - 30, chinArc - 5], [0.35, 1], arc);
    return depth(arc) + (Math.min(90, neck - 15 + jaw) + Math.min(110, trunk)) * slim * tuck;
  };
  const frontArcs = [chinArc - 32, chinArc - 12, ...arcsDown.filter((arc) => arc > chinArc + 5)];
  const frontLine = frontArcs.map((arc) => spine.at(arc, -wall(arc) + random.normal(0, 1)));
  const frontInner = frontArcs.map((arc, i) => add(frontLine[i], spineNormal(spine, arc), frontFat));
  const backInner = back.map((p, i) => add(p, spineNormal(spine, arcsDown[i]), -backFat));
  const smooth = (line: readonly Point[]): Point[] => openSpline(line, 5);
  const frontSkin = smooth(frontLine);
  const backSkin = smooth(back);
  return {
    skin: between(frontSkin, backSkin),
    muscle: between(smooth(frontInner), smooth(backInner)),
    frontSkin,
    backSkin,
    backFat,
  };
}

const spineNormal = (spine: Spine, arc: number): Point => {
  const a = spine.angle(arc);
  return point(Math.cos(a), -Math.sin(a));
};

/** Layers of muscle, fat and ligament between spinous processes and skin. */
export function drawPosteriorMuscles(
  drawing: Drawing,
  spine: Spine,
  random: Random,
  canalBack: number,
  spinousReach: (arc: number) => number,
  lateral: number,
): void {
  const streaks = random.integer(4, 24);
  drawBundles(drawing, spine, random.fork('bundles'), canalBack);
  for (let i = 0; i < streaks; i++) {
    const from = random.uniform(-30, 120);
    const length = random.uniform(25, 110);
    const start = canalBack + random.uniform(4, 34);
    const drift = random.normal(0, 8);
    const width = random.logUniform(0.6, 6);
    const tissue = (['fat', 'ligament', 'muscle', 'fat', 'soft'] as const)[random.integer(0, 4)];
    const line = [0, 0.25, 0.5, 0.75, 1].map((t) =>
      spine.at(from + length * t, start + drift * t + random.normal(0, 1)),
    );
    drawing.add(
      tissue,
      ribbon(openSpline(line, 3), (t) => width * Math.sin(Math.PI * (0.08 + 0.84 * t))),
      random.normal(0, 1.5),
    );
  }
  const interspinousFat = random.uniform(0, 1);
  spine.discs.slice(0, 14).forEach((d, k) => {
    const own = random.fork(`interspinous ${k}`);
    const reach = spinousReach(d.arc) - canalBack;
    const show = own.chance(interspinousFat);
    const tissue = own.chance(0.7) ? ('fat' as const) : ('ligament' as const);
    const down = own.uniform(3, 12);
    const size = own.uniform(0.8, 2.6);
    const t = own.uniform(0.3, 0.9);
    const deviate = own.normal();
    if (!show || Math.abs(lateral) > 6) return;
    const a = spine.at(d.arc + 2, canalBack + 2);
    const b = spine.at(d.arc + down, canalBack + Math.max(6, reach * t));
    drawing.add(
      tissue,
      ribbon([a, point((a.x + b.x) / 2, (a.y + b.y) / 2 + 1), b], () => size),
      deviate,
    );
  });
}

/** Muscle bundles and fat lobules between them, which make the back of the neck look mottled. */
function drawBundles(drawing: Drawing, spine: Spine, random: Random, canalBack: number): void {
  const count = random.integer(0, 28);
  const fatty = random.uniform(0, 0.6);
  for (let i = 0; i < count; i++) {
    const arc = random.uniform(-35, 200);
    const centre = spine.at(arc, canalBack + random.uniform(2, 40));
    const tissue = random.chance(fatty)
      ? ('fat' as const)
      : random.chance(0.7)
        ? ('muscle' as const)
        : ('soft' as const);
    const turn = -spine.angle(arc) + random.normal(0, 0.4);
    const points = ellipse(centre, random.uniform(1, 7), random.uniform(3, 18), turn, 14);
    drawing.add(tissue, points, random.normal(0, 2.5));
  }
}
