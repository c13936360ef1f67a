import {
  add,
  between,
  ellipse,
  interpolate,
  mixPoints,
  openSpline,
  type Point,
  point,
  ribbon,
  rounded,
} from './polygon.js';
import type { Random } from './random.js';
import { arcAt, arcsBetween, type Spine } from './spine.js';
import { type Drawing, narrowing } from './tissue.js';

/** Widths in mm, square to the posterior line, of what lies behind the bodies. */
export interface Canal {
  readonly width: number;
  readonly cord: number;
  readonly posteriorLigament: number;
  readonly anteriorLigament: number;
  readonly flavum: number;
  /** Where the cord lies between front (0) and back (1) of the canal. */
  readonly cordPlace: number;
}

export function sampleCanal(random: Random): Canal {
  return {
    width: random.uniform(12, 16.5),
    cord: random.uniform(6.2, 8.6) * random.uniform(0.85, 1.15),
    posteriorLigament: random.uniform(0.6, 1.8),
    anteriorLigament: random.uniform(0.8, 1.8),
    flavum: random.uniform(1, 3.2),
    cordPlace: random.uniform(0.12, 0.75),
  };
}

const lastArc = (spine: Spine): number => spine.discs[spine.discs.length - 1].arc + 30;

/** CSF, cord and the ligaments along the canal, from the foramen magnum down to an arc length. */
export function drawCanal(
  drawing: Drawing,
  spine: Spine,
  canal: Canal,
  random: Random,
  place: { foramen: number; brainstem: readonly Point[]; lateral: number; until?: number },
): void {
  const { foramen, brainstem, lateral, until = lastArc(spine) } = place;
  const wobble = random.uniform(0, 1.2);
  const phase = random.uniform(0, 6);
  const enlargement = random.uniform(0, 0.15);
  const epidural = random.chance(0.5) ? random.uniform(0.5, 3) : 0;
  const epiduralFrom = random.uniform(40, 140);
  const flare = random.uniform(2, 7);
  const flavumDeviate = random.normal();
  const upper = -foramen * 0.96;
  const shrink = narrowing(lateral, 12.5);
  if (shrink < 0.15) return;
  const mid = canal.posteriorLigament + canal.width / 2;
  const half = (arc: number): number =>
    (canal.width / 2 +
      interpolate([upper, -18, 5], [flare, flare * 0.35, 0], arc) / 2 +
      (wobble * Math.sin(phase + arc / 23)) / 2) *
    shrink;
  const centre = (arc: number): number =>
    mid + interpolate([upper, -18, 5], [flare, flare * 0.35, 0], arc) / 2;
  const arcs = arcsBetween(upper, until, 4);
  const front = arcs.map((s) => spine.at(s, centre(s) - half(s)));
  const back = arcs.map((s) => spine.at(s, centre(s) + half(s)));
  drawing.add(
    'ligament',
    between(
      front.map((p, i) => add(p, unit(p, back[i]), -canal.posteriorLigament * shrink)),
      back.map((p, i) => add(p, unit(front[i], p), canal.flavum)),
    ),
    flavumDeviate,
  );
  if (epidural > 0) {
    const from = arcs.findIndex((s) => s > epiduralFrom);
    if (from >= 0)
      drawing.add(
        'fat',
        between(
          back.slice(from).map((p, i) => add(p, unit(front[from + i], p), -0.3)),
          back.slice(from).map((p, i) => add(p, unit(front[from + i], p), epidural)),
        ),
      );
  }
  drawing.add('csf', between(front, back), random.normal(0, 0.5));
  drawCord(drawing, spine, canal, { random, enlargement, upper, brainstem, lateral });
}

function unit(a: Point, b: Point): Point {
  const length = Math.hypot(b.x - a.x, b.y - a.y) || 1;
  return point((b.x - a.x) / length, (b.y - a.y) / length);
}

interface CordPlace {
  readonly random: Random;
  readonly enlargement: number;
  readonly upper: number;
  readonly brainstem: readonly Point[];
  readonly lateral: number;
}

