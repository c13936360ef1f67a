import { UserError } from '@disc-labeling/models/errors';
import { augmentationFor } from '../dataset/augment/settings.js';
import { readPreparedSet } from '../dataset/samples.js';
import { createSampleFeed } from '../dataset/stream/feed.js';
import { commonWindow, streamSamples } from '../dataset/stream/open.js';
import type { StreamBatch, StreamOptions, StreamSample } from '../dataset/stream/types.js';
import type { SampleBatch } from './batches.js';
import type { TrainingConfig } from './config.js';
import type { TrainingData } from './data.js';
import { setDigest } from './prepared-config.js';

/** Side of what the reference stretches slices to. */
const referenceSide = 256;

/**
 * The samples of a prepared set, read from disk as they are needed.
 *
 * Levels without a label count for nothing where the disc is, or may be, in the picture: a network must not learn
 * that it is absent. Levels outside it are learnt as empty maps, as with phantoms. (The reference lets every missing
 * level count for nothing, and so do its sets here.)
 * @throws UserError a sample is missing, or the set is another by now
 */
export async function preparedData(config: TrainingConfig): Promise<TrainingData> {
  const { data, training } = config;
  if (data.source !== 'prepared' || data.contents === undefined)
    throw new Error('the configuration has to be completed before its data is opened');
  const set = await readPreparedSet(data.path);
  if ((await setDigest(data.path)) !== data.contents.digest)
    throw new UserError('cannot train', 'the prepared set was changed just now; train again', data.path);
  const { preparation, normalization, frame, values } = data.contents;
  const common = { folder: set.folder, preparation, normalization, values, seed: data.seed };
  const reference = preparation === 'reference';
  const side = reference ? referenceSide : data.window;
  const stream: StreamOptions = {
    ...common,
    samples: await streamSamples(set, 'training'),
    batch: training.trainBatch,
    purpose: 'training',
    augmentation: augmentationFor(preparation, data.augment),
    window: [side, side],
  };
  const validation = heldOutStream(common, await streamSamples(set, 'validation'), training.valBatch);
  return {
    size: stream.window,
    open: (firstStep) => {
      const feed = createSampleFeed(stream, { workers: data.workers, startStep: firstStep });
      return { next: async () => asSamples(await feed.next(), frame), close: () => feed.close() };
    },
    heldOut: (signal) => readHeldOut(validation, frame, signal),
    close: async () => undefined,
  };
}

/**
 * A stream of samples as labelling would show them, each once and in order, in one size.
 * @param batch samples in each
 */
export function heldOutStream(
  set: Pick<StreamOptions, 'folder' | 'preparation' | 'normalization' | 'values' | 'seed'>,
  samples: readonly StreamSample[],
  batch: number,
): StreamOptions {
  return {
    ...set,
    samples,
    batch,
    purpose: 'validation',
    augmentation: augmentationFor(set.preparation, false),
    window: set.preparation === 'reference' ? [referenceSide, referenceSide] : commonWindow(samples),
  };
}

/** Reads such a stream. @throws UserError a sample can't be read; CancelledError */
export async function* readHeldOut(
  stream: StreamOptions,
  frame: SampleBatch['frame'],
  signal?: AbortSignal,
): AsyncGenerator<SampleBatch> {
  const feed = createSampleFeed(stream, { signal });
  try {
    for await (const batch of feed) yield asSamples(batch, frame);
  } finally {
    await feed.close();
  }
}

const asSamples = (
  { images, discs, unknown, spacing, maps }: StreamBatch,
  frame: SampleBatch['frame'],
): SampleBatch => ({
  images,
  discs,
  unknown,
  spacing,
  frame,
  ...(maps === null ? {} : { maps }),
});
