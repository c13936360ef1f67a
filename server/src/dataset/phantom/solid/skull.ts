import { ellipse, interpolate, offset, openSpline, type Point, point, ribbon, rounded } from '../polygon.js';
import type { Random } from '../random.js';
import { type Drawing, narrowing, type Shape, type Tissue } from '../tissue.js';
import { share, shrunk } from './extent.js';
import type { Head } from '../head.js';

/* Beside the midline: hemispheres of the cerebellum, deep nuclei, ventricles, temporal lobes, petrous bones, and
   the face without nose but with orbits, sinuses and jaw. Numbers are mm in the head's frame (x posterior,
   y inferior, origin in the foramen magnum), after atlases of sectional anatomy. */

const centre = point(-24, -60);
/** Half of the head's width in mm. */
export const headHalfWidth = 80;

type Put = (
  tissue: Tissue,
  points: readonly Point[],
  deviate?: number,
  extra?: Pick<Shape, 'sulci' | 'texture'>,
) => void;

/** Outline of the head `lateral` mm off the midline: the nose ends, cheeks and jaw recede. Not yet placed. */
export function headOutline(head: Head, lateral: number): Point[] {
  const far = Math.abs(lateral);
  const front = interpolate([0, 4, 12, 20, 30, 45, 60], [160, 146, 123, 118, 109, 90, 66], far);
  const faced = head.outline.map((p) => (p.y > -22 && p.x < -front ? point(-front, p.y) : p));
  return shrunk(faced, centre, narrowing(lateral, headHalfWidth));
}

/** Inside the skull; drawn over the midline's brain. */
export function drawHemispheres(drawing: Drawing, head: Head, random: Random, lateral: number): void {
  const far = Math.abs(lateral);
  const left = narrowing(lateral, headHalfWidth);
  const put: Put = (tissue, points, deviate, extra) =>
    drawing.add(tissue, head.place(shrunk(points, centre, left)), deviate, extra);
  drawDeepNuclei(put, random.fork('nuclei'), far);
  drawCerebellum(put, random.fork('cerebellum'), far);
  drawTemporal(put, random.fork('temporal'), far);
}

function drawDeepNuclei(put: Put, random: Random, far: number): void {
  const grey = random.normal(0, 0.5);
  const ventricle = random.uniform(4, 9);
  const nuclei = share(far, [3, 8, 22, 31]);
  const lateral = share(far, [2.5, 7, 14, 22]);
  const horn = share(far, [14, 19, 26, 32]);
  if (nuclei > 0.2) {
    put('white', ellipse(point(-32, -74), 30 * nuclei, 19 * nuclei, 0.1), grey);
    put('grey', ellipse(point(-20, -68), 12 * nuclei, 8 * nuclei, 0.2), grey);
    put('grey', ellipse(point(-46, -74), 12 * nuclei, 9 * nuclei, -0.2), grey);
  }
  const body = [point(-62, -72), point(-50, -84), point(-28, -88), point(-8, -80), point(2, -66)];
  if (lateral > 0.2)
    put(
      'csf',
      ribbon(openSpline(body, 4), (t) => ventricle * lateral * (0.6 + 0.5 * t)),
    );
  const temporal = [point(4, -72), point(4, -62), point(-8, -54), point(-34, -50)];
  if (horn > 0.2)
    put(
      'csf',
      ribbon(openSpline(temporal, 4), (t) => ventricle * horn * (1.1 - 0.6 * t)),
    );
}

function drawCerebellum(put: Put, random: Random, far: number): void {
  const size = [random.uniform(26, 29), random.uniform(23, 27)];
  const sulci = random.uniform(0.06, 0.2);
  const deviate = random.normal(0, 0.6);
  const tilt = random.normal(0.1, 0.1);
  const left = share(far, [4, 11, 28, 50]);
  const core = share(far, [7, 12, 26, 38]);
  if (left < 0.2) return;
  put('grey', ellipse(point(6, -32), size[0] * left, size[1] * left, tilt, 28), deviate, { sulci });
  if (core > 0.2)
    put('white', ellipse(point(-1, -33), 11 * core, 7 * core, tilt), deviate, { sulci: sulci / 2 });
  const peduncle = share(far, [4, 6, 12, 17]);
  if (peduncle > 0.2) put('white', ellipse(point(-16, -36), 10 * peduncle, 8 * peduncle, -0.3), deviate);
}

