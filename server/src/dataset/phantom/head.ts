import { closedSpline, ellipse, offset, openSpline, placed, type Point, point, ribbon } from './polygon.js';
import type { Random } from './random.js';
import { type Drawing, narrowing } from './tissue.js';

/** The head's own frame: origin in the foramen magnum, x posterior, y inferior, mm. */
export interface Head {
  /** From the head's frame into the drawing. */
  place(points: readonly Point[]): Point[];
  /** Outline of the skin. */
  readonly outline: readonly Point[];
  /** Centre line of the brainstem from the pons down to the foramen magnum, already placed. */
  readonly brainstem: readonly Point[];
  readonly cavity: readonly Point[];
  readonly layers: { csf: number; marrow: number; scalp: number; table: number };
  readonly faceStretch: number;
}

const vault: readonly [number, number][] = [
  [56, -22],
  [70, -48],
  [70, -78],
  [59, -107],
  [36, -130],
  [0, -143],
  [-40, -143],
  [-78, -130],
  [-104, -105],
  [-116, -76],
  [-117, -48],
];
const face: readonly [number, number][] = [
  [-113, -28],
  [-136, 2],
  [-122, 16],
  [-124, 38],
  [-114, 62],
  [-104, 80],
  [-80, 80],
  [-40, 62],
  [20, 40],
  [44, 12],
];
const skullBase: readonly [number, number][] = [
  [-104, -40],
  [-80, -33],
  [-56, -36],
  [-46, -31],
  [-38, -36],
  [-26, -16],
  [-14, 0],
  [2, 8],
  [16, 2],
  [24, -8],
];
const faceTemplateChin = 78;

export function sampleHead(random: Random, foramen: Point, chinBelow: number, neckAngle: number): Head {
  const angle = random.normal(0, 9) * (Math.PI / 180) + neckAngle * random.uniform(0, 0.4);
  const scale = random.normal(1, 0.06);
  const sx = Math.max(0.8, scale * random.normal(1, 0.05));
  const sy = Math.max(0.8, scale * random.normal(1, 0.05));
  const faceStretch = Math.max(0.5, (chinBelow - foramen.y) / sy / faceTemplateChin);
  const layers = {
    csf: random.uniform(1.5, 5),
    marrow: random.uniform(2, 7),
    scalp: random.uniform(3, 9),
    table: random.uniform(0.8, 1.8),
  };
  const inset = layers.marrow + layers.scalp + 2 * layers.table;
  const jitter = (): Point => point(random.normal(0, 1.5), random.normal(0, 1.5));
  const vaultPoints = vault.map(([x, y]) => {
    const j = jitter();
    return point(x + j.x, y + j.y);
  });
  const facePoints = face.map(([x, y]) => {
    const j = jitter();
    return point(x + 2 * j.x, (y > 0 ? y * faceStretch : y) + j.y);
  });
  const inner = vaultPoints.map((p) => {
    const r = Math.hypot(p.x + 24, p.y + 70);
    return point(p.x - ((p.x + 24) / r) * inset, p.y - ((p.y + 70) / r) * inset);
  });
  const base = skullBase.map(([x, y]) => point(x + random.normal(0, 0.8), y + random.normal(0, 0.8)));
  const scaled = (points: readonly Point[]): Point[] => points.map((p) => point(p.x * sx, p.y * sy));
  const place = (points: readonly Point[]): Point[] => placed(scaled(points), foramen, angle);
  const cavity = closedSpline([...inner, ...base], 5);
  const outline = closedSpline([...vaultPoints, ...facePoints], 4);
  const brainstem = place([point(-24, -34), point(-19, -22), point(-11, -10), point(-4, -1)]);
  return { place, outline, cavity, brainstem, layers, faceStretch };
}