function drawCord(drawing: Drawing, spine: Spine, canal: Canal, place: CordPlace): void {
  const { random, enlargement, upper, brainstem, lateral } = place;
  // From the middle of T12 to low in L2, on average low in L1 (Saifuddin et al. 1998).
  const conus = arcAt(spine, random.uniform(16.6, 18.8));
  const drift = random.uniform(-0.35, 0.25);
  const deviate = random.normal(0, 0.5);
  const centralCanal = random.chance(0.25);
  const shrink = narrowing(lateral, 6.5);
  if (shrink < 0.15) return;
  const room = Math.max(0, canal.width - canal.cord);
  const arcs = arcsBetween(upper * 0.75, conus, 5);
  const behind = (arc: number): number => {
    const share = Math.max(0.08, Math.min(0.92, canal.cordPlace + (drift * arc) / 150));
    return canal.posteriorLigament + canal.cord / 2 + room * share;
  };
  const path = openSpline([...brainstem, ...arcs.map((s) => spine.at(s, behind(s)))], 2);
  const bend = brainstem.length / (brainstem.length + arcs.length);
  const width = (t: number): number => {
    const arc = ((t - bend) / (1 - bend)) * (conus - upper * 0.75) + upper * 0.75;
    const bulb = 1 + 0.55 * Math.max(0, Math.min(1, (bend - t) / Math.max(0.01, bend)));
    const cervical = 1 + enlargement * Math.exp(-(((arc - 45) / 30) ** 2));
    const end = Math.min(1, Math.max(0.05, (conus - arc) / 25));
    return canal.cord * bulb * cervical * (arc > 110 ? 0.92 : 1) * Math.sqrt(end) * shrink;
  };
  drawing.add('cord', ribbon(path, width), deviate);
  if (centralCanal && Math.abs(lateral) < 1.5) {
    const line = arcs.map((s) => spine.at(s, behind(s)));
    drawing.add(
      'grey',
      ribbon(line, () => canal.cord * 0.22),
      deviate,
    );
  }
}

/** Longitudinal ligaments; the anterior one runs over bodies and discs. */
export function drawLongitudinalLigaments(
  drawing: Drawing,
  spine: Spine,
  canal: Canal,
  lateral: number,
): void {
  if (Math.abs(lateral) > 9) return;
  const fronts: Point[] = [];
  spine.discs.forEach((d, k) => {
    if (k > 0) {
      const u = spine.discs[k - 1];
      fronts.push(
        add(
          mixPoints(add(u.posterior, u.forward, u.depth), add(d.posterior, d.forward, d.depth), 0.5),
          d.forward,
          0,
        ),
      );
    }
    fronts.push(add(d.posterior, d.forward, d.depth + canal.anteriorLigament * 0.4));
  });
  drawing.add(
    'ligament',
    ribbon(fronts, () => canal.anteriorLigament),
  );
}

const spinousLengths = [20, 14, 14, 15, 21, 29, 31, 31, 32, 32, 33, 33, 34];
/** The first vertebra, counted from 0 = C2, whose spinous process is not among these: T8. */
export const firstOfTrunk = spinousLengths.length;

export interface Spinous {
  readonly lengths: readonly number[];
  readonly processes: readonly { readonly outline: Point[]; readonly deviate: number }[];
  /** Of each process, mm thick. */
  readonly cortex: number;
}

/** Proportions of a spinous process. */
interface SpinousProcess {
  /** Arc length of the middle of its root, mm. */
  readonly arc: number;
  /** mm: of the root, across; of the process, along. */
  readonly height: number;
  readonly length: number;
  /** Degrees by which it points down. */
  readonly tilt: number;
  /** How much wider than usual its end is. */
  readonly bulb: number;
}

/** Outline of a spinous process that starts `behind` mm behind the posterior line. */
export function spinousProcess(
  spine: Spine,
  behind: number,
  { arc, height, length, tilt, bulb }: SpinousProcess,
): Point[] {
  const direction = tilt * (Math.PI / 180) - spine.angle(arc);
  const along = point(Math.cos(direction), Math.sin(direction));
  const across = point(-along.y, along.x);
  const start = spine.at(arc, behind);
  const at = (t: number, v: number): Point => add(add(start, along, length * t), across, v * height);
  return rounded(
    [
      at(0, -0.5),
      at(0.5, -0.34),
      at(0.85, -0.36 * bulb),
      at(1, -0.15),
      at(1, 0.3 * bulb),
      at(0.8, 0.42 * bulb),
      at(0.4, 0.36),
      at(0, 0.5),
    ],
    1,
  );
}

