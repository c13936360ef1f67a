/** Where the spine's mid-sagittal plane may lie, by cheap evidence from the image. */
import { orientedView, toFileVoxel, type OrientedView } from '../volume/orientation.js';
import type { Volume } from '../volume/types.js';

/** A slab worth showing to the network; arguments of `sagittalSlab`. */
export interface SlabChoice {
  /** Along the file's left-right axis, in file voxels; may be fractional. */
  readonly centre: number;
  readonly slices: number;
}

/** At most this thick (but at least one slice): less noise than one thin slice, still inside the spinal canal. */
const slabMm = 5.5;
const probeMm = 4;
const neighbourMm = 6;
const closestMm = 2.5;

/**
 * A few slabs to let the network choose from, the likeliest first: the middle of the volume, the plane of best
 * left-right symmetry, the middle of what is bright, and neighbours of these.
 * @param limit at most this many
 */
export function candidateSlabs(volume: Volume, limit = 7): SlabChoice[] {
  const view = orientedView(volume);
  const [slices] = view.shape;
  const [spacing] = view.spacing;
  const thickness = Math.min(slices, Math.max(1, Math.floor(slabMm / spacing)));
  const middle = (slices - 1) / 2;
  const profiles = sliceProfiles(view);
  const anchors = [middle, symmetryPlane(profiles, spacing), contentCentre(profiles)].filter(
    (at) => at !== null,
  );
  const step = Math.max(1, neighbourMm / spacing);
  const around = [1, -1, 2, -2].flatMap((n) => anchors.slice(0, 2).map((at) => at + n * step));
  const closest = Math.max(1, closestMm / spacing);
  const chosen: number[] = [];
  for (const at of [...anchors, ...around]) {
    const centre = onGrid(at, thickness, slices);
    if (chosen.every((other) => Math.abs(other - centre) >= closest)) chosen.push(centre);
  }
  return chosen
    .slice(0, limit)
    .map((centre) => ({ centre: toFileVoxel(view, [centre, 0, 0])[view.axes[0].axis], slices: thickness }));
}

/** The nearest centre whose slices lie whole inside: an integer for an odd thickness, a half for an even one. */
function onGrid(at: number, thickness: number, slices: number): number {
  const half = (thickness - 1) / 2;
  const offset = half % 1;
  return Math.min(slices - 1 - half, Math.max(half, Math.round(at - offset) + offset));
}

/** Per sagittal slice (right last) a coarse picture of it. */
function sliceProfiles(view: OrientedView): Float32Array[] {
  const [slices, rows, columns] = view.shape;
  const [a, b] = [1, 2].map((axis) => Math.max(1, Math.round(probeMm / view.spacing[axis])));
  const [height, width] = [Math.floor((rows - 1) / a) + 1, Math.floor((columns - 1) / b) + 1];
  return Array.from({ length: slices }, (_, slice) => {
    const profile = new Float32Array(height * width);
    const start = view.offset + slice * view.strides[0];
    for (let row = 0; row < height; row++)
      for (let column = 0; column < width; column++)
        profile[row * width + column] =
          view.data[start + row * a * view.strides[1] + column * b * view.strides[2]];
    return profile;
  });
}

/** The plane (slice index, may lie between two) about which both sides look most alike; null for few slices. */
function symmetryPlane(profiles: readonly Float32Array[], spacing: number): number | null {
  const slices = profiles.length;
  const reach = Math.max(2, Math.round(Math.min(0.35 * slices, 40 / spacing)));
  let best: { at: number; score: number } | null = null;
  for (let twice = 2 * reach; twice <= 2 * (slices - 1 - reach); twice++) {
    const pairs: [Float32Array, Float32Array][] = [];
    for (let d = 1; d <= reach; d++) {
      const left = Math.floor((twice + 1) / 2) - d;
      pairs.push([profiles[left], profiles[twice - left]]);
    }
    const score = correlation(pairs);
    if (best === null || score > best.score) best = { at: twice / 2, score };
  }
  return best?.at ?? null;
}

function correlation(pairs: readonly (readonly [Float32Array, Float32Array])[]): number {
  let [n, x, y, xx, yy, xy] = [0, 0, 0, 0, 0, 0];
  for (const [left, right] of pairs)
    for (let i = 0; i < left.length; i++) {
      n++;
      x += left[i];
      y += right[i];
      xx += left[i] * left[i];
      yy += right[i] * right[i];
      xy += left[i] * right[i];
    }
  const spread = Math.sqrt((xx - (x * x) / n) * (yy - (y * y) / n));
  return spread > 0 ? (xy - (x * y) / n) / spread : -1;
}

/** Centre of gravity of the slices' mean intensity above the darkest slice; null where all are alike. */
function contentCentre(profiles: readonly Float32Array[]): number | null {
  const means = profiles.map((profile) => profile.reduce((sum, value) => sum + value, 0) / profile.length);
  const darkest = Math.min(...means);
  const total = means.reduce((sum, mean) => sum + mean - darkest, 0);
  if (!(total > 0)) return null;
  return means.reduce((sum, mean, slice) => sum + slice * (mean - darkest), 0) / total;
}
