import { type Point, point } from './polygon.js';
import type { Random } from './random.js';
import type { Spine } from './spine.js';

/** How much of head and neck the picture shows; `head`: no disc; `cut`: C2/C3 may lie outside. */
type NeckFrame = 'head' | 'head-neck' | 'neck' | 'cut';

/** What the picture shows; below the neck the sacrum is in view (`lumbar`) or nothing to count from (`thoracic`). */
export type PhantomFrame = NeckFrame | 'thoracic' | 'lumbar';

/** From the drawing's mm to the picture's pixels. */
export interface View {
  readonly width: number;
  readonly height: number;
  readonly spacing: number;
  readonly frame: PhantomFrame;
  /** Whole numbers are pixel centres; x is the column, y the row. */
  project(p: Point): Point;
}

/** How many pictures are turned further than the rest, and how far at most. */
export interface Askew {
  readonly share: number;
  readonly degrees: number;
}

export interface ViewOptions {
  readonly width: number;
  readonly height: number;
  readonly spacing?: number;
  readonly frame?: NeckFrame;
  /** Default: 15 % by up to 22 degrees. */
  readonly askew?: Askew;
  /** The share of necks that are cut besides those that are so anyway. Default: none. */
  readonly cutNecks?: number;
  /** The share of necks of which the head alone is in the picture. Default: none. */
  readonly heads?: number;
}

interface Wave {
  readonly amplitudeX: number;
  readonly amplitudeY: number;
  readonly kx: number;
  readonly ky: number;
  readonly phase: number;
}

/** Slow sinusoidal warps of up to 2 mm. */
function sampleWaves(random: Random): Wave[] {
  return Array.from({ length: 4 }, () => {
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
}

interface Place {
  /** The point that comes to lie at `row` and `column`, in the drawing's mm, and those in pixels. */
  readonly anchor: Point;
  readonly row: number;
  readonly column: number;
  /** Clockwise turn of the drawing about the anchor, radians. */
  readonly turn: number;
  readonly waves: readonly Wave[];
}

function viewAt(size: Omit<View, 'project'>, { anchor, row, column, turn, waves }: Place): View {
  const c = Math.cos(turn) / size.spacing;
  const s = Math.sin(turn) / size.spacing;
  const project = (p: Point): Point => {
    let x = p.x - anchor.x;
    let y = p.y - anchor.y;
    for (const w of waves) {
      const phase = w.kx * p.x + w.ky * p.y + w.phase;
      x += w.amplitudeX * Math.sin(phase);
      y += w.amplitudeY * Math.cos(phase);
    }
    return point(column + c * x - s * y, row + s * x + c * y);
  };
  return { ...size, project };
}

const sampleSpacing = (random: Random, spacing: number | undefined): number =>
  spacing ?? random.logUniform(0.8, 1.5);

/** Degrees: normal with this deviation, but for those askew. */
const sampleTurn = (random: Random, { share, degrees }: Askew, deviation: number): number =>
  random.chance(share) ? random.uniform(-degrees, degrees) : random.normal(0, deviation);

/** Head and neck: spacing 0.8-1.5 mm, rotation, four sinusoidal warps, and the place of C2/C3 in the picture. */
export function sampleView(random: Random, options: ViewOptions): View {
  const spacing = sampleSpacing(random, options.spacing);
  const u = random.uniform();
  const cut = u >= 0.95 || random.fork('cut').chance(options.cutNecks ?? 0);
  const head = random.fork('head').chance(options.heads ?? 0);
  const frame = options.frame ?? (head ? 'head' : cut ? 'cut' : u < 0.74 ? 'head-neck' : 'neck');
  const degrees = sampleTurn(random, options.askew ?? { share: 0.15, degrees: 22 }, 7);
  const waves = sampleWaves(random);
  const rows = { head: [1.02, 1.2], 'head-neck': [0.28, 0.62], neck: [0.04, 0.3], cut: [-0.35, 0.06] }[frame];
  const row = random.uniform(rows[0], rows[1]) * options.height;
  // Further down the spine runs backwards: leave room for it.
  const column = random.uniform(0.3, 0.66) * options.width - (frame === 'cut' ? 0.1 * options.width : 0);
  const { width, height } = options;
  const place = { anchor: point(0, 0), row, column, turn: (degrees * Math.PI) / 180, waves };
  return viewAt({ width, height, spacing, frame }, place);
}

/** Levels counted from 0 = C2/C3. */
const lumbosacral = 22;

/**
 * A view of the trunk, the spine about upright in it. `lumbar`: L5/S1 is mostly in sight, in one of eight below the
 * picture. `thoracic`: about a disc between T3/T4 and T12/L1.
 */
export function sampleTrunkView(
  random: Random,
  spine: Spine,
  options: Omit<ViewOptions, 'frame'>,
  frame: 'thoracic' | 'lumbar',
): View {
  const { width, height } = options;
  const spacing = sampleSpacing(random, options.spacing);
  const degrees = sampleTurn(random, options.askew ?? { share: 0.1, degrees: 20 }, 6);
  const waves = sampleWaves(random);
  const cut = random.chance(0.12);
  const fraction =
    frame === 'thoracic'
      ? random.uniform(0.3, 0.7)
      : cut
        ? random.uniform(0.98, 1.3)
        : random.uniform(0.5, 0.97);
  const level = frame === 'lumbar' ? lumbosacral : random.integer(8, 17);
  const anchor = spine.discs[level].posterior;
  // Upright: from the anchor to what is about the upper edge of the picture.
  const seen = frame === 'lumbar' ? spine.discs[level - 5] : spine.discs[level - 3];
  const lean = Math.atan2(anchor.x - seen.posterior.x, anchor.y - seen.posterior.y);
  const column = random.uniform(0.36, 0.72) * width;
  const place = { anchor, row: fraction * height, column, turn: lean + (degrees * Math.PI) / 180, waves };
  return viewAt({ width, height, spacing, frame }, place);
}
