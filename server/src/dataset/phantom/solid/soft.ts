import { drawPosteriorMuscles, sampleNeckOutline } from '../neck.js';
import { add, between, ellipse, interpolate, offset, openSpline, type Point, ribbon } from '../polygon.js';
import { arcsBetween, bodyDepth } from '../spine.js';
import { type Drawing, narrowing } from '../tissue.js';
import { drawFrontOfTrunk } from '../trunk.js';
import { Bodies, share } from './extent.js';
import { headOutline } from './skull.js';
import type { Subject } from './subject.js';

/** Half the width of neck and trunk in mm, by arc length below C2/C3. */
const halfWidth = (arc: number): number =>
  interpolate([-70, -30, 20, 70, 100, 130, 170, 300, 520], [64, 60, 58, 60, 78, 120, 165, 170, 165], arc);

/** Skin, fat and muscle of head, neck and trunk: all outlines draw in towards the sides. */
export function drawSurface(drawing: Drawing, subject: Subject, lateral: number): void {
  const { spine, landmarks, head } = subject;
  const random = subject.random.fork('outline');
  const outline = sampleNeckOutline(spine, landmarks, subject.spinousReach, random, 0);
  const drawnIn = (points: readonly Point[]): Point[] =>
    points.map((p) => {
      // The spine is nearly upright: the height tells the arc length well enough.
      const arc = p.y * 1.04;
      const middle = spine.at(arc, -12);
      const left = narrowing(lateral, halfWidth(arc));
      return add(middle, { x: p.x - middle.x, y: p.y - middle.y }, left);
    });
  const headSkin = head.place(headOutline(head, lateral));
  const front = drawnIn(outline.frontSkin);
  const back = drawnIn(outline.backSkin);
  const skin = between(front, back);
  const pelvis = pelvisOutline(subject, front, back, lateral);
  drawing.add('skin', skin);
  drawing.add('skin', pelvis);
  drawing.add('skin', headSkin);
  drawing.add('fat', offset(skin, -1.2));
  drawing.add('fat', offset(pelvis, -1.2));
  drawing.add('fat', offset(headSkin, -1.2));
  drawing.add('muscle', drawnIn(outline.muscle));
  drawing.add('muscle', offset(pelvis, -outline.backFat - 1));
  drawing.add('muscle', offset(headSkin, -head.layers.scalp));
}

/** Belly and buttocks, on from where the trunk's outlines end, round the sacrum and down to where no picture reaches. */
function pelvisOutline(
  { random: streams, spine }: Subject,
  front: readonly Point[],
  back: readonly Point[],
  lateral: number,
): Point[] {
  const random = streams.fork('pelvis');
  const belly = random.uniform(-10, 60);
  const buttocks = random.uniform(0, 30);
  const left = narrowing(lateral, 175);
  const lumbosacral = spine.discs[spine.discs.length - 1].posterior;
  // From further up, so that both outlines are one.
  const on = (line: readonly Point[], path: readonly Point[]): Point[] => [
    ...line.slice(-9, -1),
    ...openSpline([line[line.length - 1], ...path]),
  ];
  const navel = front[front.length - 1];
  const down = (
    [
      [0.4, 60],
      [1, 140],
      [1, 320],
    ] as const
  ).map(([share, y]) => add(navel, { x: share * belly, y }));
  const loin = back[back.length - 1];
  const upper = Math.max(lumbosacral.y + 30, loin.y + 25);
  const around = (
    [
      [78, 0.6, 0],
      [110, 1, 65],
      [105, 1, 140],
      [95, 1, 300],
    ] as const
  ).map(([behind, share, y]) => ({
    x: lumbosacral.x + left * (behind + share * buttocks),
    y: upper + y,
  }));
  return between(on(front, down), on(back, around));
}

/** Lungs, mediastinum and great vessels; in the neck the carotid sheaths and the fat beside the scalenes. */
export function drawFront(drawing: Drawing, subject: Subject, lateral: number): void {
  const { spine } = subject;
  const random = subject.random.fork('beside');
  const parts = new Bodies(drawing, random.fork('trunk'), lateral, {
    spread: 26,
    halfWidth: [9, 28],
    through: 1,
    without: 'lung',
  });
  drawFrontOfTrunk(parts, spine, subject.random.fork('trunk'), 0);
  drawLung(drawing, subject, lateral);
  drawAbdomen(drawing, subject, lateral);
  drawSheath(drawing, subject, lateral);
}

function drawLung(drawing: Drawing, subject: Subject, lateral: number): void {
  const { spine } = subject;
  const far = Math.abs(lateral);
  const random = subject.random.fork('lung');
  const apex = spine.discs[5].arc + random.uniform(0, 14);
  const reach = random.uniform(70, 110);
  const left = narrowing(Math.max(0, 46 - far), 36) * narrowing(Math.max(0, far - 70), 60);
  if (far < 12 || left < 0.15) return;
  const depth = bodyDepth(spine);
  const top = apex + 50 * (1 - left);
  const base = spine.discs[15].arc + random.uniform(-10, 10);
  const arcs = arcsBetween(top, base, 10);
  // Behind the mediastinum first, then beside the bodies as far back as the ribs.
  const back = interpolate([12, 18, 30, 50], [-14, -3, 10, 22], far);
  const taper = (s: number): number => Math.min(1, Math.sqrt((s - top) / 25)) || 0;
  const front = (s: number): number =>
    -depth(s) * 0.6 - Math.min(reach, 8 + (s - top) * 0.9) * taper(s) * left;
  drawing.add(
    'lung',
    between(
      arcs.map((s) => spine.at(s, front(s))),
      arcs.map((s) => spine.at(s, -depth(s) * 0.6 + (back + depth(s) * 0.6) * taper(s))),
    ),
    random.normal(),
  );
}

