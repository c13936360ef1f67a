import type { Float32Tensor, HourglassOutput, Inference } from '@disc-labeling/models/engines/types';
import { heatmapStride } from '@disc-labeling/models/config';
import { throwIfCancelled } from '@disc-labeling/models/errors';
import type { ModelDescription } from '@disc-labeling/models/model';
import { sagittalSlab, type SagittalSlab } from '../volume/slice.js';
import type { Volume } from '../volume/types.js';
import { combineScales, type ScaledMaps } from './combine-scales.js';
import { decodeChain, type DecodedDisc, type DecodeOptions } from './decode.js';
import { candidateSlabs, prepareSlab, stackInputs, type PreparedSlab } from './preprocess.js';

/** What a network read in the slab it was surest about. */
export interface Reading {
  readonly slab: SagittalSlab;
  readonly prepared: PreparedSlab;
  /** Network input pixels per heat-map cell. */
  readonly stride: number;
  /** `[maps, height, width]`, averaged over the input scales. */
  readonly heatmaps: Float32Tensor;
  /** `[height / 4, width / 4]` of the unscaled input; null for a network without attention. */
  readonly attention: Float32Tensor | null;
  /** In heat-map cells, superior to inferior. */
  readonly discs: readonly DecodedDisc[];
}

export interface ReadingOptions {
  readonly signal?: AbortSignal;
  /** Time spent is added here. */
  readonly seconds?: { prepare: number; network: number; decode: number };
  /** @param fraction 0..1 */
  readonly progress?: (fraction: number) => void;
}

/** Enlargements of the slice whose maps are averaged, besides its own size (spec: phantom experiments). */
const furtherScales = [0.88, 1.13];
/** How much surer than the likeliest slab another must be to be preferred. */
const margin = 1.1;

/**
 * Runs a network over a volume: the likely mid-sagittal slabs first, then the surest of them at several scales.
 *
 * @throws CancelledError once `signal` is aborted, at the latest after the pass under way
 */
export async function readMaps(
  volume: Volume,
  description: ModelDescription,
  inference: Inference,
  { signal, seconds = { prepare: 0, network: 0, decode: 0 }, progress }: ReadingOptions = {},
): Promise<Reading> {
  const timed = async <T>(stage: keyof typeof seconds, work: () => T | Promise<T>): Promise<T> => {
    throwIfCancelled(signal);
    const started = performance.now();
    const value = await work();
    seconds[stage] += (performance.now() - started) / 1000;
    return value;
  };
  const { frame } = description.input;
  const stride = heatmapStride(description.network);
  const run = (inputs: readonly PreparedSlab[]): Promise<HourglassOutput> =>
    timed('network', () => inference.run(stackInputs(inputs), { stacks: 'last' }));
  const decode = (maps: Float32Tensor, prepared: PreparedSlab, slab: SagittalSlab) =>
    timed('decode', () => decodeChain(maps, decodeOptions(description, prepared, slab, stride)));

  const candidates = await timed('prepare', () =>
    candidateSlabs(volume).map(({ centre, slices }) => {
      const slab = sagittalSlab(volume, centre, slices, frame);
      return { slab, prepared: prepareSlab(slab, description) };
    }),
  );
  let best: (Reading & { sureness: number }) | null = null;
  for (const [index, { slab, prepared }] of candidates.entries()) {
    const output = await run([prepared]);
    const heatmaps = imageOf(output.heatmaps.at(-1)!, 0);
    const discs = await decode(heatmaps, prepared, slab);
    const sureness = discs.reduce((sum, { score }) => sum + score, 0);
    if (best === null || sureness > margin * best.sureness) {
      const attention = output.attention && imageOf(output.attention, 0);
      best = { slab, prepared, stride, heatmaps, attention, discs, sureness };
    }
    progress?.((0.7 * (index + 1)) / candidates.length);
  }
  const { sureness, ...reading } = best!;
  if (sureness === 0 || description.input.spacing === null) return reading;
  const entries: ScaledMaps[] = [{ maps: reading.heatmaps, scale: 1 }];
  for (const scale of furtherScales) {
    const prepared = await timed('prepare', () => prepareSlab(reading.slab, description, scale));
    const output = await run([prepared]);
    // Rounding to whole pixels makes the scale differ a little from the one asked for.
    entries.push({
      maps: imageOf(output.heatmaps.at(-1)!, 0),
      scale: reading.prepared.step[0] / prepared.step[0],
    });
    progress?.(0.7 + (0.3 * (entries.length - 1)) / furtherScales.length);
  }
  const [, height, width] = reading.heatmaps.shape;
  const heatmaps = await timed('decode', () => combineScales(entries, [height, width]));
  return { ...reading, heatmaps, discs: await decode(heatmaps, reading.prepared, reading.slab) };
}

/** Network input pixel (fractional, along one axis) at the centre of a heat-map cell. */
export function cellToInput(cell: number, stride: number): number {
  return (cell + 0.5) * stride - 0.5;
}

function decodeOptions(
  { input, channels }: ModelDescription,
  { step }: PreparedSlab,
  slab: SagittalSlab,
  stride: number,
): DecodeOptions {
  return {
    values: channels.values,
    anyDisc: channels.anyDisc,
    mmPerCell: [stride * step[0] * slab.spacing[0], stride * step[1] * slab.spacing[1]],
    frame: input.frame,
  };
}

/** Image `n` of a batch, its leading axis taken off (and a single channel's too). */
function imageOf({ data, shape }: Float32Tensor, n: number): Float32Tensor {
  const [, channels, height, width] = shape;
  const size = channels * height * width;
  return {
    data: data.slice(n * size, (n + 1) * size),
    shape: channels === 1 ? [height, width] : [channels, height, width],
  };
}
