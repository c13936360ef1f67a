import type { Float32Tensor, Inference } from '@disc-labeling/models/engines/types';
import type { ModelDescription } from '@disc-labeling/models/model';
import { sagittalSlab, sliceSpacing, type SagittalSlab } from '../volume/slice.js';
import type { Volume } from '../volume/types.js';
import { cellToSlab, slabToCell } from './cells.js';
import { combineScales, type ScaledMaps } from './combine-scales.js';
import { confidenceOf, rivalOf, type Rival } from './confidence.js';
import type { DecodedDisc } from './decode.js';
import { surestMiddle } from './mid-sagittal.js';
import { Pass, Stages, type Seen, type WorkOptions } from './pass.js';
import { candidateSlabs, type PreparedSlab } from './preprocess.js';
import { sidewaysPlaces } from './sideways.js';
import { leanOf, turnSlab, type TurnedSlab } from './upright.js';

/** What a network read in the slab that shows the midline best. */
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
  /** Of the maps for each disc, 0..1: what its score is made of, with the rival. */
  readonly evidence: readonly number[];
  /** Of each disc, along the file's left-right axis in its voxels; may be fractional. */
  readonly lateral: readonly number[];
  /** The next best names of the discs. */
  readonly rival: Rival | null;
}

/** What is read in one slab alone. */
type PlaneReading = Omit<Reading, 'evidence' | 'lateral' | 'rival'>;

export interface ReadingOptions extends WorkOptions {
  /** @param fraction 0..1 */
  readonly progress?: (fraction: number) => void;
}

/**
 * The midline is looked for in pictures of this size, for less of the time. Their maps count as well: most mistaken
 * levels are mistaken at one size only.
 */
const searchScale = 0.8;
/** Then the slice is read at its own size, and enlarged or reduced so. */
const furtherScales = [0.88, 1.13, 1.25];

/**
 * Runs a network over a volume: the likely mid-sagittal slabs first, then the best of them at several sizes.
 *
 * @throws CancelledError once `signal` is aborted, at the latest after the pass under way
 */
export async function readVolumeMaps(
  volume: Volume,
  description: ModelDescription,
  inference: Inference,
  options: ReadingOptions = {},
): Promise<Reading> {
  const choices = await new Stages(options).timed('prepare', () => candidateSlabs(volume));
  const slabs = choices.map(
    ({ centre, slices }) =>
      () =>
        sagittalSlab(volume, centre, slices, description.input.frame),
  );
  return readPlanes(slabs, description, inference, options);
}

/**
 * The same for slabs at hand, the likeliest first.
 *
 * @param slabs at least one, in the frame the model asks for
 */
export function readSlabs(
  slabs: readonly SagittalSlab[],
  description: ModelDescription,
  inference: Inference,
  options: ReadingOptions = {},
): Promise<Reading> {
  const atHand = slabs.map((slab) => () => slab);
  return readPlanes(atHand, description, inference, options);
}

/** @param slabs make them when their turn comes */
async function readPlanes(
  slabs: readonly (() => SagittalSlab)[],
  description: ModelDescription,
  inference: Inference,
  options: ReadingOptions,
): Promise<Reading> {
  const pass = new Pass(description, inference, new Stages(options));
  // A model that knows no pixel size sees every slice stretched to one size.
  const oneSize = description.input.spacing === null;
  const readings = await search(pass, slabs, oneSize ? 1 : searchScale, options);
  const places = readings.map(({ slab }) => slab.slice.index);
  const best = readings[surestMiddle(places, readings.map(sureness))];
  const refined = oneSize ? best : await refine(pass, best, options);
  const rival = rivalOf(refined.discs, refined.heatmaps, description.channels.values);
  const sure = (evidence: number): number => confidenceOf(evidence, rival, description.confidence ?? null);
  return {
    ...refined,
    discs: refined.discs.map((disc) => ({ ...disc, score: sure(disc.score) })),
    evidence: refined.discs.map(({ score }) => score),
    lateral: lateralPlaces(refined, readings, description),
    rival,
  };
}

