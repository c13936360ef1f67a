import { type Point, point } from './polygon.js';
import type { Random } from './random.js';

/** How much of head and spine the picture shows; `cut`: C2/C3 may lie outside. */
export type PhantomFrame = 'head-neck' | 'neck' | 'cut';

/** From the drawing's mm to the picture's pixels. */
export interface View {
  readonly width: number;
  readonly height: number;
  readonly spacing: number;
  readonly frame: PhantomFrame;
  /** Whole numbers are pixel centres; x is the column, y the row. */
  project(p: Point): Point;
}

export interface ViewOptions {
  readonly width: number;
  readonly height: number;
  readonly spacing?: number;
  readonly frame?: PhantomFrame;
}

interface Wave {
  readonly amplitudeX: number;
  readonly amplitudeY: number;
  readonly kx: number;
  readonly ky: number;
  readonly phase: number;
}

/** Spacing 0.8-1.5 mm, rotation, four sinusoidal warps, and the place of C2/C3 in the picture. */
export function sampleView(random: Random, options: ViewOptions): View {
  const spacing = options.spacing ?? random.logUniform(0.8, 1.5);
  const u = random.uniform();
  const frame = options.frame ?? (u < 0.74 ? 'head-neck' : u < 0.95 ? 'neck' : 'cut');
  const degrees = random.chance(0.15) ? random.uniform(-22, 22) : random.normal(0, 7);
  const angle = (degrees * Math.PI) / 180;
  const waves: Wave[] = Array.from({ length: 4 }, () => {
    const wave = (2 * Math.PI) / random.uniform(60, 220);
    const direction = random.uniform(0, 2 * Math.PI);
    return {
      amplitudeX: random.uniform(-2, 2),
      amplitudeY: random.uniform(-2, 2),
      kx: wave * Math.cos(direction),
      ky: wave * Math.sin(direction),
      phase: random.uniform(0, 2 * Math.PI),
    };
  });
  const rows = { 'head-neck': [0.28, 0.62], neck: [0.04, 0.3], cut: [-0.35, 0.06] }[frame];
  const row = random.uniform(rows[0], rows[1]) * options.height;
  // Further down the spine runs backwards: leave room for it.
  const column = random.uniform(0.3, 0.66) * options.width - (frame === 'cut' ? 0.1 * options.width : 0);
  const c = Math.cos(angle) / spacing;
  const s = Math.sin(angle) / spacing;
  const project = (p: Point): Point => {
    let { x, y } = p;
    for (const w of waves) {
      const phase = w.kx * p.x + w.ky * p.y + w.phase;
      x += w.amplitudeX * Math.sin(phase);
      y += w.amplitudeY * Math.cos(phase);
    }
    return point(column + c * x - s * y, row + s * x + c * y);
  };
  return { width: options.width, height: options.height, spacing, frame, project };
}
