import { setImmediate } from 'node:timers/promises';
import { throwIfCancelled } from '@disc-labeling/models/errors';
import type { Affine, Volume } from '../../volume/types.js';
import { samplePalette, type Palette } from './contrast.js';
import { addNoise, applyFields } from './corruption.js';
import { isInside } from './cutting.js';
import { backOf } from './draw.js';
import { blur, percentiles } from './filters.js';
import { paint } from './painter.js';
import { Random } from './random.js';
import { drawScene } from './scene.js';
import { texturesBeside } from './texture.js';
import { sampleView, type View } from './view.js';

/** A synthetic volume with the places of its discs. */
export interface PhantomVolume {
  readonly volume: Volume;
  /** In the volume's own voxels, fractional; superior to inferior. */
  readonly discs: readonly { readonly value: number; readonly voxel: readonly [number, number, number] }[];
}

/** How a contrast is acquired: the field of view is the same, 288 mm high, 256 mm deep and about 48 mm wide. */
interface Acquisition {
  /** mm within the sagittal slices. */
  readonly spacing: number;
  readonly thickness: number;
  readonly slices: number;
  /** Parallel sections averaged into one slice. */
  readonly sections: number;
  /** Voxel axes: left-right, anterior-posterior, superior-inferior; or slices last, as dcm2niix stores them. */
  readonly slicesLast: boolean;
}

const acquisitions: Readonly<Record<'T1w' | 'T2w', Acquisition>> = {
  T1w: { spacing: 1, thickness: 1, slices: 48, sections: 1, slicesLast: false },
  T2w: { spacing: 0.8, thickness: 3, slices: 16, sections: 2, slicesLast: true },
};

const even = (mm: number, spacing: number): number => 2 * Math.round(mm / spacing / 2);

const fullScale = 1000;

/**
 * Draws head and neck of one subject as a 3-D volume, slice by slice with the painter of the training
 * phantoms. Both contrasts of a seed show the same anatomy in the same place.
 * @param progress called after every slice with the fraction done
 * @throws CancelledError once `signal` is aborted
 */
export async function drawPhantomVolume(
  seed: number | string,
  contrast: 'T1w' | 'T2w',
  options: { readonly signal?: AbortSignal; readonly progress?: (fraction: number) => void } = {},
): Promise<PhantomVolume> {
  const random = new Random(`phantom volume ${seed}`);
  const own = random.fork(contrast);
  const how = acquisitions[contrast];
  const size = { width: even(256, how.spacing), height: even(288, how.spacing), spacing: how.spacing };
  const view = sampleView(random.fork('view'), { ...size, frame: 'head-neck' });
  const scene = drawScene(random.fork('anatomy'));
  const drawn = samplePalette(own.fork('palette'), contrast);
  // As rough as training phantoms would be tiring to look at.
  const palette = { ...drawn, softTexture: drawn.softTexture * 0.4, texture: drawn.texture * 0.6 };
  const sigma = own.uniform(0.4, 0.7);
  const noise = own.uniform(0.008, 0.02);
  // Nobody lies exactly in the middle.
  const offset = random.fork('position').uniform(-4, 4);
  const slices: Float32Array[] = [];
  for (let n = 0; n < how.slices; n++) {
    throwIfCancelled(options.signal);
    const image = drawSlice(random, own, { n, how, view, palette, sigma, offset });
    applyFields(image, { ...size, backColumn: backOf(scene.spine, view) }, own.fork('fields'), 0.35);
    addNoise(image, { ...size, backColumn: () => 0 }, noise, true, own.fork(`noise ${n}`));
    slices.push(image);
    options.progress?.((n + 1) / how.slices);
    // Lets the signal and other work in.
    await setImmediate();
  }
  const place = placement(how, view);
  const middle = (how.slices - 1) / 2 + offset / how.thickness;
  const discs = scene.spine.discs.flatMap((d) => {
    const p = view.project(d.target);
    const visible = isInside(p, view, { top: 0, bottom: 0, left: 0, right: 0 });
    return visible ? [{ value: d.value, voxel: place.voxel(middle, p.y, p.x) }] : [];
  });
  return { volume: assemble(slices, how, view), discs };
}

interface SliceJob {
  readonly n: number;
  readonly how: Acquisition;
  readonly view: View;
  readonly palette: Palette;
  readonly sigma: number;
  /** mm to the right at which the midline lies. */
  readonly offset: number;
}

/** One slice before scanner effects: the mean of its sections. */
function drawSlice(random: Random, own: Random, job: SliceJob): Float32Array {
  const { how, view } = job;
  const sum = new Float32Array(view.width * view.height);
  for (let s = 0; s < how.sections; s++) {
    const within = (s + 0.5) / how.sections - 0.5;
    const lateral = (job.n - (how.slices - 1) / 2 + within) * how.thickness - job.offset;
    const { shapes } = drawScene(random.fork('anatomy'), lateral);
    const bank = texturesBeside(lateral);
    const section = paint(shapes, job.palette, view.project, view, own.fork('texture'), bank);
    for (let i = 0; i < sum.length; i++) sum[i] += section[i] / how.sections;
  }
  return blur(sum, view.width, view.height, job.sigma);
}

/** Where rows and columns of the slices go in the volume, and the volume in the world. */
function placement(
  how: Acquisition,
  view: View,
): {
  readonly shape: readonly [number, number, number];
  readonly affine: Affine;
  voxel(slice: number, row: number, column: number): readonly [number, number, number];
} {
  const { width, height, spacing } = view;
  const left = (-(how.slices - 1) / 2) * how.thickness;
  const front = ((width - 1) / 2) * spacing;
  const bottom = (-(height - 1) / 2) * spacing;
  if (how.slicesLast)
    return {
      shape: [width, height, how.slices],
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
    affine: [
      [how.thickness, 0, 0, left],
      [0, spacing, 0, -front],
      [0, 0, spacing, bottom],
      [0, 0, 0, 1],
    ],
    voxel: (slice, row, column) => [slice, width - 1 - column, height - 1 - row],
  };
}

/** Stacks slices into a volume of whole numbers; the 99.9th percentile of the middle slice is 1000. */
function assemble(slices: readonly Float32Array[], how: Acquisition, view: View): Volume {
  const { shape, affine, voxel } = placement(how, view);
  const data = new Int16Array(shape[0] * shape[1] * shape[2]);
  const [high] = percentiles(slices[slices.length >> 1], [0.999]);
  slices.forEach((image, n) => {
    for (let row = 0; row < view.height; row++)
      for (let column = 0; column < view.width; column++) {
        const [i, j, k] = voxel(n, row, column);
        const value = Math.round((image[row * view.width + column] / high) * fullScale);
        data[i + shape[0] * (j + shape[1] * k)] = Math.min(32767, value);
      }
  });
  const spacing: [number, number, number] = how.slicesLast
    ? [view.spacing, view.spacing, how.thickness]
    : [how.thickness, view.spacing, view.spacing];
  return { shape, data, affine, affineSource: 'sform', spacing, notices: [] };
}