const sureness = ({ discs }: PlaneReading): number => discs.reduce((sum, { score }) => sum + score, 0);

/** All slabs at one size. */
function search(
  pass: Pass,
  slabs: readonly (() => SagittalSlab)[],
  scale: number,
  { progress }: ReadingOptions,
): Promise<PlaneReading[]> {
  let done = 0;
  return pass.run(
    slabs.map((slab) => ({ slab, scale })),
    async (seen) => {
      const discs = await pass.decode(seen);
      progress?.((0.7 * ++done) / slabs.length);
      return { ...seen, stride: pass.stride, discs };
    },
  );
}

/** A slab that was found read at its own size and others, upright where its spine leans; all maps averaged. */
async function refine(pass: Pass, found: PlaneReading, { progress }: ReadingOptions): Promise<PlaneReading> {
  const lean = leanIn(found, pass);
  const turned = lean === 0 ? null : turnSlab(found.slab, lean);
  const slab = (): SagittalSlab => turned?.slab ?? found.slab;
  const sizes = [...(turned ? [searchScale] : []), ...furtherScales];
  const further = sizes.map((scale) => ({ slab, scale }));
  let done = 0;
  const [own, ...others] = await pass.run([{ slab: () => found.slab, scale: 1 }, ...further], (seen) => {
    progress?.(0.7 + (0.3 * ++done) / (1 + further.length));
    return seen;
  });
  // Cells per cell of the slab at its own size, by the pixel sizes that were really used.
  const scaleOf = (seen: Pick<Seen, 'prepared'>): number => own.prepared.step[0] / seen.prepared.step[0];
  const entries: ScaledMaps[] = [
    { maps: own.heatmaps, scale: 1 },
    ...(turned ? [] : [{ maps: found.heatmaps, scale: scaleOf(found) }]),
    ...others.map((seen) => ({
      maps: seen.heatmaps,
      scale: scaleOf(seen),
      ...(turned && { turn: lean, origin: originIn(turned, own, seen, pass.stride) }),
    })),
  ];
  const [, height, width] = own.heatmaps.shape;
  const heatmaps = await pass.stages.timed('decode', () => combineScales(entries, [height, width]));
  const seen = { ...own, heatmaps };
  return { ...seen, stride: pass.stride, discs: await pass.decode(seen) };
}

/** See {@link leanOf}. */
function leanIn(reading: PlaneReading, pass: Pass): number {
  return pass.description.input.frame === 'picture' ? leanOf(reading.discs, pass.cellSize(reading)) : 0;
}

/** Where the first cell of a slab's maps lies in those of the slab turned. */
function originIn(
  turned: TurnedSlab,
  { prepared }: Seen,
  inTurned: Seen,
  stride: number,
): [row: number, column: number] {
  const there = turned.place(cellToSlab({ row: 0, column: 0 }, prepared, stride));
  const { row, column } = slabToCell(there, inTurned.prepared, stride);
  return [row, column];
}

/** See {@link sidewaysPlaces}. */
function lateralPlaces(
  { discs, slab, prepared, stride }: PlaneReading,
  readings: readonly PlaneReading[],
  { channels }: ModelDescription,
): number[] {
  const slabs = readings.map((reading) => ({ at: reading.slab.slice.index, heatmaps: reading.heatmaps }));
  // Levels below the last map are seen by the map of any disc alone.
  const mapOf = (value: number): number =>
    channels.values.includes(value) ? channels.values.indexOf(value) : (channels.anyDisc ?? 0);
  const inSearch = discs.map((disc) => ({
    ...disc,
    ...slabToCell(cellToSlab(disc, prepared, stride), readings[0].prepared, stride),
  }));
  return sidewaysPlaces(inSearch, mapOf, slabs, slab.slice.index, sliceSpacing(slab));
}

/** The discs of a reading in the pixels of its slab. */
export const discsOnSlab = ({ discs, prepared, stride }: Reading): DecodedDisc[] =>
  discs.map((disc) => ({ ...disc, ...cellToSlab(disc, prepared, stride) }));
