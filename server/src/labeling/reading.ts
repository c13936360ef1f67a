import type { Float32Tensor, HourglassOutput, Inference } from '@disc-labeling/models/engines/types';
import { heatmapStride } from '@disc-labeling/models/config';
import { throwIfCancelled } from '@disc-labeling/models/errors';
import type { ModelDescription } from '@disc-labeling/models/model';
import { sagittalSlab, sliceSpacing, type SagittalSlab } from '../volume/slice.js';
import type { Volume } from '../volume/types.js';
import type { Place } from '../volume/warp.js';
import { combineScales, type ScaledMaps } from './combine-scales.js';
import { decodeChain, type DecodedDisc, type VisibleBox } from './decode.js';
import { surestMiddle } from './mid-sagittal.js';
import { confidenceOf, rivalOf, type Rival } from './confidence.js';
import { sidewaysPlaces } from './sideways.js';
import { candidateSlabs, inputToSlab, prepareSlab, slabToInput, type PreparedSlab } from './preprocess.js';
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
  /** Of each disc, along the file's left-right axis in its voxels; may be fractional. */
  readonly lateral: readonly number[];
  /** The next best names of the discs. */
  readonly rival: Rival | null;
}

/** What is read in one slab alone. */
type PlaneReading = Omit<Reading, 'lateral' | 'rival'>;

export interface ReadingOptions {
  readonly signal?: AbortSignal;
  /** Time spent is added here; of the network's, what was spent waiting for it. */
  readonly seconds?: { prepare: number; network: number; decode: number };
  /** @param fraction 0..1 */
  readonly progress?: (fraction: number) => void;
}

/** Enlargements of the slice whose maps are averaged, besides its own size: most mistaken levels
 * are mistaken at one size only. */
const furtherScales = [0.8, 0.88, 1.13, 1.25];

/**
 * Runs a network over a volume: the likely mid-sagittal slabs first, then the best of them at several scales.
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
  const readings = await pass.readAll(slabs, (fraction) => options.progress?.(0.7 * fraction));
  const places = readings.map(({ slab }) => slab.slice.index);
  const best = readings[surestMiddle(places, readings.map(sureness))];
  // A model that knows no pixel size sees every slice stretched to one size.
  const refined =
    best.discs.length === 0 || description.input.spacing === null
      ? best
      : await pass.refine(best, (fraction) => options.progress?.(0.7 + 0.3 * fraction));
  const rival = rivalOf(refined.discs, refined.heatmaps, description.channels.values);
  const sure = (evidence: number): number => confidenceOf(evidence, rival, description.confidence ?? null);
  return {
    ...refined,
    discs: refined.discs.map((disc) => ({ ...disc, score: sure(disc.score) })),
    lateral: lateralPlaces(refined, readings, description),
    rival,
  };
}

/** See {@link sidewaysPlaces}. */
function lateralPlaces(
  { discs, slab }: PlaneReading,
  readings: readonly PlaneReading[],
  { channels }: ModelDescription,
): number[] {
  const slabs = readings.map((reading) => ({ at: reading.slab.slice.index, heatmaps: reading.heatmaps }));
  // Levels below the last map are seen by the map of any disc alone.
  const mapOf = (value: number): number =>
    channels.values.includes(value) ? channels.values.indexOf(value) : (channels.anyDisc ?? 0);
  return sidewaysPlaces(discs, mapOf, slabs, slab.slice.index, sliceSpacing(slab));
}

const sureness = ({ discs }: PlaneReading): number => discs.reduce((sum, { score }) => sum + score, 0);

/** Runs stages, adding up their times, unless the work was cancelled. */
class Stages {
  constructor(private readonly options: ReadingOptions) {}

  async timed<T>(
    stage: keyof NonNullable<ReadingOptions['seconds']>,
    work: () => T | Promise<T>,
  ): Promise<T> {
    throwIfCancelled(this.options.signal);
    const started = performance.now();
    const value = await work();
    if (this.options.seconds) this.options.seconds[stage] += (performance.now() - started) / 1000;
    return value;
  }
}

/** What a network is to look at. */
interface Picture {
  /** Makes it when its turn comes. */
  readonly slab: () => SagittalSlab;
  /** See {@link prepareSlab}. */
  readonly scale: number;
}

/** What it saw. */
interface Seen {
  readonly slab: SagittalSlab;
  readonly prepared: PreparedSlab;
  readonly output: HourglassOutput;
}

/** One network over slabs. */
class Pass {
  private readonly stride: number;

  constructor(
    private readonly description: ModelDescription,
    private readonly inference: Inference,
    private readonly stages: Stages,
  ) {
    this.stride = heatmapStride(description.network);
  }

  /** Slabs at their own size. */
  async readAll(
    slabs: readonly (() => SagittalSlab)[],
    progress: (fraction: number) => void,
  ): Promise<PlaneReading[]> {
    const readings: PlaneReading[] = [];
    await this.run(
      slabs.map((slab) => ({ slab, scale: 1 })),
      async ({ slab, prepared, output }) => {
        const heatmaps = imageOf(output.heatmaps.at(-1)!);
        const attention = output.attention && imageOf(output.attention);
        const discs = await this.decode(heatmaps, prepared, slab);
        readings.push({ slab, prepared, stride: this.stride, heatmaps, attention, discs });
        progress(readings.length / slabs.length);
      },
    );
    return readings;
  }

