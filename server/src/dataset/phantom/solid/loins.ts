import { firstOfTrunk, spinousProcess } from '../canal.js';
import { add, ellipse, openSpline, type Point, ribbon } from '../polygon.js';
import type { Random } from '../random.js';
import { arcAt, arcsBetween, bodyDepth } from '../spine.js';
import { type Drawing, narrowing } from '../tissue.js';
import { share } from './extent.js';
import type { Subject } from './subject.js';

/* What the midline shows from T8 down besides bodies and discs, after atlases of sectional anatomy; numbers are mm. */

/** Vertebrae counted from 0 = C2. */
const [l1, l5] = [18, 22];
/** From T8 to L5: steep and thin in the chest, high and level in the loins, small at the end. */
const lengths = [33, 32, 30, 27, 25, 27, 29, 30, 28, 20];
const heights = [0.42, 0.42, 0.42, 0.46, 0.52, 0.6, 0.64, 0.64, 0.6, 0.42];
const tilts = [55, 52, 45, 32, 22, 16, 13, 11, 10, 8];

/** What the back of a subject is drawn from. */
type Back = Pick<Subject, 'random' | 'spine' | 'vertebrae' | 'canalBack'>;

/** Spinous processes of T8 to L5, and what fills the room between them. */
export function drawSpinousOfTrunk(drawing: Drawing, subject: Back, lateral: number): void {
  const { spine, vertebrae, canalBack } = subject;
  const random = subject.random.fork('spinous of the trunk');
  const visible = narrowing(lateral, 5.5);
  const cortex = random.uniform(0.8, 1.6);
  const bulb = random.uniform(0.95, 1.35);
  const scale = random.uniform(0.85, 1.2) * spine.size;
  const lower = random.normal(0, 5);
  const between = { fatty: random.uniform(), wide: random.uniform(0.5, 1) };
  if (visible < 0.2) return;
  for (const { level, top, gap, bottom } of vertebrae.slice(firstOfTrunk)) {
    const own = random.fork(`${level}`);
    const at = level - firstOfTrunk;
    const length = lengths[at] * scale * own.uniform(0.85, 1.15) * visible;
    const deviate = own.normal();
    drawInterspinous(drawing, subject, own.fork('below'), { bottom, gap, length, ...between });
    const outline = spinousProcess(spine, canalBack - 1, {
      arc: top + gap * own.uniform(0.62, 0.78),
      height: gap * heights[at] * own.uniform(0.88, 1.12),
      length,
      tilt: tilts[at] + lower + own.normal(0, 4),
      bulb,
    });
    drawing.addBone(outline, cortex, deviate);
  }
}

/** Ligament, fat and muscle between two spinous processes. */
function drawInterspinous(
  drawing: Drawing,
  { spine, canalBack }: Back,
  random: Random,
  room: { bottom: number; gap: number; length: number; fatty: number; wide: number },
): void {
  const tissue = random.chance(room.fatty) ? 'fat' : random.chance(0.5) ? 'ligament' : 'soft';
  const centre = spine.at(room.bottom + room.gap * 0.2, canalBack + room.length * 0.5);
  const half = room.gap * 0.25 * room.wide;
  drawing.add(
    tissue,
    ellipse(centre, room.length * 0.55, half, -spine.angle(room.bottom) - 0.2, 16),
    random.normal(0, 1.5),
  );
  const streak = spine.at(room.bottom + room.gap * random.uniform(0.05, 0.35), canalBack + 3);
  const end = add(centre, { x: room.length * 0.45, y: random.uniform(-2, 6) });
  drawing.add(
    random.chance(0.5) ? 'ligament' : 'fat',
    ribbon([streak, centre, end], () => random.uniform(0.8, 2.5)),
    random.normal(),
  );
}

