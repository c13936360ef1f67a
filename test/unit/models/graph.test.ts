import * as ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { Graph, int, ints } from '@disc-labeling/models/compile/graph';
import { encodeOnnx } from '@disc-labeling/models/compile/onnx';

async function evaluate(graph: Graph, feeds: Record<string, [number[], number[]]>) {
  const session = await ort.InferenceSession.create(encodeOnnx(graph), { intraOpNumThreads: 1 });
  const tensors = Object.entries(feeds).map(
    ([name, [data, shape]]) => [name, new ort.Tensor('float32', Float32Array.from(data), shape)] as const,
  );
  const results = await session.run(Object.fromEntries(tensors));
  await session.release();
  return Object.fromEntries(
    Object.entries(results).map(([name, { data }]) => [name, Array.from(data as Float32Array)]),
  );
}

describe('a graph', () => {
  it('makes equal nodes and constants once', () => {
    const graph = new Graph();
    const x = graph.input('x', [2]);
    const first = graph.node('Add', [x, graph.scalar(1)], [2]);
    expect(graph.node('Add', [x, graph.scalar(1)], [2])).toBe(first);
    expect(graph.node('Add', [x, graph.scalar(2)], [2])).not.toBe(first);
    const sum = (axis: number) => graph.node('ReduceMax', [x], [1], { attributes: { axes: ints(axis) } });
    expect(sum(0)).toBe(sum(0));
    expect(graph.nodes).toHaveLength(3);
  });

  it('leaves out what no output needs', () => {
    const graph = new Graph();
    const x = graph.input('x', [1, 1, 2, 2]);
    const attributes = { kernel_shape: ints(2, 2), strides: ints(2, 2) };
    const shape = [1, 1, 1, 1];
    const [maximum] = graph.nodeWithOutputs('MaxPool', [x], [shape, shape], {
      attributes,
      optionalOutputs: true,
    });
    graph.node('Mul', [x, graph.scalar(7)], x.shape);
    graph.output('y', maximum!);
    const { nodes, constants } = graph.live();
    expect(nodes.map(({ op, outputs }) => [op, outputs.length])).toEqual([['MaxPool', 1]]);
    expect(constants.size).toBe(0);
  });
});

describe('the ONNX file of a graph', () => {
  it('is understood by ONNX Runtime, with all kinds of attributes and contrib operators', async () => {
    const graph = new Graph();
    const a = graph.input('a', [1, 2]);
    const b = graph.input('b', [3, 2]);
    const options = { domain: 'com.microsoft', attributes: { transB: int(1) } };
    const product = graph.node('FusedMatMul', [a, b], [1, 3], options);
    graph.output(
      'product',
      graph.node('Add', [product, graph.floats(Float32Array.of(1, 2, 3), [3])], [1, 3]),
    );
    const result = await evaluate(graph, { a: [[1, 2], [1, 2]], b: [[1, 0, 0, 1, 1, 1], [3, 2]] }); // prettier-ignore
    expect(result).toEqual({ product: [2, 4, 6] });
  });

  it('may name a value twice, an input and a constant', async () => {
    const graph = new Graph();
    const x = graph.input('x', [2]);
    const y = graph.node('Neg', [x], [2]);
    graph.output('once', y);
    graph.output('twice', y);
    graph.output('input', x);
    graph.output('constant', graph.floats(Float32Array.of(5), [1]));
    graph.output('further', graph.node('Abs', [y], [2]));
    expect(await evaluate(graph, { x: [[1, -2], [2]] })).toEqual({
      once: [-1, 2],
      twice: [-1, 2],
      input: [1, -2],
      constant: [5],
      further: [1, 2],
    });
  });
});
