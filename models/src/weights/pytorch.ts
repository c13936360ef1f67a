import { unzipSync } from 'fflate';
import { UserError } from '../errors.js';
import type { Weights } from '../model.js';
import { Inert, PickleError, readPickle, type PickleHost } from './pickle.js';
import {
  gather,
  mostElements,
  pytorchHost,
  refused,
  Storage,
  storageId,
  StorageView,
  StoredTensor,
} from './pytorch-tensors.js';
import { isBatchCount, weightsOf } from './state-dict.js';
import { elementSize } from './storage.js';

/** The tensors of a PyTorch checkpoint. */
export interface PytorchCheckpoint {
  /** Names without the `module.` prefix, `num_batches_tracked` left out. */
  readonly weights: Weights;
  /** Every name as it stands in the file, in the file's order. */
  readonly rawNames: readonly string[];
  /** `zip`: PyTorch 1.6 and later; `legacy`: before. */
  readonly format: 'zip' | 'legacy';
}

/** First pickle of a legacy file (`torch/serialization.py`, MAGIC_NUMBER). */
const legacyMagic = 0x1950a86a20f9469cfc6cn;
const legacyProtocol = 1001;
const largestArchive = 2 ** 31;

/** Keys under which training programs keep the network's state dict beside other things, first the reference's. */
const usualKeys = ['model_weights', 'state_dict', 'model_state_dict', 'model', 'network', 'net', 'weights'];

/**
 * Reads a state dict saved by `torch.save`, in the zip or the legacy format: `{model_weights: …}` as the
 * reference saves it, under another usual key beside an optimiser's state, or bare; names with or without the
 * `module.` prefix of `DataParallel`; any floating-point type, strides, and sharing of storages.
 * Only tensors, dictionaries, numbers and strings are built; nothing in the file can run.
 *
 * @param bytes the whole file
 * @param file  its name, for error messages
 * @throws UserError when the file is no such checkpoint, is damaged, big-endian, or names anything else
 */
export function readPytorchCheckpoint(bytes: Uint8Array, file?: string): PytorchCheckpoint {
  try {
    const zip = bytes[0] === 0x50 && bytes[1] === 0x4b;
    const content = zip ? readZip(bytes) : readLegacy(bytes);
    return { ...collectWeights(content), format: zip ? 'zip' : 'legacy' };
  } catch (error) {
    if (!(error instanceof PickleError)) throw error;
    throw new UserError('cannot read PyTorch checkpoint', error.message, file, { cause: error });
  }
}

// ---------------------------------------------------------------------------------------------- zip format

/** `<name>/data.pkl`, `<name>/data/<key>` for the storages, `<name>/byteorder` since PyTorch 2.1. */
function readZip(bytes: Uint8Array): unknown {
  const records = unzip(bytes);
  const pickle = [...records.keys()].find((name) => name === 'data.pkl' || name.endsWith('/data.pkl'));
  if (pickle === undefined)
    throw new PickleError('it is a zip archive without a data.pkl, so no PyTorch checkpoint');
  const folder = pickle.slice(0, -'data.pkl'.length);
  const byteOrder = records.get(`${folder}byteorder`);
  if (byteOrder && new TextDecoder().decode(byteOrder).trim() !== 'little') throw bigEndian();

  const storages = new Map<string, Storage>();
  const host = pytorchHost((id) => {
    const { type, key, length } = storageId(id);
    const size = length * elementSize(type);
    let storage = storages.get(key);
    if (!storage) {
      const record = records.get(`${folder}data/${key}`);
      if (!record || record.length < size)
        throw new PickleError(`the record data/${key} is missing or too short (an incomplete copy?)`);
      storage = new Storage(type, length, record.subarray(0, size));
      storages.set(key, storage);
    }
    if (storage.type !== type) throw new PickleError(`the record data/${key} is used with two element types`);
    return new StorageView(storage, 0);
  });
  return readPickle(records.get(pickle)!, 0, host).value;
}

function unzip(bytes: Uint8Array): Map<string, Uint8Array> {
  let total = 0;
  try {
    const entries = unzipSync(bytes, {
      filter: ({ name, originalSize }) => {
        total += originalSize;
        return total <= largestArchive && /(^|\/)(data\.pkl|byteorder|data\/[^/]+)$/.test(name);
      },
    });
    if (total <= largestArchive) return new Map(Object.entries(entries));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new PickleError(`its zip archive is damaged or cut off (${why})`);
  }
  throw new PickleError('its zip archive unpacks to more than 2 GiB');
}

