import type { PhantomBatch } from '../dataset/phantom/batches.js';
import type { PhantomOptions } from '../dataset/phantom/draw.js';
import { createPhantomFeed } from '../dataset/phantom/feed.js';
import type { BatchSource, SampleBatch } from './batches.js';
import type { TrainingConfig } from './config.js';
import type { TrainingData } from './data.js';
import { unlessCancelled } from './unless-cancelled.js';

/** Side length of the phantoms a network is trained on. */
const side = 256;

/** An endless supply of phantoms; the held-out ones are drawn by other threads while the first epoch runs. */
export function phantomData(config: TrainingConfig): TrainingData {
  const held = new HeldOut(config);
  return {
    size: [side, side],
    open: (firstStep) => {
      const source = phantomBatches(config, firstStep);
      const next = async () => {
        const batch = await source.next();
        // Not before the first batch, which would come later for it.
        void held.draw();
        return batch;
      };
      return { next, close: () => source.close() };
    },
    async *heldOut(signal) {
      yield* await unlessCancelled(held.draw(), signal);
    },
    close: () => held.close(),
  };
}

/** The validation set, drawn once, in the background. */
class HeldOut {
  private readonly abort = new AbortController();
  private samples: Promise<readonly SampleBatch[]> | undefined;

  constructor(private readonly config: TrainingConfig) {}

  draw(): Promise<readonly SampleBatch[]> {
    this.samples ??= validationPhantoms(this.config, this.abort.signal);
    // A failure is reported where the samples are asked for.
    this.samples.catch(() => {});
    return this.samples;
  }

  async close(): Promise<void> {
    this.abort.abort();
    await this.samples?.catch(() => {});
  }
}

function phantomsOf({ data }: TrainingConfig) {
  if (data.source !== 'phantom') throw new Error('the configuration is for no phantoms');
  return data;
}

/** Training batches of phantoms from a step on. */
export function phantomBatches(config: TrainingConfig, firstStep: number): BatchSource {
  const { seed, reuse, workers } = phantomsOf(config);
  const feed = createPhantomFeed({
    seed: `training ${seed}`,
    batch: config.training.trainBatch,
    reuse,
    workers,
    startStep: firstStep,
    phantom: painted(config),
  });
  return { next: async () => asSamples(await feed.next()), close: () => feed.close() };
}

/** The held-out phantoms, in batches of the configuration's size; their seeds are none of training's. */
export async function validationPhantoms(
  config: TrainingConfig,
  signal?: AbortSignal,
): Promise<readonly SampleBatch[]> {
  const { valBatch, validationSize } = config.training;
  const { seed, workers } = phantomsOf(config);
  const feed = createPhantomFeed({
    seed: `validation ${seed}`,
    batch: valBatch,
    reuse: 1,
    workers,
    signal,
    phantom: painted(config),
  });
  try {
    const batches: SampleBatch[] = [];
    for (let left = validationSize; left > 0; left -= valBatch)
      batches.push(firstOf(asSamples(await feed.next()), left));
    return batches;
  } finally {
    await feed.close();
  }
}

/** A network for one contrast sees phantoms of that contrast alone; one for any sees the usual mixture. */
function painted(config: TrainingConfig): PhantomOptions {
  const { extent } = phantomsOf(config);
  return config.contrast === 'any' ? { extent } : { extent, contrast: config.contrast };
}

const asSamples = ({ images, height, width, discs, spacing }: PhantomBatch): SampleBatch => ({
  images: { data: images, shape: [discs.length, 1, height, width] },
  discs,
  spacing,
});

function firstOf(batch: SampleBatch, count: number): SampleBatch {
  const [n, channels, height, width] = batch.images.shape;
  if (count >= n) return batch;
  const data = batch.images.data.slice(0, count * channels * height * width);
  return {
    images: { data, shape: [count, channels, height, width] },
    discs: batch.discs.slice(0, count),
    spacing: batch.spacing.slice(0, count),
  };
}
