import * as ort from 'onnxruntime-node';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { blockSize } from '@disc-labeling/models/compile/blocked';
import { registerKernels } from '@disc-labeling/models/compile/kernels';
import { encodeOnnx } from '@disc-labeling/models/compile/onnx';
import { record, type Recorder } from '@disc-labeling/models/compile/recorder';
import { enlarge } from '@disc-labeling/models/layers-enlarge';
import { loadBackend } from '@disc-labeling/models/engines/tensorflow';
import '@disc-labeling/models/layers-gradients';
import { sequence } from './support.js';

type Network = (x: tf.Tensor4D) => tf.Tensor;

const shape: [number, number, number, number] = [2, 8, 4, 16];
const values = Float32Array.from({ length: 2 * 8 * 4 * 16 }, sequence(9)).map((x) => x - 0.5);

/** `[n, h, w, c]` as `[n, c, h, w]`, the order of the graph. */
async function inGraphOrder(tensor: tf.Tensor): Promise<Float32Array> {
  return (tensor.rank === 4 ? tf.transpose(tensor, [0, 3, 1, 2]) : tensor).data() as Promise<Float32Array>;
}

/** What a function of a feature map and its gradient are, by a recording run in ONNX Runtime and eagerly. */
async function bothWays(network: Network) {
  const differentiate = (x: tf.Tensor4D) =>
    tf.engine().gradients(() => tf.sum(tf.square(network(x))), [x]).grads[0]!;
  const [n, h, w, c] = shape;
  const body = (recorder: Recorder) => {
    const x = recorder.placeholder(recorder.graph.input('x', [n, c, h, w]), shape) as tf.Tensor4D;
    recorder.graph.output('y', recorder.value(network(x)));
    recorder.graph.output('dx', recorder.value(differentiate(x)));
  };
  const graph = record(registerKernels, body);
  await tf.setBackend('cpu');
  const x = tf.tensor4d(values, shape);
  const session = await ort.InferenceSession.create(encodeOnnx(graph), {
    graphOptimizationLevel: 'disabled',
  });
  const recorded = await session.run({ x: new ort.Tensor('float32', await inGraphOrder(x), [n, c, h, w]) });
  await session.release();
  return {
    recorded: [recorded['y']!.data, recorded['dx']!.data] as Float32Array[],
    eager: [await inGraphOrder(network(x)), await inGraphOrder(differentiate(x))],
  };
}

/** A convolution from 16 to 32 channels and its gradients by input and filter, recorded and eager. */
async function convolutionBothWays(
  kernel: number,
  stride: number,
  blocks: number | null,
): Promise<[recorded: Float32Array[], eager: Float32Array[]]> {
  const filterShape: [number, number, number, number] = [kernel, kernel, 16, 32];
  const filterValues = Float32Array.from({ length: kernel * kernel * 512 }, sequence(4)).map(
    (x) => (x - 0.5) / kernel,
  );
  const differentiate = (x: tf.Tensor4D, filter: tf.Tensor4D) => {
    const convolve = () => tf.fused.conv2d({ x, filter, strides: stride, pad: (kernel - 1) / 2 });
    const { grads } = tf.engine().gradients(() => tf.sum(tf.square(convolve())), [x, filter]);
    return [convolve(), ...grads] as [tf.Tensor, tf.Tensor, tf.Tensor];
  };
  const [n, h, w, c] = shape;
  const graph = record(
    registerKernels,
    (recorder) => {
      const x = recorder.placeholder(recorder.graph.input('x', [n, c, h, w]), shape) as tf.Tensor4D;
      const input = recorder.graph.input('filter', [32, 16, kernel, kernel]);
      const filter = recorder.placeholder(input, filterShape, 'filter') as tf.Tensor4D;
      const names = ['y', 'dx', 'dFilter'];
      differentiate(x, filter).forEach((t, i) => recorder.graph.output(names[i]!, recorder.value(t)));
    },
    { blockSize: blocks },
  );
  await tf.setBackend('cpu');
  const filterOrder = (t: tf.Tensor) => tf.transpose(t, [3, 2, 0, 1]).data() as Promise<Float32Array>;
  const [x, filter] = [tf.tensor4d(values, shape), tf.tensor4d(filterValues, filterShape)];
  const [y, dx, dFilter] = differentiate(x, filter);
  const session = await ort.InferenceSession.create(encodeOnnx(graph), {
    graphOptimizationLevel: 'disabled',
  });
  const results = await session.run({
    x: new ort.Tensor('float32', await inGraphOrder(x), [n, c, h, w]),
    filter: new ort.Tensor('float32', await filterOrder(filter), [32, 16, kernel, kernel]),
  });
  await session.release();
  const recorded = ['y', 'dx', 'dFilter'].map((name) => results[name]!.data as Float32Array);
  return [recorded, [await inGraphOrder(y), await inGraphOrder(dx), await filterOrder(dFilter)]];
}

