import { add, type Point, point, rounded } from '../polygon.js';
import { Drawing, narrowing, type Shape } from '../tissue.js';
import { drawVertebrae } from '../vertebrae.js';
import type { SpineDisc } from '../spine.js';
import { drawSacrum } from './sacrum.js';
import { showsSacrum, type Subject } from './subject.js';

/** Discs and bodies with what is worn or grown on them, and the sacrum below. */
export function drawBodies(drawing: Drawing, subject: Subject, lateral: number): void {
  const { spine, findings } = subject;
  const bodies = new Drawing();
  const seen = { ...spine, discs: spine.discs.slice(0, subject.vertebrae.length) };
  drawVertebrae(bodies, seen, subject.random.fork('vertebrae'), lateral);
  const worn = [...findings.degenerated.keys()].map((k) => spine.discs[k]);
  for (const shape of bodies.shapes) {
    const dark = shape.tissue === 'disc' && worn.some((disc) => liesIn(shape, disc));
    drawing.add(dark ? 'ligament' : shape.tissue, shape.points, shape.deviate, shape);
  }
  for (const k of findings.fused) drawBridge(drawing, spine.discs[k], lateral);
  for (const [k, reach] of findings.osteophytes) drawLips(drawing, spine.discs[k], reach, lateral);
  if (showsSacrum(subject)) drawSacrum(drawing, subject, lateral);
}

/** Half of a body's width grows from 10 mm in the neck to 24 mm in the loins. */
const halfWidth = (disc: SpineDisc): number => 10 + Math.min(14, (disc.value - 3) * 0.7);

/** Front and back of a disc beside the midline, mm before its posterior edge. */
function edges(disc: SpineDisc, lateral: number): { front: number; back: number } | null {
  const left = narrowing(lateral, halfWidth(disc));
  if (left < 0.25) return null;
  return { front: disc.depth * (1 - 0.6 * (1 - left)), back: disc.depth * 0.3 * (1 - left) };
}

function liesIn(shape: Shape, disc: SpineDisc): boolean {
  const sum = shape.points.reduce((s, p) => point(s.x + p.x, s.y + p.y), point(0, 0));
  const middle = add(disc.posterior, disc.forward, disc.depth / 2);
  const [x, y] = [sum.x / shape.points.length, sum.y / shape.points.length];
  return Math.hypot(x - middle.x, y - middle.y) < 6;
}

/** Bone through the disc; a line of it is left. */
function drawBridge(drawing: Drawing, disc: SpineDisc, lateral: number): void {
  const edge = edges(disc, lateral);
  if (!edge) return;
  const half = (disc.halfPosterior + disc.halfAnterior) / 2;
  const at = (ahead: number, up: number): Point => add(add(disc.posterior, disc.forward, ahead), disc.up, up);
  const block = (from: number, to: number, high: number): Point[] => [
    at(from, high),
    at(to, high),
    at(to, -high),
    at(from, -high),
  ];
  drawing.add('marrow', block(edge.back + 1.2, edge.front - 1.2, half + 1.8));
  drawing.add('cortical', block(edge.back + 2, edge.front * 0.6, 0.45));
}

/** Osteophytes: lips on the corners of both bodies, larger in front than towards the canal. */
function drawLips(drawing: Drawing, disc: SpineDisc, reach: number, lateral: number): void {
  const edge = edges(disc, lateral);
  if (!edge) return;
  for (const side of [1, -1]) {
    const at = (ahead: number, high: number): Point =>
      add(add(disc.posterior, disc.forward, ahead), disc.up, side * high);
    const lip = (base: number, out: number, half: number): void => {
      const outline = rounded(
        [
          at(base, half + 5),
          at(base + out, half + 0.8),
          at(base + out * 0.9, half * 0.3),
          at(base - out, half),
        ],
        1,
      );
      drawing.addBone(outline, 0.7);
    };
    lip(edge.front - 0.5, reach, disc.halfAnterior);
    lip(edge.back + 0.5, -reach * 0.45, disc.halfPosterior);
  }
}
