import { sampleContrast, samplePalette } from './contrast.js';
import { corrupt } from './corruption.js';
import {
  applyPadding,
  isInside,
  noPadding,
  removeFace,
  samplePadding,
  sampleWindow,
  type Padding,
} from './cutting.js';
import { applyGlow, sampleFieldEnd, squeezed } from './field-end.js';
import { blur } from './filters.js';
import { paint } from './painter.js';
import { add, interpolate, type Point } from './polygon.js';
import { Random } from './random.js';
import { applySaturation, sampleSaturationBand } from './saturation.js';
import { drawScenery, type PhantomExtent } from './scenery.js';
import type { Spine } from './spine.js';
import type { DrawnPhantom, PhantomContrast, PhantomDisc } from './types.js';
import type { Askew, PhantomFrame, View } from './view.js';
import { visibilityAt } from './visibility.js';

export interface PhantomOptions {
  /** Left out: drawn at random (55 % T1w, 27 % T2w, 18 % random). */
  readonly contrast?: PhantomContrast;
  /** Even numbers; 256 each when left out. */
  readonly width?: number;
  readonly height?: number;
  /** mm per pixel; left out: log-uniform in 0.8 … 1.5. */
  readonly spacing?: number;
  /** What is drawn: `neck` (default), or `spine`: necks, some of them worn or off the midline, and trunks. */
  readonly extent?: PhantomExtent;
  /** Left out: of a neck 74 % head and neck, 21 % neck, 5 % cut; of spines see `scenery.ts`. */
  readonly view?: PhantomFrame;
  /** Default: 15 % of necks and 10 % of trunks, by up to 22 and 20 degrees. */
  readonly askew?: Askew;
  /** The share of necks cut below C2/C3, besides those that are so anyway. Default: none. */
  readonly cutNecks?: number;
  /** The share of necks of which the head alone is in the picture, without discs. Default: none. */
  readonly heads?: number;
  /** The share of pictures that reach down to the end of the scanner's field. Default: none. */
  readonly fieldEnds?: number;
  /** The share of pictures with a saturation band in front of the spine. Default: none. */
  readonly saturated?: number;
  /** The share of pictures of which only a small window about one of the discs is left. Default: none. */
  readonly windows?: number;
  /** Neither scanner effects nor padding nor removed faces: for looking at the anatomy. */
  readonly clean?: boolean;
}

const showsHead = (frame: PhantomFrame): boolean => frame !== 'thoracic' && frame !== 'lumbar';

/** In the trunk of adults marrow is mostly fat, and brighter on T1w than discs. */
const fattyMarrow = { share: 0.6, least: 0.35 } as const;

const backArcs = [-60, -30, 0, 30, 60, 90, 120, 160, 200, 260, 330];
const backArcsBelow = [60, 120, 200, 260, 320, 380, 440, 500, 560, 600];

/** Column of the patient's back in each row of a view. */
export const backOf = (spine: Spine, view: View): ((row: number) => number) => {
  const arcs = showsHead(view.frame) ? backArcs : backArcsBelow;
  const points = arcs.map((arc) => view.project(spine.at(arc, 50)));
  const rows = points.map((p) => p.y);
  const columns = points.map((p) => p.x);
  return (row) => interpolate(rows, columns, row);
};

/**
 * Draws a mid-sagittal slice of head and spine with randomised anatomy, contrast and scanner effects
 * (domain randomisation: a network trained on such slices alone labels real ones).
 * The same seed gives the same bytes.
 * @returns rows superior to inferior, columns anterior to posterior, discs C2/C3 and below
 */
export function drawPhantom(seed: number | string, options: PhantomOptions = {}): DrawnPhantom {
  const random = new Random(`phantom ${seed}`);
  const width = options.width ?? 256;
  const height = options.height ?? 256;
  const contrast = options.contrast ?? sampleContrast(random.fork('contrast'));
  const { spine, shapes, view: whole } = drawScenery(random, { ...options, width, height });
  const cuts = random.fork('cuts');
  const padding = padFor(whole, spine, random, cuts, options);
  const shown = options.clean ? noPadding : padding;
  const ends = random.fork('field end');
  const end = ends.chance(options.fieldEnds ?? 0) ? sampleFieldEnd(ends, height - shown.bottom) : null;
  const view = end ? squeezed(whole, end) : whole;
  const palette = samplePalette(
    random.fork('palette'),
    contrast,
    showsHead(view.frame) ? undefined : fattyMarrow,
  );
  const optics = random.fork('optics');
  const sigma = optics.chance(0.7) ? optics.uniform(0.4, 1.6) : 0;
  let image = paint(shapes, palette, view.project, view, random.fork('texture'));
  // The blur is given in samples of the finer grid.
  if (sigma > 0) image = blur(image, width, height, sigma / 2);
  const { discs } = spine;
  if (!options.clean) {
    const fronts = discs.map((d) => view.project(add(d.posterior, d.forward, d.depth)));
    const bands = random.fork('saturation');
    if (bands.chance(options.saturated ?? 0)) saturate(image, fronts, view, bands);
    if (end) applyGlow(image, view, end);
    image = corrupt(
      image,
      { width, height, spacing: view.spacing, backColumn: backOf(spine, view) },
      random.fork('corruption'),
    );
    if (showsHead(view.frame)) {
      const corner = view.project(add(spine.at(-40), { x: -cuts.uniform(55, 95), y: -cuts.uniform(0, 45) }));
      removeFace(image, view, corner, fronts, cuts);
    }
    applyPadding(image, view, padding);
  }
  const placed = discs.map((d): PhantomDisc => {
    const { x, y } = view.project(d.target);
    return { value: d.value, row: y, column: x };
  });
  const listed = contiguous(placed.filter(({ row, column }) => isInside({ x: column, y: row }, view, shown)));
  const outside = placed.filter((d) => !listed.includes(d));
  const seen = listed.map((d) => ({ ...d, visibility: visibilityAt(spine, d.value, { image, ...view }) }));
  return { width, height, spacing: view.spacing, contrast, image, discs: seen, outside };
}

function saturate(image: Float32Array, fronts: readonly Point[], view: View, random: Random): void {
  const shown = fronts.filter((front) => isInside(front, view, noPadding));
  const band = sampleSaturationBand(random, shown, view.spacing);
  if (band) applySaturation(image, view, band);
}

/** What is black about the picture: a window's surroundings, or what a scan of another shape leaves. */
function padFor(
  view: View,
  { discs }: Spine,
  random: Random,
  cuts: Random,
  { windows = 0 }: PhantomOptions,
): Padding {
  const own = random.fork('window');
  const places = discs.map(({ target }) => view.project(target)).filter((p) => isInside(p, view, noPadding));
  return places.length > 0 && own.chance(windows)
    ? sampleWindow(own, view, places[own.integer(0, places.length - 1)])
    : samplePadding(cuts, view);
}

/** Only the unbroken run of levels from the first visible one: a curve may leave the picture and return. */
function contiguous(discs: readonly PhantomDisc[]): PhantomDisc[] {
  return discs.filter((d, i) => d.value === discs[0].value + i);
}
