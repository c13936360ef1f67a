import * as ort from 'onnxruntime-node';
import { executionProviders, type OnnxRuntimeEngine } from '../engines/providers.js';
import { defaultThreads } from '../engines/threads.js';
import type { NetworkConfig } from '../config.js';
import type { ImageBatch } from '../engines/types.js';
import { networkTensors, type NetworkTensor } from '../layers-listing.js';
import type { Weights, WeightTensor } from '../model.js';
import type {
  LossConfig,
  Norms,
  ParameterLayout,
  StepResult,
  TrainingBatch,
  TrainingStep,
} from '../training.js';
import { blockSize } from './blocked.js';
import { graphNames, recordTrainingStep, type TrainingGraph } from './training-graph.js';

export interface TrainingStepOptions {
  /** Default: the CPU. */
  readonly engine?: OnnxRuntimeEngine;
  /** Threads inside one operator; default: all processors, at most 8. */
  readonly threads?: number;
  /** Default: `batch`. */
  readonly norms?: Norms;
  /** Where ONNX Runtime shall write a profile (a path prefix), for measuring. */
  readonly profile?: string;
}

/** PyTorch's share of the new batch in the running statistics. */
const momentum = 0.1;

/**
 * Compiles forward pass, loss and gradients of a network for one batch shape.
 *
 * @param weights start values of all parameters and running statistics (copied)
 * @param batchShape `[n, channels, height, width]` of every batch
 */
export async function createTrainingStep(
  config: NetworkConfig,
  weights: Weights,
  lossConfig: LossConfig,
  batchShape: ImageBatch['shape'],
  options: TrainingStepOptions = {},
): Promise<TrainingStep> {
  const { engine = 'onnxruntime-cpu', norms } = options;
  const onCpu = engine === 'onnxruntime-cpu';
  const operators = onCpu ? { blockSize: await blockSize() } : { portable: true };
  const graph = recordTrainingStep(config, lossConfig, batchShape, { ...operators, norms });
  const session = await ort.InferenceSession.create(graph.bytes, {
    executionProviders: [executionProviders[engine]],
    intraOpNumThreads: options.threads ?? defaultThreads(),
    interOpNumThreads: 1,
    executionMode: 'sequential',
    // Both measured: the pattern costs two thirds more memory, optimising costs seconds and gains nothing.
    enableMemPattern: false,
    graphOptimizationLevel: 'disabled',
    logSeverityLevel: 3,
    extra: { session: { intra_op: { allow_spinning: '0' }, inter_op: { allow_spinning: '0' } } },
    ...(options.profile ? { enableProfiling: true, profileFilePrefix: options.profile } : {}),
  });
  return new OnnxTrainingStep(config, weights, batchShape, graph, session);
}

/** Where each tensor lies in one flat array. */
export function flatLayout(tensors: readonly Pick<NetworkTensor, 'name' | 'shape'>[]): ParameterLayout[] {
  let offset = 0;
  return tensors.map(({ name, shape }) => {
    const length = shape.reduce((a, b) => a * b, 1);
    const place = { name, shape, offset, length };
    offset += length;
    return place;
  });
}

/** The named weights one after the other, as the layout says (copied). */
export function gather(layout: readonly ParameterLayout[], weights: Weights): Float32Array {
  const flat = new Float32Array(layout.reduce((sum, { length }) => sum + length, 0));
  for (const { name, length, offset } of layout) {
    const tensor = weights.get(name);
    if (tensor?.data.length !== length) throw new Error(`the weights do not fit the network at ${name}`);
    flat.set(tensor.data, offset);
  }
  return flat;
}

/** The weights that lie in a flat array, by name: views. */
export function namedWeights(
  layout: readonly ParameterLayout[],
  flat: Float32Array,
): (readonly [string, WeightTensor])[] {
  return layout.map(
    ({ name, shape, offset, length }) =>
      [name, { shape, data: flat.subarray(offset, offset + length) }] as const,
  );
}

class OnnxTrainingStep implements TrainingStep {
  readonly layout: readonly ParameterLayout[];
  readonly parameters: Float32Array;
  readonly gradients: Float32Array;
  readonly statisticsLayout: readonly ParameterLayout[];
  readonly statistics: Float32Array;
  /** Parameters, and running statistics where norms are fixed. */
  private readonly weightFeeds: Record<string, ort.Tensor>;
  private readonly fetches: Record<string, ort.Tensor>;
  private readonly norms: {
    mean: Float32Array;
    variance: Float32Array;
    places: ParameterLayout[];
    count: number;
  }[];