  /** The same slab read at further sizes, and upright where the spine leans; all maps averaged. */
  async refine(reading: PlaneReading, progress: (fraction: number) => void): Promise<PlaneReading> {
    const entries: ScaledMaps[] = [{ maps: reading.heatmaps, scale: 1 }];
    const lean = this.lean(reading);
    const turned = lean === 0 ? null : turnSlab(reading.slab, lean);
    const slab = turned?.slab ?? reading.slab;
    await this.run(
      furtherScales.map((scale) => ({ slab: () => slab, scale })),
      ({ prepared, output }) => {
        // Cells per common cell, by the pixel sizes that were really used.
        const ratio = reading.prepared.step[0] / prepared.step[0];
        const maps = imageOf(output.heatmaps.at(-1)!);
        const place = turned && { turn: lean, origin: originIn(turned, reading, prepared) };
        entries.push({ maps, scale: ratio, ...place });
        progress((entries.length - 1) / furtherScales.length);
      },
    );
    const [, height, width] = reading.heatmaps.shape;
    const heatmaps = await this.stages.timed('decode', () => combineScales(entries, [height, width]));
    return { ...reading, heatmaps, discs: await this.decode(heatmaps, reading.prepared, reading.slab) };
  }

  private lean({ discs, slab, prepared }: PlaneReading): number {
    const { frame } = this.description.input;
    return frame === 'picture' ? leanOf(discs, this.cellSize(slab, prepared)) : 0;
  }

  private cellSize({ spacing }: SagittalSlab, { step }: PreparedSlab): readonly [number, number] {
    return [this.stride * step[0] * spacing[0], this.stride * step[1] * spacing[1]];
  }

  /**
   * Runs the network over pictures, one after the other. While it looks at one, the next is prepared and what it said
   * of the last is made use of.
   */
  private async run(pictures: readonly Picture[], use: (seen: Seen) => void | Promise<void>): Promise<void> {
    const prepare = ({ slab: make, scale }: Picture) =>
      this.stages.timed('prepare', () => {
        const slab = make();
        return { slab, prepared: prepareSlab(slab, this.description, scale) };
      });
    let last: Seen | undefined;
    let next = pictures.length > 0 ? await prepare(pictures[0]) : undefined;
    for (let index = 1; next; index++) {
      const current = next;
      const running = this.inference.run(current.prepared.batch, { stacks: 'last' });
      // Whatever happens meanwhile, no pass is left under way.
      const settled = running.catch(() => undefined);
      try {
        if (last) await use(last);
        next = index < pictures.length ? await prepare(pictures[index]) : undefined;
        last = { ...current, output: await this.stages.timed('network', () => running) };
      } finally {
        await settled;
      }
    }
    if (last) await use(last);
  }

  private decode(maps: Float32Tensor, prepared: PreparedSlab, slab: SagittalSlab): Promise<DecodedDisc[]> {
    const { channels, input } = this.description;
    return this.stages.timed('decode', () =>
      decodeChain(maps, {
        values: channels.values,
        anyDisc: channels.anyDisc,
        mmPerCell: this.cellSize(slab, prepared),
        frame: input.frame,
        visible: visibleBox(prepared, this.stride),
      }),
    );
  }
}

/** Network input (0..1) below which nothing is seen. */
const dark = 0.02;

/** The part of the heat maps that shows the picture without the black frame that some images bring along. */
function visibleBox({ batch, content }: PreparedSlab, stride: number): VisibleBox {
  const width = batch.shape[3];
  let [top, left, bottom, right] = [content[0], content[1], -1, -1];
  for (let row = 0; row < content[0]; row++)
    for (let column = 0; column < content[1]; column++) {
      if (batch.data[row * width + column] < dark) continue;
      top = Math.min(top, row);
      bottom = row;
      left = Math.min(left, column);
      right = Math.max(right, column);
    }
  // From the outer edges of pixels to cells.
  const cell = (edge: number): number => inputToCell(edge - 0.5, stride);
  return { top: cell(top), bottom: cell(bottom + 1), left: cell(left), right: cell(right + 1) };
}

/** Where the first cell of a reading lies in the maps of its turned slab. */
function originIn(
  turned: TurnedSlab,
  { prepared, stride }: PlaneReading,
  inTurned: PreparedSlab,
): [row: number, column: number] {
  const there = turned.place(cellToSlab({ row: 0, column: 0 }, prepared, stride));
  const [inputRow, inputColumn] = slabToInput(inTurned, there.row, there.column);
  return [inputToCell(inputRow, stride), inputToCell(inputColumn, stride)];
}

/** Network input pixel (fractional, along one axis) at the centre of a heat-map cell. */
function cellToInput(cell: number, stride: number): number {
  return (cell + 0.5) * stride - 0.5;
}

/** The inverse of {@link cellToInput}. */
function inputToCell(pixel: number, stride: number): number {
  return (pixel + 0.5) / stride - 0.5;
}

/** The discs of a reading in the pixels of its slab. */
export const discsOnSlab = ({ discs, prepared, stride }: Reading): DecodedDisc[] =>
  discs.map((disc) => ({ ...disc, ...cellToSlab(disc, prepared, stride) }));

/** The slab's pixel under a cell. */
function cellToSlab({ row, column }: Place, prepared: PreparedSlab, stride: number): Place {
  const [slabRow, slabColumn] = inputToSlab(prepared, cellToInput(row, stride), cellToInput(column, stride));
  return { row: slabRow, column: slabColumn };
}

/** A batch of one without its leading axis, and without the channel axis of a single channel. */
function imageOf({ data, shape: [, channels, height, width] }: Float32Tensor): Float32Tensor {
  return { data, shape: channels === 1 ? [height, width] : [channels, height, width] };
}
