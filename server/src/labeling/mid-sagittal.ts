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
/** Coarseness of the evidence: within a slice, and from slice to slice. */
const probeMm = 4;
const profileMm = 2;
/** Symmetry is judged this far to both sides. */
const reachMm = 40;
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
  const thickness = thicknessOf(view);
  const middle = (slices - 1) / 2;
  const every = Math.max(1, Math.round(profileMm / spacing));
  const profiles = sliceProfiles(view, every);
  const evidence = [symmetryPlane(profiles, every * spacing), contentCentre(profiles)];
  const anchors = [middle, ...evidence.filter((at) => at !== null).map((at) => at * every)];
  const step = Math.max(1, neighbourMm / spacing);
  const around = [1, -1, 2, -2].flatMap((n) => anchors.slice(0, 2).map((at) => at + n * step));
  const closest = Math.max(1, closestMm / spacing);
  const chosen: number[] = [];
  for (const at of [...anchors, ...around]) {
    const centre = onGrid(at, thickness, slices);
    if (chosen.every((other) => Math.abs(other - centre) >= closest)) chosen.push(centre);
  }
  return chosen.slice(0, limit).map((centre) => choice(view, centre, thickness));
}

/**
 * The slab around a known sagittal plane, as thick as {@link candidateSlabs} makes them.
 * @param at from left to right, in slices of the volume; may be fractional
 */
export function slabAround(volume: Volume, at: number): SlabChoice {
  const view = orientedView(volume);
  const thickness = thicknessOf(view);
  return choice(view, onGrid(at, thickness, view.shape[0]), thickness);
}

/** A slab with this share of the surest one's sureness may still be the best. */
const comparable = 0.8;

/**
 * Which of the slabs shows the midline, after a network has looked at all of them. The surest need not: beside the
 * canal, foramina between the arches look like discs, a level more at times, on both sides alike. So the middle of
 * what a network is sure of counts, and of slabs of comparable sureness the one nearest to it.
 * @param places along the left-right axis, of slabs in the order of their likelihood
 * @param sureness of each; 0: nothing found
 * @returns the index of a slab, the first where nothing was found at all
 */
export function surestMiddle(places: readonly number[], sureness: readonly number[]): number {
  const least = comparable * Math.max(...sureness);
  const excess = sureness.map((sure) => Math.max(0, sure - least));
  const total = excess.reduce((sum, weight) => sum + weight, 0);
  if (!(total > 0)) return 0;
  const middle = excess.reduce((sum, weight, n) => sum + weight * places[n], 0) / total;
  const away = places.map((at, n) => (excess[n] > 0 ? Math.abs(at - middle) : Infinity));
  return away.indexOf(Math.min(...away));
}

const thicknessOf = ({ shape: [slices], spacing: [spacing] }: OrientedView): number =>
  Math.min(slices, Math.max(1, Math.floor(slabMm / spacing)));

const choice = (view: OrientedView, centre: number, slices: number): SlabChoice => ({
  centre: toFileVoxel(view, [centre, 0, 0])[view.axes[0].axis],
  slices,
});

/** The nearest centre whose slices lie whole inside: an integer for an odd thickness, a half for an even one. */
function onGrid(at: number, thickness: number, slices: number): number {
  const half = (thickness - 1) / 2;
  const offset = half % 1;
  return Math.min(slices - 1 - half, Math.max(half, Math.round(at - offset) + offset));
}

/** A coarse picture of a sagittal slice, with the sums a correlation needs. */
interface Profile {
  readonly values: Float32Array;
  readonly sum: number;
  readonly squares: number;
}

/** Of every `every`-th sagittal slice, right last. */
function sliceProfiles(view: OrientedView, every: number): Profile[] {
  const [slices, rows, columns] = view.shape;
  const [a, b] = [1, 2].map((axis) => Math.max(1, Math.round(probeMm / view.spacing[axis])));
  const [height, width] = [Math.ceil(rows / a), Math.ceil(columns / b)];
  const pictures = Array.from({ length: Math.ceil(slices / every) }, () => new Float32Array(height * width));
  // All slices of one place in turn: in most files they lie beside each other.
  for (let row = 0; row < height; row++)
    for (let column = 0; column < width; column++) {
      const start = view.offset + row * a * view.strides[1] + column * b * view.strides[2];
      for (let n = 0; n < pictures.length; n++)
        pictures[n][row * width + column] = view.data[start + n * every * view.strides[0]];
    }
  return pictures.map((values) => ({
    values,
    sum: values.reduce((sum, value) => sum + value, 0),
    squares: product(values, values),
  }));
}

function product(a: Float32Array, b: Float32Array): number {
  // Four sums at once: additions that wait for one another are slow.
  let [first, second, third, fourth] = [0, 0, 0, 0];
  const even = a.length - (a.length % 4);
  for (let i = 0; i < even; i += 4) {
    first += a[i] * b[i];
    second += a[i + 1] * b[i + 1];
    third += a[i + 2] * b[i + 2];
    fourth += a[i + 3] * b[i + 3];
  }
  for (let i = even; i < a.length; i++) first += a[i] * b[i];
  return first + second + third + fourth;
}

/** The plane (profile index, may lie between two) about which both sides look most alike; null for few slices. */
function symmetryPlane(profiles: readonly Profile[], spacing: number): number | null {
  const count = profiles.length;
  const reach = Math.max(2, Math.round(Math.min(0.35 * count, reachMm / spacing)));
  let best: { at: number; score: number } | null = null;
  for (let twice = 2 * reach; twice <= 2 * (count - 1 - reach); twice++) {
    const pairs = Array.from({ length: reach }, (_, n): [Profile, Profile] => {
      const left = Math.floor((twice + 1) / 2) - n - 1;
      return [profiles[left], profiles[twice - left]];
    });
    const score = correlation(pairs);
    if (best === null || score > best.score) best = { at: twice / 2, score };
  }
  return best?.at ?? null;
}

/** Pearson's correlation of all left values with all right ones. */
function correlation(pairs: readonly (readonly [Profile, Profile])[]): number {
  const total = (of: (left: Profile, right: Profile) => number) =>
    pairs.reduce((sum, [left, right]) => sum + of(left, right), 0);
  const n = total((left) => left.values.length);
  const [x, y] = [total((left) => left.sum), total((_, right) => right.sum)];
  const [xx, yy] = [total((left) => left.squares), total((_, right) => right.squares)];
  const spread = Math.sqrt((xx - (x * x) / n) * (yy - (y * y) / n));
  return spread > 0
    ? (total((left, right) => product(left.values, right.values)) - (x * y) / n) / spread
    : -1;
}

/** Centre of gravity of the slices' mean intensity above the darkest slice; null where all are alike. */
function contentCentre(profiles: readonly Profile[]): number | null {
  const darkest = Math.min(...profiles.map(({ sum }) => sum));
  const total = profiles.reduce((all, { sum }) => all + sum - darkest, 0);
  if (!(total > 0)) return null;
  return profiles.reduce((all, { sum }, n) => all + n * (sum - darkest), 0) / total;
}
