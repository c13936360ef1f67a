import { setImmediate } from 'node:timers/promises';
import { throwIfCancelled, UserError } from '@disc-labeling/models/errors';
import type { Volume } from '../../volume/types.js';
import { samplePalette, type Palette } from './contrast.js';
import { addNoise, applyFields } from './corruption.js';
import { Buffers } from './buffers.js';
import { isInside } from './cutting.js';
import { backOf } from './draw.js';
import { blur, percentiles } from './filters.js';
import { paint } from './painter.js';
import { Random } from './random.js';
import { describeFindings, type PathologyChoice } from './solid/findings.js';
import { type Acquisition, type Field, placement, type Placement, sagittalView } from './solid/grid.js';
import { type Midline, sampleMidline } from './solid/midline.js';
import { drawSection } from './solid/section.js';
import { sampleSubject, withinView, type Subject } from './solid/subject.js';
import { type TextureBank, texturesBeside } from './texture.js';
import type { View } from './view.js';
import type { Weighting } from './weightings.js';

/**
 * Contrasts of whole volumes, by the names their files have in BIDS. STIR has no suffix of its own there: it is a
 * T2w image of another acquisition.
 */
export const volumeContrasts = ['T1w', 'T2w', 'PDw', 'T2starw', 'acq-stir_T2w'] as const;
export type VolumeContrast = (typeof volumeContrasts)[number];

export interface PhantomVolumeOptions {
  /** Default: cervical, 288 mm high and 256 mm deep. */
  readonly field?: Field;
  /** What the spine suffers from; default: nothing. */
  readonly pathology?: readonly PathologyChoice[];
  /** mm within the sagittal slices; default 1 (T1w) or 0.8. */
  readonly spacing?: number;
  /** mm from slice to slice; default 1 (T1w), 4 (STIR) or 3. */
  readonly thickness?: number;
  /** mm from the first slice's left to the last one's right; default 48. */
  readonly width?: number;
  readonly signal?: AbortSignal;
  /** Called now and then with the fraction done. */
  readonly progress?: (fraction: number) => void;
}

/** A synthetic volume with the places of its discs. */
export interface PhantomVolume {
  readonly volume: Volume;
  /** In the volume's own voxels, fractional; superior to inferior. */
  readonly discs: readonly { readonly value: number; readonly voxel: readonly [number, number, number] }[];
}

interface TypicalScan extends Pick<Acquisition, 'spacing' | 'thickness' | 'slicesLast'> {
  readonly weighting: Weighting;
}

const typical: Readonly<Record<VolumeContrast, TypicalScan>> = {
  T1w: { weighting: 'T1w', spacing: 1, thickness: 1, slicesLast: false },
  T2w: { weighting: 'T2w', spacing: 0.8, thickness: 3, slicesLast: true },
  PDw: { weighting: 'PDw', spacing: 0.8, thickness: 3, slicesLast: true },
  T2starw: { weighting: 'T2starw', spacing: 0.8, thickness: 3, slicesLast: true },
  'acq-stir_T2w': { weighting: 'STIR', spacing: 0.8, thickness: 4, slicesLast: true },
};

/** Limits of the sizes asked for, in mm. */
const volumeLimits = { spacing: [0.4, 3], thickness: [0.5, 10], width: [16, 120] } as const;

const fullScale = 1000;

type Sizes = Pick<PhantomVolumeOptions, 'spacing' | 'thickness' | 'width'>;

/** @throws UserError sizes out of {@link volumeLimits} */
export function checkSizes(contrast: VolumeContrast, sizes: Sizes): void {
  acquisition(contrast, sizes);
}

function acquisition(contrast: VolumeContrast, options: Sizes): Acquisition {
  const { spacing, thickness, slicesLast } = typical[contrast];
  const asked = {
    spacing: options.spacing ?? spacing,
    thickness: options.thickness ?? thickness,
    width: options.width ?? 48,
  };
  for (const [name, [least, most]] of Object.entries(volumeLimits) as [
    keyof typeof volumeLimits,
    [number, number],
  ][])
    if (!(asked[name] >= least && asked[name] <= most))
      throw new UserError('cannot draw a volume', `the ${name} has to lie between ${least} and ${most} mm`);
  const slices = Math.max(2, Math.round(asked.width / asked.thickness));
  return { spacing: asked.spacing, thickness: asked.thickness, slices, slicesLast };
}

