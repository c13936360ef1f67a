import * as ort from 'onnxruntime-node';
import { inferenceNames, recordInference, singleChannel } from '../compile/inference-graph.js';
import type { NetworkConfig } from '../config.js';
import type { Weights } from '../model.js';
import { checkImages } from './images.js';
import type { Float32Tensor, HourglassOutput, ImageBatch, Inference } from './types.js';

/** ONNX Runtime's execution provider behind each engine. */
export const executionProviders = {
  'onnxruntime-cpu': 'cpu',
  'onnxruntime-webgpu': 'webgpu',
  'onnxruntime-cuda': 'cuda',
} as const;

export type OnnxRuntimeEngine = keyof typeof executionProviders;

/** Sessions kept for reuse; each holds its own copy of the weights. */
const mostSessions = 4;

/** Runs the compiled network; one session per input shape, made when first met. Blocks JavaScript while it runs. */
export class OnnxRuntimeInference implements Inference {
  private readonly sessions = new Map<string, Promise<ort.InferenceSession>>();

  constructor(
    readonly engine: OnnxRuntimeEngine,
    private readonly config: NetworkConfig,
    private readonly weights: Weights,
    private readonly threads: number,
  ) {}

  async run(
    batch: ImageBatch,
    { stacks = 'all' }: { stacks?: 'all' | 'last' } = {},
  ): Promise<HourglassOutput> {
    checkImages(this.config, batch);
    const images = mergeIdenticalChannels(batch);
    const session = await this.session(images.shape, stacks);
    const feeds = { [inferenceNames.images]: new ort.Tensor('float32', images.data, images.shape) };
    const results = await session.run(feeds);
    const tensor = (name: string): Float32Tensor => ({
      data: results[name].data as Float32Array,
      shape: results[name].dims,
    });
    const first = stacks === 'last' ? this.config.stacks - 1 : 0;
    const heatmaps = Array.from({ length: this.config.stacks - first }, (_, i) =>
      tensor(inferenceNames.heatmaps(first + i)),
    );
    return { heatmaps, attention: this.config.attention ? tensor(inferenceNames.attention) : null };
  }

  async dispose(): Promise<void> {
    const sessions = [...this.sessions.values()];
    this.sessions.clear();
    for (const session of sessions) await (await session).release();
  }

  private session(shape: ImageBatch['shape'], stacks: 'all' | 'last'): Promise<ort.InferenceSession> {
    const key = `${shape.join()} ${stacks}`;
    const known = this.sessions.get(key);
    if (known) return known;
    const made = this.createSession(shape, stacks);
    this.sessions.set(key, made);
    // A session that could not be made is not remembered.
    made.catch(() => this.sessions.delete(key));
    void this.dropOldest();
    return made;
  }

  private async dropOldest(): Promise<void> {
    if (this.sessions.size <= mostSessions) return;
    const [[key, session]] = this.sessions;
    this.sessions.delete(key);
    await (await session).release();
  }

  private createSession(shape: ImageBatch['shape'], stacks: 'all' | 'last'): Promise<ort.InferenceSession> {
    const merged = shape[1] < this.config.inputChannels;
    const whole = { config: this.config, weights: this.weights };
    const { config, weights } = merged ? singleChannel(whole.config, whole.weights) : whole;
    const bytes = recordInference(config, weights, shape, { stacks });
    return createSession(bytes, this.engine, this.threads);
  }
}

/** A session with full optimisation. Spinning threads would take the processor from everything else. */
export function createSession(
  model: Uint8Array,
  engine: OnnxRuntimeEngine,
  threads: number,
): Promise<ort.InferenceSession> {
  return ort.InferenceSession.create(model, {
    executionProviders: [executionProviders[engine]],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    logSeverityLevel: 3,
    extra: { session: { intra_op: { allow_spinning: '0' }, inter_op: { allow_spinning: '0' } } },
  });
}

/** Keeps one channel where all channels of every image are equal, bit by bit. */
function mergeIdenticalChannels(batch: ImageBatch): ImageBatch {
  const [n, channels, height, width] = batch.shape;
  if (channels === 1) return batch;
  const area = height * width;
  const plane = (i: number) => batch.data.subarray(i * area, (i + 1) * area);
  for (let image = 0; image < n; image++) {
    const first = bytesOf(plane(image * channels));
    for (let channel = 1; channel < channels; channel++)
      if (!first.equals(bytesOf(plane(image * channels + channel)))) return batch;
  }
  const data = new Float32Array(n * area);
  for (let image = 0; image < n; image++) data.set(plane(image * channels), image * area);
  return { data, shape: [n, 1, height, width] };
}

function bytesOf(values: Float32Array): Buffer {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength);
}