/** Below the diaphragm: liver or spleen and kidneys beside, bowel and fat in front. */
function drawAbdomen(drawing: Drawing, subject: Subject, lateral: number): void {
  const { spine } = subject;
  const far = Math.abs(lateral);
  const random = subject.random.fork('abdomen');
  const from = spine.discs[16].arc;
  const organ = share(far, [12, 26, 90, 120]);
  const kidney = narrowing(far - 48, 26);
  const deviate = random.normal();
  // Mesentery and bowel go on where the mediastinum of the midline pictures ends.
  const depth = bodyDepth(spine);
  const start = from - 30;
  const deep = random.uniform(80, 110);
  const reach = (s: number): number => deep * Math.sqrt(Math.min(1, (s - start) / 60));
  const arcs = arcsBetween(start, 615, 15);
  drawing.add(
    random.chance(0.6) ? 'fat' : 'soft',
    between(
      arcs.map((s) => spine.at(s, -depth(s) - 5 - reach(s))),
      arcs.map((s) => spine.at(s, -depth(s) - 4)),
    ),
    deviate,
  );
  // Liver or spleen under the diaphragm, broader in front.
  if (organ > 0.2)
    for (const [down, ahead, rx, ry, turn] of [
      [0, 60, 46, 42, 0.5],
      [35, 85, 34, 55, -0.1],
    ])
      drawing.add(
        'soft',
        ellipse(spine.at(from + down, -ahead), rx * organ, ry * organ, turn - spine.angle(from), 24),
        deviate,
      );
  if (kidney > 0.2)
    drawing.add('soft', ellipse(spine.at(from + 85, -8), 20 * kidney, 45 * kidney, 0.2, 24), -deviate);
  for (let i = 0; i < 48; i++) {
    const arc = from + random.uniform(10, 300);
    const at = spine.at(arc, -random.uniform(48, 115));
    const place = random.uniform(0, 75);
    const half = random.uniform(9, 26);
    const size = random.uniform(5, 14);
    const tissue = (['soft', 'soft', 'fat', 'muscle', 'air', 'soft'] as const)[random.integer(0, 5)];
    const left = narrowing(far - place, half);
    const own = random.normal();
    if (left > 0.2) drawing.add(tissue, ellipse(at, size * left, size * 0.7 * left, own), own);
  }
}

/** Carotid artery and jugular vein, the thyroid gland, and the fat behind the sternocleidomastoid. */
function drawSheath(drawing: Drawing, subject: Subject, lateral: number): void {
  const { spine, landmarks } = subject;
  const far = Math.abs(lateral);
  const random = subject.random.fork(lateral < 0 ? 'sheath left' : 'sheath right');
  const depth = bodyDepth(spine);
  for (const [typical, radius] of [
    [21, 3.4],
    [28, 5],
  ]) {
    const place = typical + random.normal(0, 1.5);
    const ahead = random.uniform(8, 15);
    const deviate = random.normal();
    const left = narrowing(far - place, radius);
    const course = arcsBetween(-32, 115, 12).map((s) =>
      spine.at(s, -depth(s) - ahead + random.normal(0, 0.6)),
    );
    if (left > 0.25)
      drawing.add(
        'vessel',
        ribbon(openSpline(course, 2), () => 2 * radius * left),
        deviate,
      );
  }
  const gland = share(far, [7, 11, 18, 25]);
  const height = random.uniform(14, 22);
  const centre = landmarks.larynx + 28;
  if (gland > 0.2)
    drawing.add(
      'soft',
      ellipse(spine.at(centre, -depth(centre) - 20), 8 * gland, height * gland),
      1 + random.uniform(),
    );
  const fat = share(far, [20, 28, 50, 60]);
  const fatty = random.uniform(0.5, 1.2);
  if (fat > 0.2) {
    drawing.add(
      'fat',
      ellipse(spine.at(70, 4), 7 * fat * fatty, 26 * fat, -spine.angle(70)),
      random.normal(),
    );
    drawing.add('fat', ellipse(spine.at(100, -22), 12 * fat * fatty, 15 * fat), random.normal());
  }
}

/** Muscles of the neck's and trunk's back: bundles and streaks of limited width, and the fat between layers. */
export function drawBack(drawing: Drawing, subject: Subject, lateral: number): void {
  const { spine, canalBack, spinousReach } = subject;
  const random = subject.random.fork('layers');
  const bundles = new Bodies(drawing, random.fork('bundles'), lateral, { spread: 18, halfWidth: [7, 24] });
  drawPosteriorMuscles(bundles, spine, subject.random.fork('muscles'), canalBack, spinousReach, lateral);
  const outer = new Bodies(drawing, random.fork('outer'), lateral, { spread: 60, halfWidth: [6, 18] });
  drawPosteriorMuscles(outer, spine, random.fork('muscles beside'), canalBack, spinousReach, 40);
  const far = Math.abs(lateral);
  const shown = share(far, [2.5, 6, 45, 60]);
  const depth = random.uniform(26, 36);
  for (let i = 1; i <= 3; i++) {
    const [width, phase, sway] = [random.uniform(0.7, 1.8), random.uniform(0, 6), random.uniform(0.5, 2.5)];
    const deviate = random.normal();
    const tissue = random.chance(0.7) ? ('fat' as const) : ('ligament' as const);
    const layer = arcsBetween(-38, 150, 12).map((s) =>
      spine.at(s, canalBack + (depth * i) / 4 + sway * Math.sin(phase + s / 30 + lateral / 9)),
    );
    if (shown > 0.2)
      drawing.add(
        tissue,
        ribbon(openSpline(layer, 3), (t) => width * shown * Math.sin(Math.PI * (0.1 + 0.8 * t))),
        deviate,
      );
  }
}