/** Spinous processes of C2 … T7; whose is the first long one is blurred by a shift of up to 1.3 levels. */
export function sampleSpinous(spine: Spine, canal: Canal, random: Random, lateral: number): Spinous {
  const scale = random.uniform(0.8, 1.2) * spine.size;
  const shift = random.uniform(-1.3, 1.3);
  const cervicalTilt = random.uniform(10, 38);
  const thoracicTilt = random.uniform(30, 60);
  const turn = random.uniform(4, 8);
  const cortex = random.uniform(0.8, 1.6);
  const bulb = random.uniform(0.9, 1.4);
  const base = canal.posteriorLigament + canal.width + canal.flavum;
  const indices = spinousLengths.map((_, k) => k);
  const lengths = indices.map((k) => interpolate(indices, spinousLengths, k + shift) * scale);
  const visible = narrowing(lateral, 5);
  const processes = lengths.flatMap((typical, k) => {
    const own = random.fork(`spinous ${k}`);
    const length = typical * own.uniform(0.85, 1.15);
    const above = k === 0 ? -15 : spine.discs[k - 1].arc;
    const height = (spine.discs[k].arc - above) * own.uniform(0.4, 0.62);
    const arc = above + (spine.discs[k].arc - above) * own.uniform(0.5, 0.75);
    const tilt = interpolate([turn - 3, turn + 2], [cervicalTilt, thoracicTilt], k) + own.normal(0, 4);
    const deviate = own.normal();
    const reach =
      Math.abs(lateral) < 5 ? length * (0.35 + 0.65 * visible) : Math.max(3, 8 - Math.abs(lateral) * 0.25);
    if (Math.abs(lateral) > 11) return [];
    const outline = spinousProcess(spine, base - 1, { arc, height, length: reach, tilt, bulb });
    return [{ outline, deviate }];
  });
  return { lengths, processes, cortex };
}

/** Pedicles, articular pillars and foramina beside the canal, for slices off the midline. */
export function drawPillars(
  drawing: Drawing,
  spine: Spine,
  canal: Canal,
  random: Random,
  lateral: number,
): void {
  const far = Math.abs(lateral);
  const cortex = random.uniform(0.8, 1.4);
  const slant = random.uniform(0.35, 0.9);
  if (far < 9.5 || far > 27) return;
  const grown = Math.min(1, (far - 9) / 4) * narrowing(Math.max(0, far - 14), 13);
  for (let k = 0; k < spine.discs.length; k++) {
    const own = random.fork(`pillar ${k}`);
    const deviate = own.normal();
    const above = k === 0 ? -16 : spine.discs[k - 1].arc;
    const gap = spine.discs[k].arc - above;
    const middle = above + gap * 0.5;
    const front = canal.posteriorLigament + canal.width * 0.35;
    const depth = 12 * grown;
    const drop = slant * 6;
    const pillar = rounded(
      [
        spine.at(middle - gap * 0.42, front),
        spine.at(middle - gap * 0.2, front + depth),
        spine.at(middle + gap * 0.36 + drop, front + depth),
        spine.at(middle + gap * 0.2, front),
      ],
      2,
    );
    drawing.addBone(pillar, cortex, deviate);
    if (far < 17) {
      const pedicle = rounded(
        [
          spine.at(middle - gap * 0.32, -4),
          spine.at(middle - gap * 0.32, front + 3),
          spine.at(middle + gap * 0.12, front + 3),
          spine.at(middle + gap * 0.12, -4),
        ],
        1,
      );
      drawing.add('marrow', pedicle, deviate);
      drawing.add('fat', ellipse(spine.at(middle + gap * 0.5, front * 0.5), 3.2, gap * 0.26));
      drawing.add('cord', ellipse(spine.at(middle + gap * 0.46, front * 0.5), 1.6, 1.8));
    }
  }
}
