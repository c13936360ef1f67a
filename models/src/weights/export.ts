import { recordInference } from '../compile/inference-graph.js';
import type { Model } from '../model.js';
import { encodeSafetensors } from './safetensors.js';

/** Under this key an exported file carries the whole `model.json`, so that it can be imported again. */
export const descriptionKey = 'model.json';

/** Key-value pairs for other programs, stored in the file. */
export type Facts = Readonly<Record<string, string>>;

/**
 * A model as a safetensors file: the tensors under their PyTorch names (without `module.`) and in PyTorch's layout,
 * float32, bit for bit. `load_state_dict` of the reference takes them as they are; the counts of batches that
 * batch norms keep are not there and start at zero.
 */
export function encodeModelSafetensors({ description, weights }: Model, facts: Facts = {}): Uint8Array {
  return encodeSafetensors(weights, {
    format: 'pt',
    ...facts,
    [descriptionKey]: JSON.stringify(description),
  });
}

export interface OnnxExportOptions {
  /** Input height and width, multiples of 64; `any` leaves both open. */
  readonly size: readonly [height: number, width: number] | 'any';
  readonly facts?: Facts;
  /** The program's version, for the file's `producer_version`. */
  readonly producerVersion?: string;
  /** What the graph is, takes and gives, in words. */
  readonly documentation?: string;
}

/**
 * A model as an ONNX file: the inference graph in standard operators of opset 17, for any number of images.
 * Input `image` `[n, channels, h, w]`; outputs `heatmaps_1` … `[n, joints, h / stride, w / stride]`, one per stack,
 * and, for a network with attention, `attention` `[n, 1, h / 4, w / 4]`. Batch norms are folded into convolutions
 * where they follow one.
 */
export function encodeModelOnnx({ description, weights }: Model, options: OnnxExportOptions): Uint8Array {
  const { size, facts = {}, producerVersion, documentation } = options;
  const { network, name } = description;
  const [height, width] = size === 'any' ? [256, 256] : size;
  return recordInference(network, weights, [1, network.inputChannels, height, width], {
    anyBatch: true,
    anySize: size === 'any',
    graphName: name,
    producerVersion,
    documentation,
    metadata: { ...facts, [descriptionKey]: JSON.stringify(description) },
  });
}
