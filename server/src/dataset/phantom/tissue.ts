import { offset, type Point } from './polygon.js';

/** What a region of the drawing is made of; intensities come later, from the contrast. */
export const tissues = [
  'air',
  'fat',
  'skin',
  'muscle',
  'soft',
  'tongue',
  'marrow',
  'cortical',
  'disc',
  'annulus',
  'csf',
  'cord',
  'grey',
  'white',
  'ligament',
  'cartilage',
  'vessel',
  'lung',
] as const;

export type Tissue = (typeof tissues)[number];

/** A closed polygon of one tissue, in mm; later shapes cover earlier ones. */
export interface Shape {
  readonly tissue: Tissue;
  readonly points: readonly Point[];
  /** Standard normal deviate of this region's own intensity; scaled by the contrast's jitter. */
  readonly deviate: number;
  /** Sulci are cut into it: mm of half-width of |smooth noise| turned into CSF, if any. */
  readonly sulci?: number;
  /** Texture is this many times as strong as the tissue's. */
  readonly texture?: number;
}

/** Shapes in painter's order. */
export class Drawing {
  readonly shapes: Shape[] = [];

  add(
    tissue: Tissue,
    points: readonly Point[],
    deviate = 0,
    extra: Pick<Shape, 'sulci' | 'texture'> = {},
  ): void {
    if (points.length >= 3) this.shapes.push({ tissue, points, deviate, ...extra });
  }

  /** Marrow with its cortex, so many mm thick, around it. */
  addBone(points: readonly Point[], cortex: number, deviate = 0): void {
    this.add('cortical', points);
    this.add('marrow', offset(points, -cortex), deviate);
  }
}

/** Remaining fraction of an elliptic cross-section `lateral` mm off the midline; 0 beyond `halfWidth`. */
export const narrowing = (lateral: number, halfWidth: number): number =>
  Math.sqrt(Math.max(0, 1 - (lateral / halfWidth) ** 2));
