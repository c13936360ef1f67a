import { createInference } from '@disc-labeling/models/engines';
import type { Float32Tensor, HourglassOutput, InferenceOptions } from '@disc-labeling/models/engines/types';
import { inputMultiple } from '@disc-labeling/models/config';
import { throwIfCancelled, UserError } from '@disc-labeling/models/errors';
import type { Model } from '@disc-labeling/models/model';

/** All images' answers, stacked. */
export interface Prediction {
  /** `[n, joints, h, w]` per stack. */
  readonly heatmaps: readonly Float32Tensor[];
  /** `[n, 1, height / 4, width / 4]`; null for a network without attention. */
  readonly attention: Float32Tensor | null;
  readonly engine: string;
}

export interface PredictOptions extends InferenceOptions {
  readonly signal?: AbortSignal;
  /** Told how many images are done. */
  readonly progress?: (done: number) => void;
}

/**
 * Runs the bare network on prepared images, one at a time, so that memory does not grow with their number
 * beyond the answers themselves.
 *
 * @param images `[n, channels, height, width]`
 * @param file   where they come from, for error messages
 * @throws UserError when the network does not take such images; CancelledError once `signal` is aborted
 */
export async function predict(
  model: Model,
  images: Float32Tensor,
  { signal, progress, ...engine }: PredictOptions = {},
  file?: string,
): Promise<Prediction> {
  const { network } = model.description;
  const [count, channels, height, width] = images.shape;
  const fits =
    channels === network.inputChannels && height % inputMultiple === 0 && width % inputMultiple === 0;
  if (images.shape.length !== 4 || !fits || count * height * width === 0)
    throw new UserError(
      'cannot run the network',
      `it takes [n, ${network.inputChannels}, height, width] with sides that are multiples of ${inputMultiple}, not [${images.shape}]`,
      file,
    );
  const inference = await createInference(network, model.weights, engine);
  try {
    const outputs: HourglassOutput[] = [];
    const size = channels * height * width;
    for (let image = 0; image < count; image++) {
      throwIfCancelled(signal);
      const data = images.data.subarray(image * size, (image + 1) * size);
      outputs.push(await inference.run({ data, shape: [1, channels, height, width] }));
      progress?.(image + 1);
    }
    return {
      heatmaps: outputs[0].heatmaps.map((_, stack) =>
        joinBatches(outputs.map(({ heatmaps }) => heatmaps[stack])),
      ),
      attention: outputs[0].attention && joinBatches(outputs.map(({ attention }) => attention!)),
      engine: inference.engine,
    };
  } finally {
    await inference.dispose();
  }
}

/** Batches of one to one batch. */
function joinBatches(parts: readonly Float32Tensor[]): Float32Tensor {
  const [first] = parts;
  const data = new Float32Array(first.data.length * parts.length);
  for (const [i, part] of parts.entries()) data.set(part.data, i * first.data.length);
  return { data, shape: [parts.length, ...first.shape.slice(1)] };
}
