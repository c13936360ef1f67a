import { interpolate } from '../polygon.js';
import type { Random } from '../random.js';
import { arcsBetween } from '../spine.js';
import type { View } from '../view.js';
import { sidewaysAt } from './findings.js';
import type { Subject } from './subject.js';

/** Where a person's midline lies in a volume: mm to the right of its middle, by row and column of the slices. */
export interface Midline {
  at(row: number, column: number): number;
  /** The outermost places. */
  readonly least: number;
  readonly most: number;
}

/** Nobody lies exactly in the middle, straight and without a turn; scoliosis comes on top. */
export function sampleMidline(random: Random, subject: Subject, view: View): Midline {
  const offset = random.uniform(-4, 4);
  const roll = Math.max(-0.03, Math.min(0.03, random.normal(0, 0.012)));
  const yaw = Math.max(-0.03, Math.min(0.03, random.normal(0, 0.012)));
  const { spine, findings } = subject;
  const arcs = arcsBetween(-40, 600, 5);
  const rows = arcs.map((arc) => view.project(spine.at(arc)).y);
  const sideways = arcs.map((arc) => sidewaysAt(findings, arc));
  const c2c3 = view.project(spine.at(0));
  const line = Float32Array.from(
    { length: view.height },
    (_, row) => offset + roll * (row - c2c3.y) * view.spacing + interpolate(rows, sideways, row),
  );
  const turn = yaw * view.spacing;
  const at = (row: number, column: number): number => {
    const r = Math.max(0, Math.min(view.height - 1, Math.round(row)));
    return line[r] + turn * (column - c2c3.x);
  };
  const turns = [-c2c3.x * turn, (view.width - 1 - c2c3.x) * turn];
  return {
    at,
    least: Math.min(...line) + Math.min(...turns),
    most: Math.max(...line) + Math.max(...turns),
  };
}
