import { augmentPhantom } from './augment.js';
import type { PhantomOptions } from './draw.js';
import { Random } from './random.js';
import { drawTrainingPhantom } from './training.js';
import type { PhantomDisc, PhantomSlice } from './types.js';

/** Views for one training step. */
export interface PhantomBatch {
  /** 0-based training step the batch belongs to. */
  readonly step: number;
  readonly height: number;
  readonly width: number;
  /** `[n, 1, height, width]`, 0..1. */
  readonly images: Float32Array;
  /** Per view, superior to inferior. */
  readonly discs: readonly (readonly PhantomDisc[])[];
  /** Per view, mm per pixel. */
  readonly spacing: readonly number[];
}

export interface PhantomBatchOptions {
  readonly seed: number | string;
  /** Views per batch. */
  readonly batch: number;
  /** How often a drawn phantom is used, each time with another augmentation. */
  readonly reuse: number;
  /** Passed on to every phantom. */
  readonly phantom?: PhantomOptions;
}

/**
 * Steps go round these streams, each with phantoms of its own: neighbouring batches never share one,
 * and streams can be drawn by different threads. Fixed, so that threads do not change the data.
 */
export const streams = 4;

/** Batches of new phantoms before a stream shows the same ones again. */
const batchesPerPass = 8;

/** Computes the batch of any step; cheap when the steps of a stream are asked for in order. */
export class PhantomBatches {
  readonly #drawn = new Map<number, { block: number; slices: Map<number, PhantomSlice> }>();

  constructor(readonly options: PhantomBatchOptions) {}

  /** The views of a step: a pure function of seed, batch, reuse and step. */
  at(step: number): PhantomBatch {
    const { batch, reuse, seed } = this.options;
    const stream = step % streams;
    const turn = Math.floor(step / streams);
    const block = Math.floor(turn / (batchesPerPass * reuse));
    const pass = Math.floor(turn / batchesPerPass) % reuse;
    const order = this.#order(`${seed}/${stream}/${block}/${pass}`);
    const first = (turn % batchesPerPass) * batch;
    const views = order.slice(first, first + batch).map((index) => {
      const slice = this.#slice(stream, block, index);
      return augmentPhantom(slice, new Random(`view ${seed}/${stream}/${block}/${index}/${pass}`));
    });
    return stack(step, views);
  }

  /** A shuffle of a stream's phantoms within each half, so that a reuse lies at least half a pass away. */
  #order(seed: string): number[] {
    const random = new Random(`order ${seed}`);
    const count = batchesPerPass * this.options.batch;
    const order = Array.from({ length: count }, (_, i) => i);
    const half = count / 2;
    for (const start of [0, half])
      for (let i = half - 1; i > 0; i--) {
        const j = random.integer(0, i);
        [order[start + i], order[start + j]] = [order[start + j], order[start + i]];
      }
    return order;
  }

  #slice(stream: number, block: number, index: number): PhantomSlice {
    let kept = this.#drawn.get(stream);
    if (kept?.block !== block) {
      kept = { block, slices: new Map() };
      this.#drawn.set(stream, kept);
    }
    let slice = kept.slices.get(index);
    if (!slice) {
      slice = drawTrainingPhantom(`${this.options.seed}/${stream}/${block}/${index}`, this.options.phantom);
      if (this.options.reuse > 1) kept.slices.set(index, slice);
    }
    return slice;
  }
}

function stack(step: number, views: readonly PhantomSlice[]): PhantomBatch {
  const { height, width } = views[0];
  const images = new Float32Array(views.length * height * width);
  views.forEach((view, i) => images.set(view.image, i * height * width));
  return {
    step,
    height,
    width,
    images,
    discs: views.map((view) => view.discs),
    spacing: views.map((view) => view.spacing),
  };
}
