/** One network at work on slabs: what it is shown, what it says, and which discs that makes. */
import { heatmapStride, pixelToCell } from '@disc-labeling/models/config';
import type { Float32Tensor, Inference } from '@disc-labeling/models/engines/types';
import { throwIfCancelled } from '@disc-labeling/models/errors';
import type { ModelDescription } from '@disc-labeling/models/model';
import type { SagittalSlab } from '../volume/slice.js';
import { decodeChain, type DecodedDisc, type VisibleBox } from './decode.js';
import { prepareSlab, type PreparedSlab } from './preprocess.js';

export interface WorkOptions {
  readonly signal?: AbortSignal;
  /** Time spent is added here; of the network's, what was spent waiting for it. */
  readonly seconds?: { prepare: number; network: number; decode: number };
}

/** Runs stages, adding up their times, unless the work was cancelled. */
export class Stages {
  constructor(private readonly options: WorkOptions) {}

  async timed<T>(stage: keyof NonNullable<WorkOptions['seconds']>, work: () => T | Promise<T>): Promise<T> {
    throwIfCancelled(this.options.signal);
    const started = performance.now();
    const value = await work();
    if (this.options.seconds) this.options.seconds[stage] += (performance.now() - started) / 1000;
    return value;
  }
}

/** What a network is to look at. */
export interface Picture {
  /** Makes it when its turn comes. */
  readonly slab: () => SagittalSlab;
  /** See {@link prepareSlab}. */
  readonly scale: number;
}

/** What it saw. */
export interface Seen {
  readonly slab: SagittalSlab;
  readonly prepared: PreparedSlab;
  /** `[maps, height, width]` of the last stack. */
  readonly heatmaps: Float32Tensor;
  /** `[height / 4, width / 4]`; null for a network without attention. */
  readonly attention: Float32Tensor | null;
}

/** One network over slabs. */
export class Pass {
  /** Network input pixels per heat-map cell. */
  readonly stride: number;

  constructor(
    readonly description: ModelDescription,
    private readonly inference: Inference,
    readonly stages: Stages,
  ) {
    this.stride = heatmapStride(description.network);
  }

  /**
   * Runs the network over pictures, one after the other. While it looks at one, the next is prepared and what it said
   * of the last is made use of.
   *
   * @returns what was made of each
   * @throws CancelledError after the picture under way
   */
  async run<T>(pictures: readonly Picture[], use: (seen: Seen) => T | Promise<T>): Promise<T[]> {
    const made: T[] = [];
    let last: Seen | undefined;
    let next = pictures.length > 0 ? await this.prepare(pictures[0]) : undefined;
    for (let index = 1; next; index++) {
      const current: Pick<Seen, 'slab' | 'prepared'> = next;
      const running = this.inference.run(current.prepared.batch, { stacks: 'last' });
      // Whatever happens meanwhile, no picture is left under way.
      const settled = running.catch(() => undefined);
      try {
        if (last) made.push(await use(last));
        next = index < pictures.length ? await this.prepare(pictures[index]) : undefined;
        const { heatmaps, attention } = await this.stages.timed('network', () => running);
        last = {
          ...current,
          heatmaps: imageOf(heatmaps.at(-1)!),
          attention: attention && imageOf(attention),
        };
      } finally {
        await settled;
      }
    }
    if (last) made.push(await use(last));
    return made;
  }

  private prepare({ slab: make, scale }: Picture): Promise<Pick<Seen, 'slab' | 'prepared'>> {
    return this.stages.timed('prepare', () => {
      const slab = make();
      return { slab, prepared: prepareSlab(slab, this.description, scale) };
    });
  }

  /** @returns in cells of the maps, superior to inferior */
  decode({ heatmaps, prepared, slab }: Omit<Seen, 'attention'>): Promise<DecodedDisc[]> {
    const { channels, input } = this.description;
    return this.stages.timed('decode', () =>
      decodeChain(heatmaps, {
        values: channels.values,
        anyDisc: channels.anyDisc,
        mmPerCell: this.cellSize({ slab, prepared }),
        frame: input.frame,
        visible: visibleBox(prepared, this.stride),
      }),
    );
  }

  /** mm per cell, down the rows and along the columns. */
  cellSize({ slab: { spacing }, prepared: { step } }: Pick<Seen, 'slab' | 'prepared'>): [number, number] {
    return [this.stride * step[0] * spacing[0], this.stride * step[1] * spacing[1]];
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
  const cell = (edge: number): number => pixelToCell(edge - 0.5, stride);
  return { top: cell(top), bottom: cell(bottom + 1), left: cell(left), right: cell(right + 1) };
}

/** A batch of one without its leading axis, and without the channel axis of a single channel. */
function imageOf({ data, shape: [, channels, height, width] }: Float32Tensor): Float32Tensor {
  return { data, shape: channels === 1 ? [height, width] : [channels, height, width] };
}
