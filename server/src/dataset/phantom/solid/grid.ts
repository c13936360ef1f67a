import type { Affine } from '../../../volume/types.js';
import type { Random } from '../random.js';
import type { Spine } from '../spine.js';
import { sampleView, type View } from '../view.js';

/** What of the spine a volume shows. */
export const fields = ['cervical', 'cervicothoracic', 'whole'] as const;
export type Field = (typeof fields)[number];

/** How a contrast is acquired. */
export interface Acquisition {
  /** mm within the sagittal slices, and from slice to slice. */
  readonly spacing: number;
  readonly thickness: number;
  /** Left to right. */
  readonly slices: number;
  /** Voxel axes: left-right, anterior-posterior, superior-inferior; or slices last, as dcm2niix stores them. */
  readonly slicesLast: boolean;
}

/** mm. What lies above C2/C3 is drawn at random where `above` is left out. */
const extents: Readonly<Record<Field, { depth: number; height: number; above?: number }>> = {
  cervical: { depth: 256, height: 288 },
  cervicothoracic: { depth: 256, height: 400, above: 120 },
  whole: { depth: 288, height: 720, above: 110 },
};

const even = (mm: number, spacing: number): number => 2 * Math.round(mm / spacing / 2);

/**
 * The same projection, read from a table: thousands of corners in each of many sections make the warps' sines the
 * dearest part of drawing them. Off by less than 0.2 mm, the same for anatomy and labels.
 */
function tabulated(view: View): View {
  const [left, top, columns, rows, cell] = [-260, -260, 131, 281, 4];
  const table = new Float64Array(2 * columns * rows);
  for (let r = 0, i = 0; r < rows; r++)
    for (let c = 0; c < columns; c++, i += 2) {
      const q = view.project({ x: left + c * cell, y: top + r * cell });
      table[i] = q.x;
      table[i + 1] = q.y;
    }
  const project: View['project'] = (p) => {
    const u = (p.x - left) / cell;
    const v = (p.y - top) / cell;
    if (!(u >= 0 && u < columns - 1 && v >= 0 && v < rows - 1)) return view.project(p);
    const [c, r] = [Math.floor(u), Math.floor(v)];
    const [s, t] = [u - c, v - r];
    const i = 2 * (r * columns + c);
    const j = i + 2 * columns;
    const x = table[i] + s * (table[i + 2] - table[i]);
    const y = table[i + 1] + s * (table[i + 3] - table[i + 1]);
    return {
      x: x + t * (table[j] + s * (table[j + 2] - table[j]) - x),
      y: y + t * (table[j + 1] + s * (table[j + 3] - table[j + 1]) - y),
    };
  };
  return { ...view, project };
}

/** The sagittal picture of a field of view; the same place in mm at every spacing. */
export function sagittalView(random: Random, field: Field, spacing: number, spine: Spine): View {
  const { depth, height, above } = extents[field];
  const size = { width: even(depth, spacing), height: even(height, spacing) };
  if (above === undefined) return tabulated(sampleView(random, { ...size, spacing, frame: 'head-neck' }));
  const head = {
    width: even(extents.cervical.depth, spacing),
    height: even(extents.cervical.height, spacing),
  };
  const view = sampleView(random, { ...head, spacing, frame: 'head-neck' });
  const lean = random.fork('lean').normal(0, 0.06);
  const turned = uprightFrom(view, spine, (height - above) / spacing, lean);
  const shown = spine.discs
    .map((disc) => turned(disc.target))
    .filter((p) => p.y < (height - above) / spacing)
    .map((p) => p.x);
  // A long spine leaves the picture unless it is centred; there is more in front of it than behind.
  const x = size.width * 0.62 - (Math.min(...shown) + Math.max(...shown)) / 2;
  const y = above / spacing;
  return tabulated({
    ...view,
    ...size,
    project: (p) => {
      const q = turned(p);
      return { x: q.x + x, y: q.y + y };
    },
  });
}

/** The projection turned about C2/C3, its new origin, so that the spine as far as `reach` rows down stands upright. */
function uprightFrom(view: View, spine: Spine, reach: number, lean: number): View['project'] {
  const places = spine.discs.map((disc) => view.project(disc.target));
  const first = places[0];
  const last = places.findLast((p) => p.y - first.y < reach) ?? first;
  const angle = Math.atan2(last.x - first.x, last.y - first.y) + lean;
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  return (p) => {
    const q = view.project(p);
    const [x, y] = [q.x - first.x, q.y - first.y];
    return { x: c * x - s * y, y: s * x + c * y };
  };
}

/** Where rows and columns of the slices go in the volume, and the volume in the world. */
export interface Placement {
  readonly shape: readonly [number, number, number];
  readonly affine: Affine;
  readonly spacing: readonly [number, number, number];
  voxel(slice: number, row: number, column: number): readonly [number, number, number];
}

/** Where the sagittal sections of a view lie in a file: its shape, its affine (mm, RAS+), and the voxel of each pixel. */
export function placement(how: Acquisition, view: View): Placement {
  const { width, height, spacing } = view;
  const left = (-(how.slices - 1) / 2) * how.thickness;
  const front = ((width - 1) / 2) * spacing;
  const bottom = (-(height - 1) / 2) * spacing;
  if (how.slicesLast)
    return {
      shape: [width, height, how.slices],
      spacing: [spacing, spacing, how.thickness],
      affine: [
        [0, 0, how.thickness, left],
        [-spacing, 0, 0, front],
        [0, spacing, 0, bottom],
        [0, 0, 0, 1],
      ],
      voxel: (slice, row, column) => [column, height - 1 - row, slice],
    };
  return {
    shape: [how.slices, width, height],
    spacing: [how.thickness, spacing, spacing],
    affine: [
      [how.thickness, 0, 0, left],
      [0, spacing, 0, -front],
      [0, 0, spacing, bottom],
      [0, 0, 0, 1],
    ],
    voxel: (slice, row, column) => [slice, width - 1 - column, height - 1 - row],
  };
}
