import { add, interpolate, type Point, point } from './polygon.js';
import type { Random } from './random.js';

/** One disc of the drawn spine. */
export interface SpineDisc {
  /** 3 = C2/C3 … 25 = L5/S1. */
  readonly value: number;
  /** Arc length along the posterior line, mm below C2/C3. */
  readonly arc: number;
  /** Its posterior edge on the posterior line. */
  readonly posterior: Point;
  /** Unit vector from the posterior to the anterior edge. */
  readonly forward: Point;
  /** Unit vector upward across the disc. */
  readonly up: Point;
  readonly depth: number;
  /** Half thickness at the posterior and at the anterior edge. */
  readonly halfPosterior: number;
  readonly halfAnterior: number;
  readonly bulge: number;
  /** The point a rater marks: 0.9 mm behind the posterior edge plus half the bulge. */
  readonly target: Point;
}

/** The posterior line of the vertebral bodies with its discs. */
export interface Spine {
  readonly size: number;
  readonly discs: readonly SpineDisc[];
  /** Radians from vertical of the posterior line at an arc length; positive: backwards going down. */
  angle(arc: number): number;
  /** The point `behind` mm behind the posterior line (square to it) at an arc length. */
  at(arc: number, behind?: number): Point;
}

const levels = 23;
const gaps = [
  16.5, 16.2, 15.6, 15.6, 17, 19.2, 20.8, 21.5, 22.2, 22.8, 23.2, 23.6, 24, 24.4, 25, 25.6, 26.2, 26.8, 27.4,
  28, 28, 28,
];
const depthKnots = [0, 3, 7, 10, 14, 18, 22];
const depthValues = [14.5, 15.3, 17, 19.5, 24, 29, 31];
const tangentArcs = [0, 35, 65, 100, 140, 190, 250, 320, 400, 480];
const tangentDegrees = [2, 7, 13, 20, 23, 17, 6, -5, -12, 2];
/** Degrees by which lordosis turns the line back on from L2/L3, and at so many discs below it; S1 is steeper still. */
const lordosisDegrees = [0, 3, 10, 21, 32];
/** Thickness of discs on average, mm, where the way to the next is as in `gaps`. */
const thicknessLevels = [0, 8, 14, 20, 22];
const thicknessValues = [4, 4.8, 5.2, 8, 9];
/**
 * Of the way from one disc to the next, the most that a disc takes up. Bodies are far higher than discs (those of C3 to
 * C7 11 to 13 mm, Panjabi et al. 1991); were they not, nobody could tell light bands from dark ones.
 */
const thickest = 0.31;
const firstArc = -80;
/** At least; tall people's spines end lower. */
const lastArc = 620;
const radians = Math.PI / 180;

/** What lumbar lordosis adds to the tangent, in degrees; unlike the curves above it, it keeps to its levels. */
function sampleLordosis(random: Random, arcs: readonly number[]): (arc: number) => number {
  const strength = Math.max(0.2, random.normal(1, 0.35));
  const sacrum = arcs[levels - 1] + 35;
  const knots = [...arcs.slice(levels - 4), sacrum];
  const degrees = lordosisDegrees.map((d) => d * strength);
  return (arc) => interpolate(knots, degrees, arc);
}

/** Tangent of the posterior line per mm of arc, smoothed over 31 mm. */
function sampleAngles(random: Random, arcs: readonly number[]): Float64Array {
  const lordosis = sampleLordosis(random.fork('lordosis'), arcs);
  const stretch = random.uniform(0.75, 1.3);
  const global = random.normal(4, 7);
  const knots = tangentArcs.map((arc) => arc * stretch);
  const degrees = tangentDegrees.map((d) => d + random.normal(0, random.uniform(7, 9)) + global);
  const count = Math.max(lastArc, Math.ceil(arcs[levels - 1]) + 60) - firstArc + 1;
  const raw = Float64Array.from({ length: count }, (_, i) => {
    const arc = firstArc + i;
    return (interpolate(knots, degrees, arc) + lordosis(arc)) * radians;
  });
  const half = 15;
  return raw.map((_, i) => {
    let sum = 0;
    for (let k = -half; k <= half; k++) sum += raw[Math.max(0, Math.min(count - 1, i + k))];
    return sum / (2 * half + 1);
  });
}

/** Integrates the tangent from the origin in both directions. */
function integrate(angles: Float64Array): { x: Float64Array; y: Float64Array } {
  const x = new Float64Array(angles.length);
  const y = new Float64Array(angles.length);
  const zero = -firstArc;
  for (let i = zero + 1; i < angles.length; i++) {
    x[i] = x[i - 1] + Math.sin(angles[i - 1]);
    y[i] = y[i - 1] + Math.cos(angles[i - 1]);
  }
  for (let i = zero - 1; i >= 0; i--) {
    x[i] = x[i + 1] - Math.sin(angles[i]);
    y[i] = y[i + 1] - Math.cos(angles[i]);
  }
  return { x, y };
}