const subjectStream = (seed: number | string): Random => new Random(`phantom volume ${seed}`);

/** What the subject of a seed suffers from, in words; empty for nothing. */
export function phantomFindings(seed: number | string, pathology: readonly PathologyChoice[]): string {
  return describeFindings(sampleSubject(subjectStream(seed).fork('anatomy'), pathology).findings);
}

/**
 * Draws head, neck and as much of the trunk as asked for as a 3-D volume: sagittal sections in the painter of the
 * training phantoms, put together along the person's own midline. All contrasts of a seed show the same anatomy
 * in the same place; the same seed and options give the same voxels.
 * @throws UserError sizes out of {@link volumeLimits}
 * @throws CancelledError once `signal` is aborted
 */
export async function drawPhantomVolume(
  seed: number | string,
  contrast: VolumeContrast,
  options: PhantomVolumeOptions = {},
): Promise<PhantomVolume> {
  const random = subjectStream(seed);
  const own = random.fork(contrast);
  const how = acquisition(contrast, options);
  const subject = sampleSubject(random.fork('anatomy'), options.pathology);
  const view = sagittalView(random.fork('view'), options.field ?? 'cervical', how.spacing, subject.spine);
  const midline = sampleMidline(random.fork('position'), subject, view);
  const sections = await drawSections(subject, view, { contrast, how, midline, own, options });
  const gain = buffers.take(view.width * view.height).fill(1);
  applyFields(gain, { ...view, backColumn: backOf(subject.spine, view) }, own.fork('fields'), 0.35);
  const optics = own.fork('optics');
  const [sigma, noise] = [optics.uniform(0.4, 0.7), optics.uniform(0.008, 0.02)];
  const slices: Float32Array[] = [];
  for (let n = 0; n < how.slices; n++) {
    throwIfCancelled(options.signal);
    const image = weave(sections, midline, how, n, gain, view);
    blur(image, view.width, view.height, sigma, sigma, image);
    addNoise(image, { ...view, backColumn: () => 0 }, noise, true, own.fork(`noise ${n}`));
    slices.push(image);
  }
  const place = placement(how, view);
  const volume = assemble(slices, view, place);
  buffers.give([gain, ...sections.images, ...slices]);
  return { volume, discs: visibleDiscs(subject, view, midline, how, place) };
}

/** mm between sections: what lies between two is woven from both, which looks as if drawn there. */
const sectionStep = 2;
/** Places across a slice whose mean it shows are at most so far apart, in mm. */
const sampleStep = 1.5;

/** Sections at equal steps across the midline. */
interface Sections {
  /** mm from the midline of the first, and from one to the next. */
  readonly first: number;
  readonly step: number;
  readonly images: readonly Float32Array[];
}

async function drawSections(
  subject: Subject,
  view: View,
  job: {
    readonly contrast: VolumeContrast;
    readonly how: Acquisition;
    readonly midline: Midline;
    readonly own: Random;
    readonly options: PhantomVolumeOptions;
  },
): Promise<Sections> {
  const { how, midline, own, options } = job;
  const seen = withinView(subject, view);
  const palette = calmPalette(own, job.contrast);
  const half = (how.slices * how.thickness) / 2;
  const step = sectionStep;
  const first = Math.floor((-half - midline.most) / step) * step;
  const count = Math.ceil((half - midline.least - first) / step) + 1;
  const images: Float32Array[] = [];
  for (let n = 0; n < count; n++) {
    throwIfCancelled(options.signal);
    const lateral = first + n * step;
    const shapes = drawSection(seen, lateral);
    const out = buffers.take(view.width * view.height);
    images.push(paint(shapes, palette, view.project, view, own.fork('texture'), bankBeside(lateral), out));
    options.progress?.((n + 1) / count);
    // Lets the signal and other work in.
    await setImmediate();
  }
  return { first, step, images };
}

/** As rough as training phantoms would be tiring to look at. */
function calmPalette(own: Random, contrast: VolumeContrast): Palette {
  const drawn = samplePalette(own.fork('palette'), typical[contrast].weighting);
  return { ...drawn, softTexture: drawn.softTexture * 0.4, texture: drawn.texture * 0.6 };
}