/** Skull, CSF, brain, cerebellum and brainstem (without the cord's ribbon, which comes with the canal). */
export function drawBrain(drawing: Drawing, head: Head, random: Random, lateral: number): void {
  const { layers, place, cavity } = head;
  const shrink = narrowing(lateral, 78);
  const centre = point(-24, -60);
  const narrow = (points: readonly Point[]): Point[] =>
    points.map((p) => point(centre.x + (p.x - centre.x) * shrink, centre.y + (p.y - centre.y) * shrink));
  const put = (
    tissue: Parameters<Drawing['add']>[0],
    points: readonly Point[],
    deviate = 0,
    extra = {},
  ): void => drawing.add(tissue, place(narrow(points)), deviate, extra);
  const cerebrumSulci = random.uniform(0.02, 0.24);
  const marrowDeviate = random.normal();
  put('cortical', offset(cavity, layers.marrow + 2 * layers.table));
  put('marrow', offset(cavity, layers.marrow + layers.table), marrowDeviate, { texture: 2 });
  put('cortical', offset(cavity, layers.table));
  put('csf', cavity);
  // Cerebrum: the vault's inside above the tentorium.
  const inside = offset(cavity, -layers.csf);
  const tentorium = (p: Point): number => -44 + 0.17 * p.x;
  const cerebrum = inside.map((p) => (p.x > -36 && p.y > tentorium(p) ? point(p.x, tentorium(p)) : p));
  put('grey', cerebrum, random.normal(0, 0.5), { sulci: cerebrumSulci });
  put('white', offset(cerebrum, -random.uniform(7, 14)), random.normal(0, 0.5), {
    sulci: cerebrumSulci * random.uniform(0.1, 0.7),
  });
  drawDeepBrain(put, random, lateral);
}

type Put = (
  tissue: Parameters<Drawing['add']>[0],
  points: readonly Point[],
  deviate?: number,
  extra?: object,
) => void;

function drawDeepBrain(put: Put, random: Random, lateral: number): void {
  const middle = narrowing(lateral, 14);
  const callosum = openSpline(
    [point(-62, -66), point(-66, -76), point(-52, -86), point(-28, -88), point(-6, -80), point(0, -70)],
    4,
  );
  const thickness = random.uniform(5, 10);
  const shift = point(random.normal(0, 3), random.normal(0, 3));
  const move = (points: readonly Point[]): Point[] => points.map((p) => point(p.x + shift.x, p.y + shift.y));
  const ventricle = random.uniform(4, 11);
  const thalamus = [random.uniform(9, 15), random.uniform(7, 11)];
  const foliaDeviate = random.normal(0, 0.6);
  const cerebellum = [random.uniform(15, 21), random.uniform(19, 26)];
  const cerebellumTilt = random.normal(0.1, 0.15);
  const arbor = random.integer(3, 6);
  const pons = [random.uniform(8.5, 12), random.uniform(11, 15)];
  const fourth = random.uniform(2, 5);
  const deviate = random.normal(0, 0.5);
  const cerebellumSulci = random.uniform(0.04, 0.2);
  const tonsil = random.uniform(3, 9);
  if (middle > 0.2) {
    put('csf', move(ellipse(point(-32, -76), 25, ventricle)), 0);
    put('grey', move(ellipse(point(-28, -66), thalamus[0], thalamus[1])), deviate);
    put('white', move(ribbon(callosum, (t) => thickness * (0.7 + 0.5 * Math.abs(2 * t - 1) ** 2))), deviate);
  }
  const fade = narrowing(lateral, 50);
  put('csf', ellipse(point(6, -32), 31 * fade, 29), 0);
  put('grey', ellipse(point(11, -36), cerebellum[0] * fade, cerebellum[1], cerebellumTilt), foliaDeviate, {
    sulci: cerebellumSulci,
  });
  put('grey', ellipse(point(6, -14), tonsil, tonsil * 1.2), foliaDeviate, { sulci: cerebellumSulci });
  for (let i = 0; i < arbor; i++) {
    const a = -2.2 + (i * 3.4) / (arbor - 1);
    const tip = point(11 + Math.cos(a) * cerebellum[0] * 0.85, -36 + Math.sin(a) * cerebellum[1] * 0.85);
    put(
      'white',
      ribbon(
        openSpline([point(0, -34), point((tip.x + 2) / 2, (tip.y - 36) / 2), tip], 3),
        (t) => 3.4 - 2 * t,
      ),
      deviate,
    );
  }
  if (middle < 0.2) return;
  put('csf', [point(-9, -44), point(0, -34), point(0, -28), point(-7, -18), point(-9 - fourth, -32)], 0);
  put('cord', ellipse(point(-19, -58), 8 * middle, 10, 0.4), deviate);
  put('cord', ellipse(point(-26, -33), pons[0] * middle, pons[1], -0.35), deviate);
}
