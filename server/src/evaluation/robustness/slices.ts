/** Slices of phantoms as they look under harder and harder conditions. */
import { addNoise, applyBias } from '../../dataset/phantom/corruption.js';
import type { PhantomOptions } from '../../dataset/phantom/draw.js';
import { invertGreys, percentiles } from '../../dataset/phantom/filters.js';
import type { Random } from '../../dataset/phantom/random.js';
import type { FramedPhantom, PhantomDisc } from '../../dataset/phantom/types.js';
import { uppermostDisc } from '../../volume/levels.js';
import { Warp, type Place } from '../../volume/warp.js';

/** One way in which pictures are worse than those trained on, and how much worse. */
export interface SliceDisturbance {
  readonly name: string;
  readonly title: string;
  /** Of the values. */
  readonly unit: string;
  readonly values: readonly number[];
  /** How a phantom is drawn, where the condition is one of drawing. */
  readonly drawn?: (value: number) => PhantomOptions;
  /** Worsens a drawn picture, which stays as it is. @returns null where this phantom can't show the condition */
  readonly disturbed?: (slice: FramedPhantom, value: number, random: Random) => FramedPhantom | null;
}

export const sliceDisturbances: readonly SliceDisturbance[] = [
  {
    name: 'rotation',
    title: 'Rotation',
    unit: 'degrees',
    values: [-40, -30, -20, -10, 0, 10, 20, 30, 40],
    disturbed: rotated,
  },
  {
    name: 'pixel-size',
    title: 'Pixel size',
    unit: 'mm',
    values: [0.7, 0.8, 1, 1.2, 1.4, 1.6],
    drawn: (spacing) => ({ spacing }),
  },
  {
    name: 'noise',
    title: 'Rician noise',
    unit: '% of the brightest',
    values: [0, 5, 10, 15, 20, 30],
    disturbed: noisy,
  },
  {
    name: 'bias',
    title: 'Bias field',
    unit: 'SD of its logarithm',
    values: [0, 0.25, 0.5, 0.75, 1, 1.5],
    disturbed: biased,
  },
  {
    name: 'inversion',
    title: 'Inverted contrast',
    unit: '0 no, 1 yes',
    values: [0, 1],
    disturbed: (slice, value) => (value === 0 ? slice : inverted(slice)),
  },
  {
    name: 'saturation',
    title: 'Saturation band in front',
    unit: '0 no, 1 yes',
    values: [0, 1],
    drawn: (saturated) => ({ saturated }),
  },
  {
    name: 'cut',
    title: 'Upper edge of the picture',
    unit: 'mm below C2/C3',
    values: [-80, -50, -30, -10, 10, 28, 46, 64],
    disturbed: cutAbove,
  },
];

/** Turned clockwise about the middle by degrees; what comes in is black. */
function rotated(slice: FramedPhantom, degrees: number): FramedPhantom {
  const { width, height } = slice;
  const warp = new Warp({
    size: [height, width],
    spacing: [1, 1],
    offset: [0, 0],
    angle: (-degrees * Math.PI) / 180,
    scale: 1,
    elastic: null,
  });
  const discs = moved(
    slice,
    (d) => warp.fromPicture(d),
    ({ row, column }) => row >= 0 && column >= 0 && row <= height - 1 && column <= width - 1,
  );
  return { ...slice, image: warp.apply(slice).image, ...discs };
}

/** The discs at other places, those that leave the picture among the ones outside. */
function moved(
  { discs, outside }: FramedPhantom,
  move: (disc: PhantomDisc) => Place,
  shown: (place: Place) => boolean,
): Pick<FramedPhantom, 'discs' | 'outside'> {
  const at = (disc: PhantomDisc): PhantomDisc => ({ ...disc, ...move(disc) });
  const [still, gone] = [true, false].map((kept) => discs.map(at).filter((disc) => shown(disc) === kept));
  return { discs: still, outside: [...gone, ...outside.map(at)] };
}

/** @param share of the 99.5th percentile, in percent: the standard deviation in both channels */
function noisy(slice: FramedPhantom, share: number, random: Random): FramedPhantom {
  const image = slice.image.slice();
  const [high] = percentiles(image, [0.995]);
  if (share > 0) addNoise(image, slice, (share / 100) * high, true, random);
  return { ...slice, image };
}

/** Like the field trained on, but stronger. */
function biased(slice: FramedPhantom, deviation: number, random: Random): FramedPhantom {
  const image = slice.image.slice();
  applyBias(image, slice, deviation, random);
  return { ...slice, image };
}

/** Bright for dark within what was scanned; padding stays black. */
function inverted(slice: FramedPhantom): FramedPhantom {
  const image = slice.image.slice();
  invertGreys(image, percentiles(image, [0.995])[0]);
  return { ...slice, image };
}

/** Without what lies more than `below` mm (negative: above) from C2/C3 upwards. */
function cutAbove(slice: FramedPhantom, below: number): FramedPhantom | null {
  const first = slice.discs.find(({ value }) => value === uppermostDisc);
  if (first === undefined) return null;
  const rows = Math.max(0, Math.round(first.row + below / slice.spacing));
  const height = slice.height - rows;
  const { discs, outside } = moved(
    slice,
    ({ row, column }) => ({ row: row - rows, column }),
    ({ row }) => row >= 0.5,
  );
  if (discs.length === 0) return null;
  return { ...slice, height, image: slice.image.slice(rows * slice.width), discs, outside };
}