/** Fat behind the sac, and the roots in it; drawn after the canal, before the bodies. */
export function drawCanalOfLoins(drawing: Drawing, subject: Subject, lateral: number): void {
  const { spine, vertebrae, canal } = subject;
  const random = subject.random.fork('canal of the loins');
  if (vertebrae.length <= l1 || Math.abs(lateral) > 9) return;
  const left = narrowing(lateral, 10);
  const front = canal.posteriorLigament;
  const back = front + canal.width;
  drawRoots(drawing, subject, random.fork('roots'), left);
  const pads = random.fork('pads');
  const [thick, high] = [pads.uniform(1, 8), pads.uniform(0.2, 0.36)];
  for (const { level, bottom, gap } of vertebrae.slice(l1 - 1)) {
    const own = pads.fork(`${level}`);
    const deep = thick * own.uniform(0.6, 1.3) * left;
    const half = gap * high * own.uniform(0.8, 1.2);
    const arc = bottom + gap * own.uniform(-0.06, 0.1);
    drawing.add('fat', [
      spine.at(arc - half, back - 0.3),
      spine.at(arc - half * 0.3, back + deep * 0.8),
      spine.at(arc, back + deep),
      spine.at(arc + half * 0.4, back + deep * 0.7),
      spine.at(arc + half, back - 0.3),
      spine.at(arc, back - 0.6),
    ]);
  }
}

/** The cauda equina: roots that hang from the conus in the back of the sac, or spread in it. */
function drawRoots(drawing: Drawing, { spine, canal }: Subject, random: Random, left: number): void {
  const count = random.integer(0, 7);
  const [from, to] = [random.uniform(0.3, 0.6), random.uniform(0.7, 0.95)];
  const start = spine.discs[l1 - 1].arc - 8;
  const end = spine.discs[l5].arc + random.uniform(-30, 0);
  for (let i = 0; i < count; i++) {
    const place = random.uniform(from, to);
    const drift = random.normal(0, 0.12);
    const width = random.uniform(0.5, 1.6);
    const course = arcsBetween(start, end, 25).map((s, n, all) =>
      spine.at(
        s,
        canal.posteriorLigament +
          canal.width * Math.min(0.95, Math.max(0.08, place + (drift * n) / all.length)) +
          random.normal(0, 0.4),
      ),
    );
    drawing.add(
      'cord',
      ribbon(openSpline(course, 3), () => width * left),
      random.normal(),
    );
  }
}

/** Aorta or inferior vena cava and the crus of the diaphragm in front of the loins; the bladder below. */
export function drawFrontOfLoins(drawing: Drawing, subject: Subject, lateral: number): void {
  const { spine } = subject;
  const far = Math.abs(lateral);
  const random = subject.random.fork('great vessels');
  const depth = bodyDepth(spine);
  const crus = random.fork('crus');
  const along = (from: number, to: number, ahead: (t: number) => number): Point[] =>
    openSpline(
      arcsBetween(from, to, 18).map((s) => spine.at(s, -depth(s) - ahead((s - from) / (to - from)))),
      3,
    );
  if (crus.chance(0.4)) {
    const width = crus.uniform(3, 9) * narrowing(far, 25);
    const gap = crus.uniform(0.5, 2);
    const course = along(
      arcAt(spine, crus.uniform(14, 16)),
      arcAt(spine, crus.uniform(18, 20)),
      () => gap + width / 2,
    );
    drawing.add(
      'muscle',
      ribbon(course, (t) => width * Math.sin(Math.PI * (0.15 + 0.7 * t))),
      crus.normal(),
    );
  }
  const vessel = random.fork('vessel');
  const shown = narrowing(far, 18) * (vessel.chance(0.65) ? 1 : 0);
  const width = vessel.uniform(8, 20) * shown;
  const [upper, lower] = [vessel.uniform(0.5, 14), vessel.uniform(0.5, 6)];
  const [phase, sway] = [vessel.uniform(0, 6), vessel.uniform(0, 3)];
  const deviate = vessel.normal(0, 1.5);
  const course = along(
    arcAt(spine, vessel.uniform(12, 17)),
    arcAt(spine, vessel.uniform(20.2, 22)),
    (t) => upper + (lower - upper) * t + width / 2 + sway * (1 + Math.sin(phase + 7 * t)),
  );
  if (shown > 0.2)
    drawing.add(
      'vessel',
      ribbon(course, (t) => width * (1 - 0.3 * t)),
      deviate,
    );
  const bladder = random.fork('bladder');
  const full = bladder.chance(0.4) ? bladder.uniform(15, 38) * share(far, [-1, 0, 30, 45]) : 0;
  const { posterior } = spine.discs[spine.discs.length - 1];
  const centre = add(posterior, { x: -bladder.uniform(45, 90), y: bladder.uniform(60, 125) });
  if (full > 4) {
    drawing.add('muscle', ellipse(centre, full + 3, full * 0.8 + 3, bladder.normal(0, 0.4), 24));
    drawing.add('csf', ellipse(centre, full, full * 0.8, 0, 24), bladder.normal());
  }
}
