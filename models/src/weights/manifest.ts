import { createHash } from 'node:crypto';
import type { io } from '@tensorflow/tfjs-core';
import { UserError } from '../errors.js';
import type { Weights, WeightTensor } from '../model.js';
import { floatToHalf, halfToFloat } from './storage.js';

/**
 * `weights.json`: a TensorFlow.js weight manifest (`WeightsManifestConfig`) of one group with one file,
 * so that TensorFlow.js itself can load it. The checksum is an addition of ours that it ignores.
 */
export type WeightManifest = readonly [ManifestGroup];

type ManifestGroup = io.WeightsManifestConfig[number] & { readonly sha256: string };

/** How numbers are stored; both are read back as float32. */
export type WeightStorage = 'float32' | 'float16';

export const weightsFile = 'weights.bin';

/** Lays tensors one after another, little-endian, and says what lies where. */
export function encodeWeights(
  weights: Weights,
  storage: WeightStorage,
): { manifest: WeightManifest; bytes: Uint8Array } {
  const bytesPerElement = storage === 'float16' ? 2 : 4;
  const elements = [...weights.values()].reduce((sum, { data }) => sum + data.length, 0);
  const bytes = new Uint8Array(elements * bytesPerElement);
  const entries: io.WeightsManifestEntry[] = [];
  let at = 0;
  for (const [name, { shape, data }] of weights) {
    const stored = storage === 'float16' ? toHalf(name, data) : data;
    bytes.set(new Uint8Array(stored.buffer, stored.byteOffset, stored.byteLength), at);
    at += stored.byteLength;
    entries.push({
      name,
      shape: [...shape],
      dtype: 'float32',
      ...(storage === 'float16' && {
        quantization: { dtype: 'float16' },
      }),
    });
  }
  return { manifest: [{ paths: [weightsFile], weights: entries, sha256: sha256(bytes) }], bytes };
}

/**
 * The tensors a manifest describes.
 *
 * @param file where the bytes come from, for error messages
 * @throws UserError when the bytes are cut off, damaged, or stored in a way unknown here
 */
export function decodeWeights(manifest: WeightManifest, bytes: Uint8Array, file: string): Weights {
  const [group] = manifest;
  const weights = new Map<string, WeightTensor>();
  let at = 0;
  for (const entry of group.weights) {
    const half = entry.quantization?.dtype === 'float16';
    if (entry.dtype !== 'float32' || (entry.quantization && !half))
      throw new UserError(
        'cannot read weights',
        `${entry.name} is stored in an unknown way; export the model again`,
        file,
      );
    const elements = elementsOf(entry.shape);
    const stored = bytes.subarray(at, (at += elements * (half ? 2 : 4)));
    if (at > bytes.length) break;
    weights.set(entry.name, {
      shape: entry.shape,
      data: half ? decodeHalf(stored) : new Float32Array(aligned(stored)),
    });
  }
  if (at !== bytes.length)
    throw new UserError(
      'cannot read weights',
      `it has ${bytes.length} bytes where ${expectedBytes(group)} are listed; copy the model again`,
      file,
    );
  if (sha256(bytes) !== group.sha256)
    throw new UserError(
      'cannot read weights',
      'its checksum is wrong, so it is damaged; copy the model again',
      file,
    );
  return weights;
}

/** Trainable numbers: everything but the running statistics of batch norms. */
export function countParameters(manifest: WeightManifest): number {
  return manifest[0].weights
    .filter(({ name }) => !/running_(mean|var)$/.test(name))
    .reduce((sum, { shape }) => sum + elementsOf(shape), 0);
}

const elementsOf = (shape: readonly number[]): number => shape.reduce((product, side) => product * side, 1);

const expectedBytes = (group: ManifestGroup): number =>
  group.weights.reduce((sum, { shape, quantization }) => sum + elementsOf(shape) * (quantization ? 2 : 4), 0);

/** A copy that begins where any typed array may begin. */
const aligned = (bytes: Uint8Array): ArrayBuffer => new Uint8Array(bytes).buffer;

function toHalf(name: string, data: Float32Array): Uint16Array {
  const largest = data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  if (largest < 65520) return Uint16Array.from(data, floatToHalf);
  throw new UserError('cannot store weights as float16', `${name} reaches ${largest}; store them as float32`);
}

const decodeHalf = (bytes: Uint8Array): Float32Array =>
  Float32Array.from(new Uint16Array(aligned(bytes)), halfToFloat);

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
