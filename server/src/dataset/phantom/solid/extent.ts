import { type Point, point } from '../polygon.js';
import type { Random } from '../random.js';
import { Drawing, narrowing, type Shape, type Tissue } from '../tissue.js';

/**
 * How much of a part is left `far` mm beside the midline: 0 up to the first bound, rising like a quarter of an
 * ellipse to 1 at the second, 1 up to the third, falling likewise to 0 at the fourth.
 */
export function share(
  far: number,
  [from, full, until, gone]: readonly [number, number, number, number],
): number {
  if (far <= from || far >= gone) return 0;
  const t = far < full ? (far - from) / (full - from) : far <= until ? 1 : (gone - far) / (gone - until);
  return Math.sqrt(t * (2 - t));
}

export const shrunk = (points: readonly Point[], centre: Point, left: number): Point[] =>
  points.map((p) => point(centre.x + (p.x - centre.x) * left, centre.y + (p.y - centre.y) * left));

/**
 * Gives what is drawn for a midline picture a place and an extent across it: every shape becomes a body,
 * the same on both sides, of which a section shows a part or nothing.
 */
export class Bodies extends Drawing {
  #drawn = 0;

  constructor(
    readonly target: Drawing,
    readonly random: Random,
    readonly lateral: number,
    readonly options: {
      /** mm from the midline within which the bodies' centres lie. */
      readonly spread: number;
      readonly halfWidth: readonly [number, number];
      /** The first shapes that run through all sections as they are. */
      readonly through?: number;
      readonly without?: Tissue;
    },
  ) {
    super();
  }

  override add(
    tissue: Tissue,
    points: readonly Point[],
    deviate = 0,
    extra: Pick<Shape, 'sulci' | 'texture'> = {},
  ): void {
    const { spread, halfWidth, through = 0, without } = this.options;
    const centre = this.random.uniform(0, spread);
    const half = this.random.uniform(...halfWidth);
    if (tissue === without) return;
    if (this.#drawn++ < through) return this.target.add(tissue, points, deviate, extra);
    const left = narrowing(Math.abs(this.lateral) - centre, half);
    if (left < 0.15) return;
    const sum = points.reduce((s, p) => point(s.x + p.x, s.y + p.y), point(0, 0));
    const middle = point(sum.x / points.length, sum.y / points.length);
    this.target.add(tissue, shrunk(points, middle, left), deviate, extra);
  }
}