// ------------------------------------------------------------------------------------------- legacy format

/** Magic number, protocol, system facts, the object, the storages' keys: five pickles; then the raw storages. */
function readLegacy(bytes: Uint8Array): unknown {
  let at = 0;
  const next = (host: PickleHost): unknown => {
    const { value, end } = readPickle(bytes, at, host);
    at = end;
    return value;
  };
  const plain = pytorchHost(() => {
    throw new PickleError('its pickle is damaged');
  });
  if (!startsAsLegacy(bytes) || next(plain) !== legacyMagic)
    throw new PickleError('it is no PyTorch checkpoint (neither the zip nor the older format)');
  if (next(plain) !== legacyProtocol) throw new PickleError('its legacy format is of an unknown version');
  const system = next(plain);
  if (system instanceof Map && system.get('little_endian') === false) throw bigEndian();

  const storages = new Map<string, Storage>();
  const content = next(
    pytorchHost((id) => {
      const { type, key, length, view } = storageId(id);
      const storage = storages.get(key) ?? new Storage(type, length, null);
      storages.set(key, storage);
      if (storage.type !== type) throw new PickleError(`storage ${key} is used with two element types`);
      return new StorageView(storage, view);
    }),
  );
  const keys = next(plain);
  if (!Array.isArray(keys)) throw new PickleError('its list of storages is damaged');
  for (const key of keys) at = fillStorage(storages.get(String(key)), bytes, at);
  return content;
}

/** A pickle of any protocol that begins, after its frame's length from protocol 4 on, with LONG1 of ten bytes. */
function startsAsLegacy(bytes: Uint8Array): boolean {
  const at = bytes[2] === 0x95 ? 11 : 2;
  return bytes[0] === 0x80 && bytes[at] === 0x8a && bytes[at + 1] === 0x0a;
}

/** One storage: the number of elements as int64, then the elements. Returns the offset after it. */
function fillStorage(storage: Storage | undefined, bytes: Uint8Array, at: number): number {
  if (!storage) throw new PickleError('its list of storages is damaged');
  const begin = at + 8;
  if (begin > bytes.length) throw new PickleError('it ends in the middle (an incomplete copy?)');
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset + at, 8).getBigInt64(0, true));
  const end = begin + length * elementSize(storage.type);
  if (length !== storage.length || end > bytes.length)
    throw new PickleError('it ends in the middle (an incomplete copy?)');
  storage.bytes = bytes.subarray(begin, end);
  return end;
}

function bigEndian(): PickleError {
  return new PickleError(
    'it was written on a big-endian machine; load and save it again on a little-endian one',
  );
}

// --------------------------------------------------------------------------------------------------- weights

function collectWeights(content: unknown): Pick<PytorchCheckpoint, 'weights' | 'rawNames'> {
  const dictionary = stateDict(content);
  const tensors = new Map<string, StoredTensor>();
  let elements = 0;
  for (const [key, value] of dictionary) {
    const name = String(key);
    if (value instanceof Inert) throw refused(value.name);
    if (!(value instanceof StoredTensor)) throw new PickleError(`its entry ${name} is no tensor`);
    if (!isBatchCount(name)) elements += value.shape.reduce((product, side) => product * side, 1);
    tensors.set(name, value);
  }
  if (elements > mostElements) throw new PickleError('its tensors are larger than those of any network here');
  return { weights: weightsOf(tensors, gather), rawNames: [...tensors.keys()] };
}

/** The network's dictionary of tensors: under a usual key, or the only such entry, or the whole content. */
function stateDict(content: unknown): ReadonlyMap<unknown, unknown> {
  if (content instanceof Inert) throw refused(content.name);
  if (!(content instanceof Map) || content.size === 0) throw noStateDict();
  for (const key of usualKeys) {
    const under: unknown = content.get(key);
    if (under instanceof Map && under.size > 0) return under;
  }
  const values = [...content.values()];
  const nested = values.filter(
    (value): value is ReadonlyMap<unknown, unknown> =>
      value instanceof Map &&
      value.size > 0 &&
      [...value.values()].every((item) => item instanceof StoredTensor),
  );
  if (nested.length === 1) return nested[0];
  if (values.some((value) => value instanceof StoredTensor)) return content;
  const inert = values.find((value) => value instanceof Inert);
  throw inert ? refused(inert.name) : noStateDict();
}

const noStateDict = (): PickleError =>
  new PickleError(
    `it holds no state dict; save a dictionary of tensors, or one under a key such as ${usualKeys[0]}`,
  );