  constructor(
    private readonly config: NetworkConfig,
    weights: Weights,
    private readonly batchShape: ImageBatch['shape'],
    graph: TrainingGraph,
    private readonly session: ort.InferenceSession,
  ) {
    const tensors = networkTensors(config);
    this.layout = flatLayout(tensors.filter(({ kind }) => kind === 'parameter'));
    this.statisticsLayout = flatLayout(tensors.filter(({ kind }) => kind === 'statistic'));
    this.parameters = gather(this.layout, weights);
    this.gradients = new Float32Array(this.parameters.length);
    this.statistics = gather(this.statisticsLayout, weights);
    const wanted = new Set(session.inputNames);
    const feeds = (layout: readonly ParameterLayout[], flat: Float32Array) =>
      layout.filter(({ name }) => wanted.has(name)).map((place) => [place.name, view(flat, place)] as const);
    this.weightFeeds = Object.fromEntries([
      ...feeds(this.layout, this.parameters),
      ...feeds(this.statisticsLayout, this.statistics),
    ]);
    const learned = new Set(graph.parameters.map(({ name }) => name));
    const gradients = this.layout.filter(({ name }) => learned.has(name));
    this.norms = graph.statistics.map(({ name, channels, count }) => ({
      mean: new Float32Array(channels),
      variance: new Float32Array(channels),
      places: ['running_mean', 'running_var'].map((suffix) =>
        this.statisticsLayout.find((p) => p.name === `${name}.${suffix}`)!,
      ),
      count,
    }));
    this.fetches = Object.fromEntries([
      ...gradients.map((p) => [graphNames.gradient(p.name), view(this.gradients, p)] as const),
      ...graph.statistics.flatMap(({ name, channels }, i) => [
        [graphNames.mean(name), new ort.Tensor('float32', this.norms[i].mean, [channels])] as const,
        [graphNames.variance(name), new ort.Tensor('float32', this.norms[i].variance, [channels])] as const,
      ]),
      ...Array.from(
        { length: config.stacks },
        (_, i) => [graphNames.loss(i), new ort.Tensor('float32', new Float32Array(1), [])] as const,
      ),
    ]);
  }

  async run({ images, targets, visibility }: TrainingBatch): Promise<StepResult> {
    if (images.shape.join() !== this.batchShape.join())
      throw new Error(
        `the step is compiled for batches of ${this.batchShape.join()}, not ${images.shape.join()}`,
      );
    const feeds: Record<string, ort.Tensor> = {
      ...this.weightFeeds,
      [graphNames.images]: new ort.Tensor('float32', images.data, images.shape),
      [graphNames.targets]: new ort.Tensor('float32', targets.data, targets.shape),
      [graphNames.visibility]: new ort.Tensor('float32', visibility.data, [
        ...visibility.shape.slice(0, 2),
        1,
        1,
      ]),
    };
    await this.session.run(feeds, this.fetches);
    this.updateStatistics();
    const lossPerStack = Array.from(
      { length: this.config.stacks },
      (_, i) => this.fetches[graphNames.loss(i)].data[0] as number,
    );
    return { loss: lossPerStack.reduce((a, b) => a + b), lossPerStack };
  }

  async dispose(): Promise<void> {
    await this.session.release();
  }

  private updateStatistics(): void {
    for (const { mean, variance, places, count } of this.norms) {
      followStatistics(this.statistics, places, { mean, variance, count });
    }
  }
}

/**
 * Moves running statistics towards those of a batch; as in PyTorch, with the unbiased variance.
 *
 * @param places of running mean and running variance in `statistics`
 * @param batch  biased variance over `count` values per channel
 */
export function followStatistics(
  statistics: Float32Array,
  [toMean, toVariance]: readonly ParameterLayout[],
  { mean, variance, count }: { mean: Float32Array; variance: Float32Array; count: number },
): void {
  const unbiased = count / Math.max(count - 1, 1);
  for (let c = 0; c < mean.length; c++) {
    statistics[toMean.offset + c] += momentum * (mean[c] - statistics[toMean.offset + c]);
    statistics[toVariance.offset + c] +=
      momentum * (unbiased * variance[c] - statistics[toVariance.offset + c]);
  }
}

function view(flat: Float32Array, { offset, length, shape }: ParameterLayout): ort.Tensor {
  return new ort.Tensor('float32', flat.subarray(offset, offset + length), [...shape]);
}