const buffers = new Buffers();

const phases = 12;
const banks: TextureBank[] = [];

/** Textures beside the midline in steps of 1.8 mm, after which they repeat; made once per thread. */
function bankBeside(lateral: number): TextureBank {
  const period = 2 * Math.PI * 3.5;
  const turns = lateral / period;
  const phase = Math.floor((turns - Math.floor(turns)) * phases);
  return (banks[phase] ??= texturesBeside((phase / phases) * period));
}

/** One slice of the volume: every pixel comes from the two sections that its distance to the midline lies between. */
function weave(
  sections: Sections,
  midline: Midline,
  how: Acquisition,
  n: number,
  gain: Float32Array,
  { width, height }: View,
): Float32Array {
  const { first, step, images } = sections;
  const out = buffers.take(width * height).fill(0);
  const parts = Math.max(1, Math.round(how.thickness / sampleStep));
  const share = 1 / parts;
  const last = images.length - 1;
  for (let part = 0; part < parts; part++) {
    const x = (n - (how.slices - 1) / 2 + (part + 0.5) / parts - 0.5) * how.thickness;
    for (let row = 0; row < height; row++) {
      const start = (x - midline.at(row, 0) - first) / step;
      const slope = (midline.at(row, 0) - midline.at(row, 1)) / step;
      for (let column = 0; column < width;) {
        const k = Math.max(0, Math.min(last - 1, Math.floor(start + slope * column)));
        const [near, beyond] = [images[k], images[k + 1]];
        // The same two sections serve a long stretch of the row.
        const room = slope > 0 ? k + 1 - start : k - start;
        const until =
          Math.abs(slope) < 1e-9 ? width : Math.min(width, Math.max(column + 1, Math.ceil(room / slope)));
        for (let i = row * width + column; column < until; column++, i++) {
          const at = start + slope * column - k;
          const t = at < 0 ? 0 : at > 1 ? 1 : at;
          out[i] += (near[i] + t * (beyond[i] - near[i])) * gain[i] * share;
        }
      }
    }
  }
  return out;
}

/** Stacks slices into a volume of whole numbers; the 99.9th percentile of the middle slice is 1000. */
function assemble(slices: readonly Float32Array[], view: View, place: Placement): Volume {
  const { shape, affine, spacing, voxel } = place;
  const data = new Int16Array(shape[0] * shape[1] * shape[2]);
  const [high] = percentiles(slices[slices.length >> 1], [0.999]);
  const scale = high > 0 ? fullScale / high : 0;
  const index = (slice: number, row: number, column: number): number => {
    const [i, j, k] = voxel(slice, row, column);
    return i + shape[0] * (j + shape[1] * k);
  };
  const base = index(0, 0, 0);
  const [perSlice, perRow, perColumn] = [index(1, 0, 0), index(0, 1, 0), index(0, 0, 1)].map((i) => i - base);
  // All slices of a row before the next row: what is written stays in the cache, whichever axis is the fastest.
  for (let row = 0; row < view.height; row++)
    for (let n = 0; n < slices.length; n++) {
      const image = slices[n];
      let at = base + n * perSlice + row * perRow;
      const end = (row + 1) * view.width;
      for (let i = row * view.width; i < end; i++, at += perColumn)
        data[at] = Math.min(32767, (image[i] * scale + 0.5) | 0);
    }
  return { shape: [...shape], data, affine, affineSource: 'sform', spacing: [...spacing], notices: [] };
}

/** The unbroken run of discs from the first visible one: a curve may leave the picture and return. */
function visibleDiscs(
  subject: Subject,
  view: View,
  midline: Midline,
  how: Acquisition,
  place: Placement,
): PhantomVolume['discs'] {
  const visible = subject.spine.discs.flatMap((disc) => {
    const p = view.project(disc.target);
    const slice = (how.slices - 1) / 2 + midline.at(p.y, p.x) / how.thickness;
    const within = slice >= 0 && slice <= how.slices - 1;
    const inside = within && isInside(p, view, { top: 0, bottom: 0, left: 0, right: 0 });
    return inside ? [{ value: disc.value, voxel: place.voxel(slice, p.y, p.x) }] : [];
  });
  return visible.filter((disc, n) => disc.value === visible[0].value + n);
}
