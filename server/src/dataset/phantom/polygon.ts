/** mm: x grows posterior, y grows inferior; the origin is the posterior edge of disc C2/C3. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

export const point = (x: number, y: number): Point => ({ x, y });
export const add = (p: Point, d: Point, k = 1): Point => ({ x: p.x + d.x * k, y: p.y + d.y * k });
export const mixPoints = (p: Point, q: Point, t: number): Point => ({
  x: p.x + (q.x - p.x) * t,
  y: p.y + (q.y - p.y) * t,
});

/** Piecewise linear interpolation of `values` over ascending `knots`, constant beyond both ends. */
export function interpolate(knots: readonly number[], values: readonly number[], at: number): number {
  if (at <= knots[0]) return values[0];
  for (let i = 1; i < knots.length; i++) {
    if (at <= knots[i]) {
      const t = (at - knots[i - 1]) / (knots[i] - knots[i - 1]);
      return values[i - 1] + t * (values[i] - values[i - 1]);
    }
  }
  return values[values.length - 1];
}

function catmullRom(a: Point, b: Point, c: Point, d: Point, t: number): Point {
  const one = (p: number, q: number, r: number, s: number): number =>
    0.5 * (2 * q + (r - p) * t + (2 * p - 5 * q + 4 * r - s) * t * t + (3 * q - p - 3 * r + s) * t * t * t);
  return { x: one(a.x, b.x, c.x, d.x), y: one(a.y, b.y, c.y, d.y) };
}

/** Closed Catmull-Rom spline through the points, `steps` points per span. */
export function closedSpline(points: readonly Point[], steps = 5): Point[] {
  const n = points.length;
  const out: Point[] = [];
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < steps; k++) {
      const at = (j: number): Point => points[(i + j + n) % n];
      out.push(catmullRom(at(-1), at(0), at(1), at(2), k / steps));
    }
  }
  return out;
}

/** Open Catmull-Rom spline through the points. */
export function openSpline(points: readonly Point[], steps = 5): Point[] {
  const n = points.length;
  const at = (j: number): Point => points[Math.max(0, Math.min(n - 1, j))];
  const out: Point[] = [];
  for (let i = 0; i + 1 < n; i++)
    for (let k = 0; k < steps; k++) out.push(catmullRom(at(i - 1), at(i), at(i + 1), at(i + 2), k / steps));
  out.push(points[n - 1]);
  return out;
}

/** Ellipse with half-axes `rx`, `ry`, turned by `angle` radians. */
export function ellipse(centre: Point, rx: number, ry: number, angle = 0, steps = 20): Point[] {
  const c = Math.cos(angle);
  const s = Math.sin(angle);
  return Array.from({ length: steps }, (_, i) => {
    const t = (2 * Math.PI * i) / steps;
    const u = rx * Math.cos(t);
    const v = ry * Math.sin(t);
    return point(centre.x + c * u - s * v, centre.y + s * u + c * v);
  });
}

/** Band between two lines that run the same way. */
export const between = (front: readonly Point[], back: readonly Point[]): Point[] => [
  ...front,
  ...[...back].reverse(),
];

/** Band of varying width around an open line; `width` is a function of the fraction along it. */
export function ribbon(line: readonly Point[], width: (fraction: number) => number): Point[] {
  const left: Point[] = [];
  const right: Point[] = [];
  line.forEach((p, i) => {
    const a = line[Math.max(0, i - 1)];
    const b = line[Math.min(line.length - 1, i + 1)];
    const length = Math.hypot(b.x - a.x, b.y - a.y) || 1;
    const half = width(i / (line.length - 1)) / 2;
    const normal = point((b.y - a.y) / length, -(b.x - a.x) / length);
    left.push(add(p, normal, half));
    right.push(add(p, normal, -half));
  });
  return between(left, right);
}

/** Moves every corner along its normal: outward for positive `distance`, whatever the polygon's sense. */
export function offset(points: readonly Point[], distance: number): Point[] {
  const n = points.length;
  let area = 0;
  for (let i = 0; i < n; i++) {
    const p = points[i];
    const q = points[(i + 1) % n];
    area += p.x * q.y - q.x * p.y;
  }
  const sense = area > 0 ? 1 : -1;
  return points.map((p, i) => {
    const a = points[(i + n - 1) % n];
    const b = points[(i + 1) % n];
    const length = Math.hypot(b.x - a.x, b.y - a.y) || 1;
    return point(
      p.x + (sense * distance * (b.y - a.y)) / length,
      p.y - (sense * distance * (b.x - a.x)) / length,
    );
  });
}

/** Cuts every corner twice (Chaikin), which rounds it. */
export function rounded(points: readonly Point[], passes = 2, cut = 0.25): Point[] {
  let current: Point[] = [...points];
  for (let pass = 0; pass < passes; pass++)
    current = current.flatMap((p, i) => {
      const q = current[(i + 1) % current.length];
      return [mixPoints(p, q, cut), mixPoints(p, q, 1 - cut)];
    });
  return current;
}

/** Turns about the origin and then moves: from a part's own frame into the drawing. */
export function placed(points: readonly Point[], origin: Point, angle: number): Point[] {
  const c = Math.cos(angle);
  const s = Math.sin(angle);
  return points.map((p) => point(origin.x + c * p.x - s * p.y, origin.y + s * p.x + c * p.y));
}