/** Arc lengths of the discs. Growth exponent, sizes and modulation are independent of each other. */
function sampleArcs(random: Random, size: number): number[] {
  const exponent = random.uniform(0.35, 1.6);
  const overall = random.normal(1, 0.09);
  const amplitude = random.uniform(0, 0.08);
  const phase = random.uniform(0, 2 * Math.PI);
  const period = random.uniform(4, 14);
  const arcs = [0];
  for (let k = 0; k + 1 < levels; k++) {
    const slow = Math.exp(amplitude * Math.sin(phase + (2 * Math.PI * k) / period));
    const gap = 16 * (gaps[k] / 16) ** exponent * size * overall * slow * random.normal(1, 0.05);
    arcs.push(arcs[k] + Math.max(9, gap));
  }
  return arcs;
}

/** Samples a spine: its curve, gaps, depths, discs, wedges and tilts. */
export function sampleSpine(random: Random): Spine {
  const size = Math.max(0.75, random.normal(1, 0.08));
  const arcs = sampleArcs(random.fork('gaps'), size);
  const angles = sampleAngles(random.fork('curve'), arcs);
  const line = integrate(angles);
  const index = (arc: number): number => Math.max(0, Math.min(angles.length - 1.001, arc - firstArc));
  const read = (values: Float64Array, arc: number): number => {
    const i = index(arc);
    const base = Math.floor(i);
    return values[base] + (i - base) * (values[base + 1] - values[base]);
  };
  const angle = (arc: number): number => read(angles, arc);
  const at = (arc: number, behind = 0): Point => {
    const a = angle(arc);
    return point(read(line.x, arc) + behind * Math.cos(a), read(line.y, arc) - behind * Math.sin(a));
  };
  const discs = sampleDiscs(random.fork('discs'), size, arcs, angle, at);
  return { size, discs, angle, at };
}

/** The way from a disc to the nearer of its neighbours. */
const closest = (arcs: readonly number[], k: number): number =>
  Math.min(arcs[k] - (arcs[k - 1] ?? -Infinity), (arcs[k + 1] ?? Infinity) - arcs[k]);
const usualArcs = gaps.reduce((arcs, gap) => [...arcs, arcs.at(-1)! + gap], [0]);

function sampleDiscs(
  random: Random,
  size: number,
  arcs: readonly number[],
  angle: Spine['angle'],
  at: Spine['at'],
): SpineDisc[] {
  const depthExponent = random.uniform(0.3, 1.5);
  const depthScale = Math.max(0.7, random.normal(1, 0.12)) * size;
  const thicknessScale = random.uniform(0.75, 1.3);
  const meanWedge = random.uniform(0, 0.3);
  const meanTilt = random.uniform(-2, 12) * radians;
  const tiltedLevels = random.uniform(3, 8);
  const meanBulge = random.uniform(0, 1);
  return arcs.map((arc, k) => {
    const typical = interpolate(depthKnots, depthValues, k);
    const depth = 15 * (typical / 15) ** depthExponent * depthScale * random.normal(1, 0.03);
    const room = closest(arcs, k);
    const usual = (interpolate(thicknessLevels, thicknessValues, k) / closest(usualArcs, k)) * room;
    const thickness = Math.max(1.8, usual * thicknessScale * random.normal(1, 0.15));
    const wedge = Math.max(-0.05, Math.min(0.35, meanWedge + random.normal(0, 0.07)));
    const bulge = Math.max(0, Math.min(1.6, meanBulge * random.uniform(0, 2) + random.normal(0, 0.15)));
    const half = Math.min(thickness, thickest * room) / 2;
    const tilt = meanTilt * Math.max(0, 1 - k / tiltedLevels) + random.normal(0, 1.5) * radians;
    const posterior = at(arc);
    const slope = angle(arc) + tilt;
    const forward = point(-Math.cos(slope), Math.sin(slope));
    return {
      value: k + 3,
      arc,
      posterior,
      forward,
      up: point(-Math.sin(slope), -Math.cos(slope)),
      depth,
      halfPosterior: half * (1 - wedge / 2),
      halfAnterior: half * (1 + wedge),
      bulge,
      target: add(posterior, forward, -(0.9 + bulge / 2)),
    };
  });
}

/** Depth of the vertebral column from the posterior line to its front, at any arc. */
export function bodyDepth(spine: Spine): (arc: number) => number {
  const arcs = [-35, ...spine.discs.map((d) => d.arc)];
  const depths = [13, ...spine.discs.map((d) => d.depth)];
  return (arc) => interpolate(arcs, depths, arc);
}

/** Arc length at a level, counted from 0 = C2/C3, with fractions. */
export const arcAt = ({ discs }: Spine, level: number): number =>
  interpolate(
    discs.map((_, k) => k),
    discs.map(({ arc }) => arc),
    level,
  );

/** Arc lengths from `from` to `to`, both included. */
export const arcsBetween = (from: number, to: number, step: number): number[] =>
  Array.from({ length: Math.ceil((to - from) / step) + 1 }, (_, i) => Math.min(to, from + i * step));
