/** A tensor that flows through an ONNX graph. */
export interface Value {
  readonly name: string;
  readonly shape: readonly number[];
}

export type Attribute =
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'int'; readonly value: number }
  | { readonly kind: 'ints'; readonly value: readonly number[] }
  | { readonly kind: 'string'; readonly value: string };

export interface GraphNode {
  readonly op: string;
  /** '' is the standard ONNX domain. */
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
  /** Outputs after the first may be left away where nothing needs them. */
  readonly optionalOutputs: boolean;
}

export interface Constant {
  readonly shape: readonly number[];
  readonly data: Float32Array | BigInt64Array;
}

/** Contrib operators of ONNX Runtime (FusedMatMul). */
export const microsoftDomain = 'com.microsoft';

export const int = (value: number): Attribute => ({ kind: 'int', value });
export const ints = (...value: number[]): Attribute => ({ kind: 'ints', value });
export const float = (value: number): Attribute => ({ kind: 'float', value });
export const text = (value: string): Attribute => ({ kind: 'string', value });

export interface NodeOptions {
  readonly attributes?: Readonly<Record<string, Attribute>>;
  readonly domain?: string;
  readonly optionalOutputs?: boolean;
}

/**
 * An ONNX graph under construction. All operators are pure, so a node asked for twice is made once,
 * and nodes that no output needs can be dropped.
 */
export class Graph {
  readonly nodes: GraphNode[] = [];
  readonly constants = new Map<string, Constant>();
  readonly inputs: Value[] = [];
  readonly outputs: { name: string; value: Value }[] = [];
  private readonly known = new Map<string, Value[]>();
  private count = 0;

  input(name: string, shape: readonly number[]): Value {
    const value = { name, shape };
    this.inputs.push(value);
    return value;
  }

  /** Names `value` as a result of the graph. */
  output(name: string, value: Value): void {
    this.outputs.push({ name, value });
  }

  floats(data: Float32Array, shape: readonly number[]): Value {
    const key = data.length <= 64 ? `f|${shape.join()}|${Array.from(data).join()}` : undefined;
    return this.constant(key, { shape, data });
  }

  scalar(value: number): Value {
    return this.floats(Float32Array.of(value), []);
  }

  integers(...values: number[]): Value {
    const data = BigInt64Array.from(values.map(BigInt));
    return this.constant(`i|${values.join()}`, { shape: [values.length], data });
  }

  /** A node with one output. An input `null` is an omitted optional one. */
  node(op: string, inputs: (Value | null)[], shape: readonly number[], options: NodeOptions = {}): Value {
    return this.nodeWithOutputs(op, inputs, [shape], options)[0];
  }

  nodeWithOutputs(
    op: string,
    inputs: (Value | null)[],
    shapes: readonly (readonly number[])[],
    { attributes = {}, domain = '', optionalOutputs = false }: NodeOptions = {},
  ): Value[] {
    const names = inputs.map((input) => input?.name ?? '');
    const key = `${domain}|${op}|${names.join()}|${JSON.stringify(attributes)}|${shapes.length}`;
    const same = this.known.get(key);
    if (same) return same;
    const outputs = shapes.map((shape) => ({ name: `v${this.count++}`, shape }));
    this.nodes.push({
      op,
      domain,
      inputs: names,
      outputs: outputs.map((o) => o.name),
      attributes,
      optionalOutputs,
    });
    this.known.set(key, outputs);
    return outputs;
  }

  /** The same elements in the same order under another shape. */
  reshape(value: Value, shape: readonly number[]): Value {
    if (value.shape.join() === shape.join()) return value;
    return this.node('Reshape', [value, this.integers(...shape)], shape);
  }

  /** @param order for each axis of the result, the axis of `value` */
  transpose(value: Value, ...order: number[]): Value {
    const shape = order.map((axis) => value.shape[axis]);
    return this.node('Transpose', [value], shape, { attributes: { perm: ints(...order) } });
  }

  /** The nodes and constants that the outputs depend on, in order. */
  live(): { nodes: GraphNode[]; constants: Map<string, Constant> } {
    const needed = new Set(this.outputs.map(({ value }) => value.name));
    const nodes: GraphNode[] = [];
    for (let i = this.nodes.length - 1; i >= 0; i--) {
      const node = this.nodes[i];
      if (!node.outputs.some((name) => needed.has(name))) continue;
      const outputs = node.outputs.filter((name, o) => o === 0 || !node.optionalOutputs || needed.has(name));
      nodes.push({ ...node, outputs });
      node.inputs.forEach((name) => needed.add(name));
    }
    const constants = new Map([...this.constants].filter(([name]) => needed.has(name)));
    return { nodes: nodes.reverse(), constants };
  }

  private constant(key: string | undefined, constant: Constant): Value {
    const same = key === undefined ? undefined : this.known.get(key);
    if (same) return same[0];
    const value = { name: `c${this.count++}`, shape: constant.shape };
    this.constants.set(value.name, constant);
    if (key !== undefined) this.known.set(key, [value]);
    return value;
  }
}