function expectSame(actual: Float32Array[], expected: Float32Array[]): void {
  actual.forEach((array, i) => {
    expect(array.length).toBe(expected[i]!.length);
    const difference = array.reduce((most, x, j) => Math.max(most, Math.abs(x - expected[i]![j]!)), 0);
    const size = expected[i]!.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
    expect(difference).toBeLessThan(1e-5 * Math.max(size, 1));
  });
}

const networks: [string, Network][] = [
  ['maximum of pairs', (x) => tf.maxPool(x, 2, 2, 'valid')],
  [
    'maximum where all are equal',
    (x) => tf.add(tf.maxPool(tf.mul(x, 0), 2, 2, 'valid'), tf.maxPool(tf.relu(x), 2, 2, 'valid')),
  ],
  ['repetition', (x) => tf.image.resizeNearestNeighbor(x, [16, 8])],
  ['enlargement', (x) => enlarge(x)],
  ['concatenation', (x) => tf.concat([x, tf.square(x), x], 3)],
  ['gate', (x) => tf.mul(x, tf.sigmoid(tf.sum(x, [1, 2, 3], true)))],
  ['broadcast vector', (x) => tf.mul(x, tf.tensor1d(Array.from({ length: 16 }, (_, i) => i - 3)))],
  ['sums', (x) => tf.sum(tf.sub(x, 1), [0, 1, 2])],
];

describe('a recording', () => {
  beforeAll(async () => {
    await loadBackend('cpu');
  });

  it.each(networks)('computes what the operations compute: %s', async (_, network) => {
    const { recorded, eager } = await bothWays(network);
    expectSame(recorded, eager);
  });

  it.each([
    [1, 1],
    [3, 1],
    [3, 2],
    [7, 2],
  ])('computes convolutions %i wide with stride %i and their gradients', async (kernel, stride) => {
    for (const blocks of [null, await blockSize()])
      expectSame(...(await convolutionBothWays(kernel, stride, blocks)));
  });

  it('multiplies by nothing without touching the graph', () => {
    const graph = record(registerKernels, (recorder) => {
      const x = recorder.placeholder(recorder.graph.input('x', [1, 2, 2, 2]), [1, 2, 2, 2]);
      recorder.graph.output('y', recorder.value(tf.add(tf.mul(x, tf.ones([1, 2, 2, 2])), 0)));
    });
    expect(graph.nodes).toEqual([]);
  });

  it('refuses what would have to be transposed', () => {
    const attempt = () =>
      record(registerKernels, (recorder) => {
        const x = recorder.placeholder(recorder.graph.input('x', [2, 3, 4, 5]), [2, 4, 5, 3]);
        tf.reshape(x, [2, 60]);
      });
    expect(attempt).toThrow('would move elements');
  });

  it('gives the backend back, also after a failure', async () => {
    await tf.setBackend('cpu');
    expect(() => record(registerKernels, () => { throw new Error('stop'); })).toThrow('stop'); // prettier-ignore
    expect(tf.getBackend()).toBe('cpu');
  });

  it('finds out the width of blocks, or that there are none', async () => {
    expect([8, 16, null]).toContain(await blockSize());
  });
});
