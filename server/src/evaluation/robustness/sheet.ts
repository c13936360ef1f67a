import type { Inference } from '@disc-labeling/models/engines/types';
import { throwIfCancelled } from '@disc-labeling/models/errors';
import type { ModelDescription } from '@disc-labeling/models/model';
import { drawPhantom } from '../../dataset/phantom/draw.js';
import { Random } from '../../dataset/phantom/random.js';
import type { PhantomContrast, PhantomDisc } from '../../dataset/phantom/types.js';
import { drawPhantomVolume, type PhantomVolume } from '../../dataset/phantom/volume.js';
import { discsOnSlab, readSlabs, readVolumeMaps, type Reading } from '../../labeling/reading.js';
import type { RobustnessCurve } from '../../protocol/phantoms.js';
import { flatSlab } from '../../volume/flat-slab.js';
import { voxelToWorld } from '../../volume/orientation.js';
import { pixelToWorld } from '../../volume/slice.js';
import { compareDiscs, summarizeDiscs, type DiscComparison, type PlacedDisc } from '../metrics.js';
import { rightWithinMm } from '../phantoms.js';
import { countsOf } from '../report.js';
import { sliceDisturbances, type SliceDisturbance } from './slices.js';
import { volumeDisturbances, type VolumeDisturbance } from './volumes.js';

export interface RobustnessOptions {
  /** Phantom slices, of which each is read under every condition. */
  readonly slices: number;
  /** Phantom volumes, for conditions of slice thickness. */
  readonly volumes: number;
  readonly seed: number;
  /** Left out: slices in training's mixture, volumes as T1w and T2w in turns. */
  readonly contrast?: Exclude<PhantomContrast, 'random'>;
  readonly signal?: AbortSignal;
  /** @param done pictures and volumes read so far */
  readonly progress?: (done: number, total: number) => void;
}

/** Reads one phantom under one condition. */
type Trial = (value: number, n: number) => Promise<DiscComparison | null>;

/**
 * How well a model names the discs of phantoms that get worse in one way at a time: turned, coarser, noisier, cut, in
 * thicker slices. All conditions see the same phantoms, which are none of training's: necks with C2/C3 and the head
 * in view. A disc is right within 5 mm under its name, in the sagittal plane.
 *
 * @throws CancelledError
 */
export async function robustnessSheet(
  description: ModelDescription,
  inference: Inference,
  options: RobustnessOptions,
): Promise<RobustnessCurve[]> {
  const reader = new Reader(description, inference, options);
  const { slices, volumes, signal, progress } = options;
  const count = (curves: readonly { values: readonly number[] }[]): number =>
    curves.reduce((sum, { values }) => sum + values.length, 0);
  const total = slices * count(sliceDisturbances) + volumes * count(volumeDisturbances);
  let done = 0;
  const curve = async (
    { name, title, unit, values }: SliceDisturbance | VolumeDisturbance,
    pictures: number,
    trial: Trial,
  ): Promise<RobustnessCurve> => {
    const points: RobustnessCurve['points'][number][] = [];
    for (const value of values) {
      const comparisons: DiscComparison[] = [];
      for (let n = 0; n < pictures; n++) {
        throwIfCancelled(signal);
        const comparison = await trial(value, n);
        if (comparison !== null) comparisons.push(comparison);
        progress?.(++done, total);
      }
      points.push({ value, summary: countsOf(summarizeDiscs(comparisons)) });
    }
    return { name, title, unit, points };
  };
  const curves: RobustnessCurve[] = [];
  for (const condition of sliceDisturbances)
    curves.push(await curve(condition, slices, (value, n) => reader.slice(condition, value, n)));
  for (const condition of volumeDisturbances)
    curves.push(await curve(condition, volumes, (value, n) => reader.volume(condition, value, n)));
  return curves;
}

/** Draws, worsens, reads and compares. */
class Reader {
  constructor(
    private readonly description: ModelDescription,
    private readonly inference: Inference,
    private readonly options: RobustnessOptions,
  ) {}

  async slice(condition: SliceDisturbance, value: number, n: number): Promise<DiscComparison | null> {
    const { seed, contrast, signal } = this.options;
    const name = `robustness ${seed} ${n}`;
    const drawn = drawPhantom(name, { contrast, view: 'head-neck', ...condition.drawn?.(value) });
    const random = new Random(`${name} ${condition.name}`);
    const phantom = condition.disturbed ? condition.disturbed(drawn, value, random) : drawn;
    if (phantom === null) return null;
    const slab = flatSlab(phantom, [phantom.spacing, phantom.spacing]);
    const reading = await readSlabs([slab], this.description, this.inference, { signal });
    return compare(reading, discsIn(phantom.discs, reading), discsIn(phantom.outside, reading));
  }

  async volume(condition: VolumeDisturbance, value: number, n: number): Promise<DiscComparison> {
    const { seed, signal } = this.options;
    const contrast = this.options.contrast ?? (n % 2 === 0 ? 'T1w' : 'T2w');
    const options = { ...condition.drawn(value), signal };
    const drawn = await drawPhantomVolume(`robustness ${seed} ${n}`, contrast, options);
    const phantom = condition.disturbed?.(drawn, value) ?? drawn;
    const reading = await readVolumeMaps(phantom.volume, this.description, this.inference, { signal });
    return compare(reading, discsOf(phantom));
  }
}

/** In the sagittal plane, mm. */
const inPlane = ([, anterior, superior]: readonly number[]): number[] => [anterior, superior];

const discsIn = (discs: readonly PhantomDisc[], { slab }: Reading) =>
  discs.map(({ value, row, column }) => ({ value, position: inPlane(pixelToWorld(slab, row, column)) }));

const discsOf = ({ volume, discs }: PhantomVolume) =>
  discs.map(({ value, voxel }) => ({ value, position: inPlane(voxelToWorld(volume.affine, voxel)) }));

function compare(
  reading: Reading,
  truth: readonly PlacedDisc[],
  outside: readonly PlacedDisc[] = [],
): DiscComparison {
  const found = discsOnSlab(reading).map(({ value, row, column }) => ({
    value,
    position: inPlane(pixelToWorld(reading.slab, row, column)),
  }));
  return compareDiscs(truth, found, { toleranceMm: rightWithinMm, outside });
}
