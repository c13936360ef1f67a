import * as ort from 'onnxruntime-node';
import { inferenceNames, recordInference, singleChannel } from '../compile/inference-graph.js';
import type { NetworkConfig } from '../config.js';
import type { Weights } from '../model.js';
import { checkImages } from './images.js';
import { executionProviders, type OnnxRuntimeEngine } from './providers.js';
import type { Float32Tensor, HourglassOutput, ImageBatch, Inference } from './types.js';

/** Sessions kept for reuse; each holds its own copy of the weights. */
const mostSessions = 4;

/** Runs the compiled network; one session per input shape, made when first met. Blocks JavaScript while it runs. */
export class OnnxRuntimeInference implements Inference {
  /** By input shape, the one used last at the end. */
  private readonly sessions = new Map<string, ort.InferenceSession>();
  /** Runs go one after the other, so that none loses its session to the next. */
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    readonly engine: OnnxRuntimeEngine,
    private readonly config: NetworkConfig,
    private readonly weights: Weights,
    private readonly threads: number,
  ) {}

  run(batch: ImageBatch, { stacks = 'all' }: { stacks?: 'all' | 'last' } = {}): Promise<HourglassOutput> {
    return this.inTurn(() => this.runNow(batch, stacks));
  }

  dispose(): Promise<void> {
    return this.inTurn(async () => {
      const sessions = [...this.sessions.values()];
      this.sessions.clear();
      for (const session of sessions) await session.release();
    });
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.last.then(work);
    this.last = result.catch(() => {});
    return result;
  }

  private async runNow(batch: ImageBatch, stacks: 'all' | 'last'): Promise<HourglassOutput> {
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

  private async session(shape: ImageBatch['shape'], stacks: 'all' | 'last'): Promise<ort.InferenceSession> {
    const key = `${shape.join()} ${stacks}`;
    const session = this.sessions.get(key) ?? (await this.createSession(shape, stacks));
    this.sessions.delete(key);
    this.sessions.set(key, session);
    if (this.sessions.size > mostSessions) {
      const [[oldest, unused]] = this.sessions;
      this.sessions.delete(oldest);
      await unused.release();
    }
    return session;
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
    // DirectML refuses the pattern.
    enableMemPattern: engine !== 'onnxruntime-directml',
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
