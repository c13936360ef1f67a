/** What test/bench/views.mjs runs: changed views of a slice with known points, read by one model. */
import { createInference } from '@disc-labeling/models/engines';
import { addNoise, applyBias } from '@disc-labeling/server/dataset/phantom/corruption';
import { blur, percentiles } from '@disc-labeling/server/dataset/phantom/filters';
import { Random } from '@disc-labeling/server/dataset/phantom/random';
import { applySaturation, sampleSaturationBand } from '@disc-labeling/server/dataset/phantom/saturation';
import { compareDiscs, summarizeDiscs, type PlacedDisc } from '@disc-labeling/server/evaluation/metrics';
import { rightWithinMm } from '@disc-labeling/server/evaluation/phantoms';
import { findModel } from '@disc-labeling/server/labeling/models';
import { discsOnSlab, readSlabs } from '@disc-labeling/server/labeling/reading';
import { flatSlab } from '@disc-labeling/server/volume/flat-slab';
import { discName, discValue, lumbosacralDisc, uppermostDisc } from '@disc-labeling/server/volume/levels';
import { readVolume } from '@disc-labeling/server/volume/nifti';
import { sagittalSlab, voxelToPixel } from '@disc-labeling/server/volume/slice';
import { Warp, type Place } from '@disc-labeling/server/volume/warp';
import { readFile } from 'node:fs/promises';

interface View {
  readonly image: Float32Array;
  readonly width: number;
  readonly height: number;
  /** mm per row and column. */
  readonly spacing: readonly [number, number];
  readonly discs: readonly (Place & { readonly value: number })[];
}

/** The picture of a flat volume in mm of which points are known. */
async function readSlice(slice: string): Promise<View> {
  const volume = await readVolume(`${slice}.nii.gz`);
  const slab = sagittalSlab(volume, Math.floor(volume.shape[0] / 2), 1, 'picture');
  const { discs } = JSON.parse(await readFile(`${slice}.json`, 'utf8')) as {
    discs: { name: string; voxel: [number, number, number] }[];
  };
  return {
    ...slab,
    discs: discs.map(({ name, voxel }) => {
      const [row, column] = voxelToPixel(slab, voxel);
      return { value: discValue(name)!, row, column };
    }),
  };
}

/** What is done to views besides: nothing, a saturation band in front of the spine, or cutting down to the spine. */
type Kind = 'plain' | 'saturated' | 'windowed';

/** From the posterior edge of a disc to its anterior one, mm, about: 15 at C2/C3, 31 at L5/S1. */
const depthOf = (value: number): number =>
  15 + (16 * (value - uppermostDisc)) / (lumbosacralDisc - uppermostDisc);

/** The `n`th view; the same for every model. */
function changed(slice: View, n: number, kind: Kind): View {
  const random = new Random(`view ${n}`);
  const { width, height, spacing } = slice;
  const mm = Math.sqrt(spacing[0] * spacing[1]);
  const warp = new Warp({
    size: [height, width],
    spacing,
    offset: [0, 0],
    angle: (random.normal(0, 7) * Math.PI) / 180,
    scale: Math.exp(random.uniform(Math.log(0.8), Math.log(1.25))),
    elastic: null,
  });
  let { image } = warp.apply(slice);
  const softness = random.chance(0.5) ? random.uniform(0.3, 1) : 0;
  if (softness > 0) image = blur(image, width, height, softness);
  const discs = slice.discs.map((disc) => ({ ...disc, ...warp.fromPicture(disc) }));
  if (kind === 'saturated') {
    const fronts = discs.map(({ value, row, column }) => ({ x: column - depthOf(value) / mm, y: row }));
    const band = sampleSaturationBand(random.fork('saturation'), fronts, mm);
    if (band) applySaturation(image, { width, height, spacing: mm }, band);
  }
  const [brightest] = percentiles(image, [0.995]);
  applyBias(image, slice, 0.3, random);
  if (random.chance(0.6))
    addNoise(image, { width, height }, random.uniform(0.01, 0.06) * brightest, true, random);
  const whole = withoutLost({ ...slice, image, discs });
  if (kind === 'windowed') return cut(whole, windowAbout(whole, random));
  const [first] = whole.discs;
  const top = random.chance(1 / 3) && first.value === uppermostDisc ? first.row - random.uniform(8, 30) : 0;
  return cut(whole, { top, left: 0, bottom: height, right: width });
}

/** Where a view is cut, in its pixels; what lies outside counts to its edge. */
interface Box {
  readonly top: number;
  readonly left: number;
  readonly bottom: number;
  readonly right: number;
}

/** What is left of a scan cut down to the spine: C2, little beside the discs, and four of them or more. */
function windowAbout({ discs, spacing }: View, random: Random): Box {
  const kept = discs.slice(0, random.integer(4, discs.length));
  const columns = kept.map(({ column }) => column);
  return {
    top: kept[0].row - random.uniform(18, 40) / spacing[0],
    bottom: kept.at(-1)!.row + random.uniform(6, 15) / spacing[0],
    left: Math.min(...columns) - random.uniform(25, 50) / spacing[1],
    right: Math.max(...columns) + random.uniform(25, 50) / spacing[1],
  };
}

function cut(view: View, box: Box): View {
  const top = Math.max(0, Math.round(box.top));
  const left = Math.max(0, Math.round(box.left));
  const height = Math.min(view.height, Math.round(box.bottom)) - top;
  const width = Math.min(view.width, Math.round(box.right)) - left;
  const image = new Float32Array(height * width);
  for (let row = 0; row < height; row++) {
    const from = (top + row) * view.width + left;
    image.set(view.image.subarray(from, from + width), row * width);
  }
  const discs = view.discs.map((disc) => ({ ...disc, row: disc.row - top, column: disc.column - left }));
  return withoutLost({ ...view, width, height, image, discs });
}

/** The same view without the discs that lie past its edges. */
function withoutLost(view: View): View {
  const inside = ({ row, column }: Place): boolean =>
    row >= 0 && column >= 0 && row <= view.height - 1 && column <= view.width - 1;
  return { ...view, discs: view.discs.filter(inside) };
}

/**
 * @param slice path without `.nii.gz` and `.json`
 * @param model default: what labelling uses
 * @returns of the slice as it is, each disc's distance in mm; of the views, of those with a band, and of windows, what was right
 */
export async function benchmarkViews(slice: string, views: number, model?: string) {
  const { description, weights } = await findModel(model);
  const inference = await createInference(description.network, weights, { engine: 'onnxruntime-cpu' });
  const original = await readSlice(slice);
  const read = async (view: View) => {
    const { spacing } = view;
    const reading = await readSlabs([flatSlab(view, spacing)], description, inference);
    const place = ({ value, row, column }: View['discs'][number]): PlacedDisc => ({
      value,
      position: [row * spacing[0], column * spacing[1]],
    });
    return compareDiscs(view.discs.map(place), discsOnSlab(reading).map(place), {
      toleranceMm: rightWithinMm,
    });
  };
  try {
    const asItIs = (await read(original)).discs.map(({ value, distance }) => [discName(value), distance]);
    const summary = async (kind: Kind) => {
      const comparisons = [];
      for (let n = 0; n < views; n++) comparisons.push(await read(changed(original, n, kind)));
      return summarizeDiscs(comparisons);
    };
    return {
      model: description.name,
      mmAsItIs: Object.fromEntries(asItIs),
      views: await summary('plain'),
      saturated: await summary('saturated'),
      windows: await summary('windowed'),
    };
  } finally {
    await inference.dispose();
  }
}
