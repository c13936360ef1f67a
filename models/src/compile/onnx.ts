import protobuf from 'protobufjs';
import { microsoftDomain, type Attribute, type Constant, type Graph, type GraphNode } from './graph.js';

/** Operator set of the standard domain; 17 is understood by every ONNX Runtime since 1.12. */
const opset = 17;
/** File format version that goes with opset 17. */
const irVersion = 8;

const dataType = { float32: 1, int64: 7 } as const;
const attributeType = { float: 1, int: 2, string: 3, ints: 7 } as const;

const field = (id: number, type: string) => ({ id, type });
const list = (id: number, type: string) => ({ id, type, rule: 'repeated' });
const message = (fields: Record<string, protobuf.IField>): protobuf.IType => ({ fields });

/** The messages of onnx.proto3 that a graph needs, with their official field numbers. */
const descriptor: protobuf.INamespace = {
  nested: {
    ModelProto: message({
      irVersion: field(1, 'int64'),
      producerName: field(2, 'string'),
      producerVersion: field(3, 'string'),
      docString: field(6, 'string'),
      graph: field(7, 'GraphProto'),
      opsetImport: list(8, 'OperatorSetIdProto'),
      metadataProps: list(14, 'StringStringEntryProto'),
    }),
    StringStringEntryProto: message({ key: field(1, 'string'), value: field(2, 'string') }),
    OperatorSetIdProto: message({ domain: field(1, 'string'), version: field(2, 'int64') }),
    GraphProto: message({
      node: list(1, 'NodeProto'),
      name: field(2, 'string'),
      initializer: list(5, 'TensorProto'),
      input: list(11, 'ValueInfoProto'),
      output: list(12, 'ValueInfoProto'),
    }),
    NodeProto: message({
      input: list(1, 'string'),
      output: list(2, 'string'),
      name: field(3, 'string'),
      opType: field(4, 'string'),
      attribute: list(5, 'AttributeProto'),
      domain: field(7, 'string'),
    }),
    AttributeProto: message({
      name: field(1, 'string'),
      f: field(2, 'float'),
      i: field(3, 'int64'),
      s: field(4, 'bytes'),
      ints: list(8, 'int64'),
      type: field(20, 'int32'),
    }),
    TensorProto: message({
      dims: list(1, 'int64'),
      dataType: field(2, 'int32'),
      name: field(8, 'string'),
      rawData: field(9, 'bytes'),
    }),
    ValueInfoProto: message({ name: field(1, 'string'), type: field(2, 'TypeProto') }),
    TypeProto: message({ tensorType: field(1, 'TensorTypeProto') }),
    TensorTypeProto: message({ elemType: field(1, 'int32'), shape: field(2, 'TensorShapeProto') }),
    TensorShapeProto: message({ dim: list(1, 'DimensionProto') }),
    DimensionProto: message({ dimValue: field(1, 'int64'), dimParam: field(2, 'string') }),
  },
};

const modelProto = protobuf.Root.fromJSON(descriptor).lookupType('ModelProto');

export interface OnnxOptions {
  readonly graphName?: string;
  /** Key-value pairs stored in the file. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** Version of the program, beside its name. */
  readonly producerVersion?: string;
  /** What the graph is, takes and gives, in words. */
  readonly documentation?: string;
  /** Leaves the first size of all inputs and outputs open; for graphs whose operators take any batch. */
  readonly anyBatch?: boolean;
  /** Leaves height and width of all inputs and outputs open; for graphs whose operators take any size. */
  readonly anySize?: boolean;
}

/** Serialises the live part of a graph as an ONNX ModelProto. */
export function encodeOnnx(
  graph: Graph,
  { graphName = 'network', metadata = {}, producerVersion, documentation, ...open }: OnnxOptions = {},
): Uint8Array {
  const { nodes, constants } = graph.live();
  const named = nameResults(graph, nodes);
  const model = {
    irVersion,
    producerName: 'disc-labeling',
    producerVersion,
    docString: documentation,
    opsetImport: [
      { domain: '', version: opset },
      ...(nodes.some((node) => node.domain === microsoftDomain)
        ? [{ domain: microsoftDomain, version: 1 }]
        : []),
    ],
    metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
    graph: {
      name: graphName,
      node: [...nodes.map((node) => nodeProto(node, named.names)), ...named.copies],
      initializer: [...constants].map(([name, constant]) => tensorProto(name, constant)),
      input: graph.inputs.map((value) => valueInfo(value.name, value.shape, openAxes(graph, open))),
      output: graph.outputs.map(({ name, value }) => valueInfo(name, value.shape, openAxes(graph, open))),
    },
  };
  return modelProto.encode(modelProto.create(model)).finish();
}

/** Results take their names at the node that makes them; inputs, constants and second names are copied. */
function nameResults(
  graph: Graph,
  nodes: readonly GraphNode[],
): { names: Map<string, string>; copies: object[] } {
  const made = new Set(nodes.flatMap((node) => node.outputs));
  const names = new Map<string, string>();
  const copies: object[] = [];
  for (const { name, value } of graph.outputs) {
    if (made.has(value.name) && !names.has(value.name)) names.set(value.name, name);
    else copies.push({ opType: 'Identity', input: [names.get(value.name) ?? value.name], output: [name] });
  }
  return { names, copies };
}

function nodeProto(node: GraphNode, names: ReadonlyMap<string, string>): object {
  const renamed = (name: string) => names.get(name) ?? name;
  return {
    opType: node.op,
    domain: node.domain,
    name: `${node.op}_${node.outputs[0]}`,
    input: node.inputs.map(renamed),
    output: node.outputs.map(renamed),
    attribute: Object.entries(node.attributes).map(([name, attribute]) => attributeProto(name, attribute)),
  };
}

function attributeProto(name: string, attribute: Attribute): object {
  const common = { name, type: attributeType[attribute.kind] };
  switch (attribute.kind) {
    case 'float':
      return { ...common, f: attribute.value };
    case 'int':
      return { ...common, i: attribute.value };
    case 'ints':
      return { ...common, ints: attribute.value };
    case 'string':
      return { ...common, s: new TextEncoder().encode(attribute.value) };
  }
}

function tensorProto(name: string, { shape, data }: Constant): object {
  return {
    name,
    dims: shape,
    dataType: data instanceof Float32Array ? dataType.float32 : dataType.int64,
    rawData: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
  };
}

/** Names of the sizes that are left open, by axis. */
function openAxes(
  graph: Graph,
  { anyBatch = false, anySize = false }: OnnxOptions,
): (axis: number, size: number) => string | null {
  const [input] = graph.inputs;
  return (axis, size) => {
    if (axis === 0) return anyBatch ? 'n' : null;
    if (!anySize || axis < 2) return null;
    const letter = axis === 2 ? 'h' : 'w';
    const stride = input.shape[axis] / size;
    return stride === 1 ? letter : `${letter}/${stride}`;
  };
}

function valueInfo(
  name: string,
  shape: readonly number[],
  open: (axis: number, size: number) => string | null,
): object {
  const dim = shape.map((dimValue, axis) => {
    const dimParam = open(axis, dimValue);
    return dimParam === null ? { dimValue } : { dimParam };
  });
  return { name, type: { tensorType: { elemType: dataType.float32, shape: { dim } } } };
}
