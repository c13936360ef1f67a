import type { Head } from './head.js';
import { closedSpline, ellipse, offset, openSpline, type Point, point, ribbon } from './polygon.js';
import type { Random } from './random.js';
import { type Drawing, narrowing, type Tissue } from './tissue.js';

/** Adds a shape given in the head's frame, stretched so that the chin comes where it should. */
type Put = (tissue: Tissue, points: readonly Point[], deviate?: number) => void;

/** Clivus, sinus, nose, palate, tongue and jaw. */
export function drawFace(drawing: Drawing, head: Head, random: Random, lateral: number): void {
  const stretch = (p: Point): Point => point(p.x, p.y > 0 ? p.y * head.faceStretch : p.y);
  const put: Put = (tissue, points, deviate) => drawing.add(tissue, head.place(points.map(stretch)), deviate);
  drawSkullBase(put, random.fork('base'));
  drawNose(put, random.fork('nose'));
  const fade = narrowing(lateral, 30);
  if (fade >= 0.2) drawMouth(put, random.fork('mouth'), fade);
}

function drawSkullBase(put: Put, random: Random): void {
  const clivus = random.uniform(4, 9);
  const bone = [point(-44, -26), point(-32, -10), point(-17, 5)];
  const dura = [point(-41, -31), point(-28, -13), point(-14, 1)];
  const sinus = ellipse(point(-58, -24), random.uniform(5, 14), random.uniform(5, 11));
  put(
    'marrow',
    ribbon(bone, (t) => clivus * (1.3 - 0.7 * t)),
    random.normal(),
  );
  put(
    'cortical',
    ribbon(dura, () => 1.6),
  );
  put(random.chance(0.75) ? 'air' : 'marrow', sinus, random.normal());
}

function drawNose(put: Put, random: Random): void {
  const cavity = [
    [-112, -18],
    [-84, -24],
    [-62, -12],
    [-56, 4],
    [-84, 7],
    [-116, 8],
  ].map(([x, y]) => point(x, y));
  const palate = [point(-114, 10), point(-84, 9), point(-66, 8)];
  const turbinates = random.integer(1, 3);
  put(random.chance(0.5) ? 'air' : 'soft', closedSpline(cavity, 4), random.normal());
  for (let i = 0; i < turbinates; i++) {
    const y = random.uniform(-16, 4);
    const line = [point(-106, y), point(-82, y - 3), point(-62, y + 2)];
    put(
      'soft',
      ribbon(line, (t) => 6 * Math.sin(Math.PI * (0.1 + 0.8 * t))),
      random.normal(),
    );
  }
  put(
    'cortical',
    ribbon(palate, () => 4),
  );
  put(
    'marrow',
    ribbon(palate, () => 1.8),
    random.normal(),
  );
}

function drawMouth(put: Put, random: Random, fade: number): void {
  const tongue = point(random.normal(-70, 4), random.normal(44, 4));
  const [rx, ry] = [random.uniform(22, 31) * fade, random.uniform(19, 28)];
  const gap = random.uniform(-0.5, 4);
  // Air or fat shows round part of the tongue only: the ellipse behind it is moved.
  const behind = point(tongue.x + random.normal(1, 2.5), tongue.y + random.normal(-2, 2));
  if (random.chance(0.5)) put(random.chance(0.7) ? 'air' : 'fat', ellipse(behind, rx + gap, ry + gap));
  put('tongue', ellipse(tongue, rx, ry, random.normal(0, 0.2)), random.normal());
  const septum = point(tongue.x + random.normal(0, 6), tongue.y + 10);
  put('fat', ellipse(septum, random.uniform(3, 10), random.uniform(2, 6)), random.normal());
  const softPalate = openSpline([point(-68, 9), point(-52, 12), point(-40, 24), point(-38, 34)], 4);
  put(
    'soft',
    ribbon(softPalate, (t) => 7 - 3 * t),
    random.normal(),
  );
  const jaw = ellipse(point(-104, 68), random.uniform(5, 8), random.uniform(8, 14), random.normal(0, 0.3));
  put('cortical', offset(jaw, 1.5));
  put('marrow', jaw, random.normal());
}