function drawTemporal(put: Put, random: Random, far: number): void {
  const sulci = random.uniform(0.05, 0.22);
  const deviate = random.normal(0, 0.5);
  const cells = random.chance(0.7);
  const lobe = share(far, [15, 24, 48, 70]);
  const petrous = share(far, [14, 21, 46, 62]);
  if (lobe > 0.2) {
    const outline = ellipse(point(-64, -42), 31 * lobe, 17 * lobe, 0.12, 28);
    put('cortical', offset(outline, 3.5));
    put('csf', offset(outline, 1.2));
    put('grey', outline, deviate, { sulci });
    put('white', offset(outline, -6), deviate, { sulci: sulci / 3 });
  }
  if (petrous > 0.2) {
    const bone = rounded(
      [point(-42, -34), point(-24, -50), point(-8, -36), point(-4, -10), point(-22, -4), point(-42, -14)],
      2,
    );
    const middle = point(-24, -24);
    put('cortical', shrunk(bone, middle, petrous));
    if (far < 26) put('marrow', ellipse(point(-28, -30), 5 * petrous, 5 * petrous), deviate);
    else if (cells) put('air', ellipse(point(-18, -20), 5 * petrous, 6 * petrous));
  }
}

/** The face off the midline; drawn over the midline's nose. */
export function drawCheeks(drawing: Drawing, head: Head, random: Random, lateral: number): void {
  const far = Math.abs(lateral);
  const left = narrowing(lateral, headHalfWidth);
  const put: Put = (tissue, points, deviate) => {
    const stretched = points.map((p) => point(p.x, p.y > 0 ? p.y * head.faceStretch : p.y));
    drawing.add(tissue, head.place(shrunk(stretched, centre, left)), deviate);
  };
  if (share(far, [10.5, 12, 80, 90]) > 0.3) {
    put('soft', ellipse(point(-84, -8), 36, 18), random.normal());
    drawSinus(put, random.fork('sinus'), far);
    drawOrbit(put, random.fork('orbit'), far);
  }
  drawJaw(put, random.fork('jaw'), far);
}

function drawSinus(put: Put, random: Random, far: number): void {
  const size = random.uniform(12, 16);
  const filled = random.chance(0.12);
  const left = share(far, [11, 16, 27, 37]);
  const cheek = share(far, [11, 16, 48, 58]);
  put('fat', ellipse(point(-103, 10), 11 * cheek, 20 * cheek, 0.1), random.normal());
  if (left < 0.2) return;
  const outline = ellipse(point(-86, 1), size * left, size * 0.9 * left, 0.2);
  put('cortical', offset(outline, 1.2));
  put(filled ? 'csf' : 'air', outline);
}

function drawOrbit(put: Put, random: Random, far: number): void {
  const deviate = random.normal();
  const globe = random.uniform(11, 12.5);
  const left = share(far, [12, 19, 38, 48]);
  const eye = narrowing(far - random.uniform(29, 33), globe);
  if (left < 0.2) return;
  const cone = rounded([point(-114, -40), point(-70, -32), point(-66, -24), point(-112, -13)], 2);
  const middle = point(-95, -27);
  put('cortical', offset(shrunk(cone, middle, left), 1.2));
  put('fat', shrunk(cone, middle, left), deviate);
  for (const y of [-35, -19])
    put(
      'muscle',
      ribbon([point(-104, y), point(-88, y * 0.9 - 2), point(-70, -27)], () => 3 * left),
      deviate,
    );
  if (eye < 0.2) return;
  put(
    'white',
    ribbon([point(-98, -27), point(-70, -27)], () => 3.5 * eye),
  );
  put('cortical', ellipse(point(-105, -27), globe * eye + 0.8, globe * eye + 0.8));
  put('csf', ellipse(point(-105, -27), globe * eye, globe * eye));
  put('cartilage', ellipse(point(-105 - globe * eye * 0.7, -27), 2.4 * eye, 4.5 * eye));
}

/** Teeth, body of the mandible, further out its ramus and the muscles of chewing. */
function drawJaw(put: Put, random: Random, far: number): void {
  const deviate = random.normal();
  const muscle = random.normal();
  const body = share(far, [6, 10, 38, 46]);
  const ramus = share(far, [36, 40, 47, 54]);
  const chewing = share(far, [16, 24, 50, 60]);
  const x = interpolate([0, 15, 28, 38, 46], [-104, -101, -88, -70, -50], far);
  if (chewing > 0.2) put('muscle', ellipse(point(-58, 20), 17 * chewing, 24 * chewing, -0.1), muscle);
  if (body > 0.2) {
    const jaw = ellipse(point(x + 4, 62), 6.5 * body, 11 * body, 0.1, 16);
    put('cortical', offset(jaw, 1.6));
    put('marrow', jaw, deviate);
    put('marrow', ellipse(point(x + 2, 17), 9 * body, 5 * body), -deviate);
    for (const y of [27, 43]) put('cortical', ellipse(point(x - 1, y), 4.5 * body, 6.5 * body, 0, 12));
  }
  if (ramus > 0.2) {
    const course = [point(-54, 62), point(-44, 34), point(-38, 4), point(-36, -10)];
    put(
      'cortical',
      ribbon(course, () => 15 * ramus),
    );
    put(
      'marrow',
      ribbon(course, () => 11 * ramus),
      deviate,
    );
  }
}
