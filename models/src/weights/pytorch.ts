import { unzipSync } from 'fflate';
import { UserError } from '../errors.js';
import type { Weights, WeightTensor } from '../model.js';
import { PickleError, readPickle, type PickleHost } from './pickle.js';
import { decodeStorage, elementSize, isStorageType, type StorageType } from './storage.js';

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
/** More elements than any network here has; a corrupt size must not ask for terabytes. */
const largestTensor = 2 ** 28;
const largestArchive = 2 ** 31;

/**
 * Reads a state dict saved by `torch.save`, in the zip or the legacy format: `{model_weights: …}` as the
 * reference saves it, or a bare state dict, names with or without the `module.` prefix of `DataParallel`.
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

/** Elements of a storage; in the legacy format they follow the pickle, so they are filled in later. */
interface Storage {
  readonly type: StorageType;
  readonly length: number;
  data: Float32Array | null;
}

/** A tensor as the pickle describes it: a strided window into a storage. */
class StoredTensor {
  constructor(
    readonly storage: Storage,
    readonly offset: number,
    readonly shape: readonly number[],
    readonly strides: readonly number[],
  ) {}
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
    let storage = storages.get(key);
    if (!storage) {
      const record = records.get(`${folder}data/${key}`);
      if (!record || record.length < length * elementSize(type))
        throw new PickleError(`the record data/${key} is missing or too short (an incomplete copy?)`);
      storage = { type, length, data: decodeStorage(type, record.subarray(0, length * elementSize(type))) };
      storages.set(key, storage);
    }
    if (storage.type !== type) throw new PickleError(`the record data/${key} is used with two element types`);
    return { storage, offset: 0 };
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
      const storage = storages.get(key) ?? { type, length, data: null };
      storages.set(key, storage);
      if (storage.type !== type) throw new PickleError(`storage ${key} is used with two element types`);
      return { storage, offset: view };
    }),
  );
  const keys = next(plain);
  if (!Array.isArray(keys)) throw new PickleError('its list of storages is damaged');
  for (const key of keys) at = fillStorage(storages.get(String(key)), bytes, at);
  return content;
}

/** Pickle protocol 2, then LONG1 of ten bytes. */
function startsAsLegacy(bytes: Uint8Array): boolean {
  return bytes[0] === 0x80 && bytes[2] === 0x8a && bytes[3] === 0x0a;
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
  storage.data = decodeStorage(storage.type, bytes.subarray(begin, end));
  return end;
}

// ------------------------------------------------------------------------------------ what a pickle may name

interface StorageView {
  readonly storage: Storage;
  /** Elements before the view's first, in the legacy format. */
  readonly offset: number;
}

/** The few names a checkpoint may use; every other one is refused. */
function pytorchHost(persistent: (id: unknown) => StorageView): PickleHost {
  const allowed = new Map<string, unknown>([
    ['collections.OrderedDict', orderedDictionary],
    ['torch._utils._rebuild_tensor_v2', rebuildTensor],
    ['torch._utils._rebuild_parameter', (tensor: unknown) => tensor],
  ]);
  return {
    persistent,
    global(module, name) {
      if (module === 'torch' && isStorageType(name)) return { storageType: name };
      const found = allowed.get(`${module}.${name}`);
      if (found !== undefined) return found;
      throw new PickleError(
        `it asks for ${module}.${name}, which a file of weights has no use for; save only the state_dict`,
      );
    },
  };
}

function orderedDictionary(items: unknown = []): Map<unknown, unknown> {
  const pairs = Array.isArray(items) ? items : [null];
  if (!pairs.every((pair) => Array.isArray(pair) && pair.length === 2))
    throw new PickleError('its pickle is damaged');
  return new Map(pairs as [unknown, unknown][]);
}

function rebuildTensor(view: unknown, offset: unknown, shape: unknown, strides: unknown): StoredTensor {
  const { storage, offset: first } = view as StorageView;
  if (
    !storage ||
    !isCount(offset) ||
    !isCounts(shape) ||
    !isCounts(strides) ||
    shape.length !== strides.length
  )
    throw new PickleError('a tensor in it is damaged');
  const elements = shape.reduce((product, side) => product * side, 1);
  const last = first + offset + shape.reduce((sum, side, axis) => sum + (side - 1) * strides[axis], 0);
  if (elements > largestTensor || (elements > 0 && last >= storage.length))
    throw new PickleError('a tensor in it reaches past its storage');
  return new StoredTensor(storage, first + offset, shape, strides);
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
const isCounts = (value: unknown): value is number[] => Array.isArray(value) && value.every(isCount);

/** `('storage', type, key, location, length)`, in the legacy format followed by None or `(key, offset, length)`. */
function storageId(id: unknown): { type: StorageType; key: string; length: number; view: number } {
  if (!Array.isArray(id) || id[0] !== 'storage')
    throw new PickleError('its pickle refers to something that is no storage');
  const type = (id[1] as { storageType?: StorageType } | null)?.storageType;
  const length: unknown = id[4];
  const view: unknown = Array.isArray(id[5]) ? id[5][1] : 0;
  if (type === undefined || !isCount(length) || !isCount(view))
    throw new PickleError('a storage in it is damaged');
  return { type, key: String(id[2]), length, view };
}

function bigEndian(): PickleError {
  return new PickleError(
    'it was written on a big-endian machine; load and save it again on a little-endian one',
  );
}

// --------------------------------------------------------------------------------------------------- weights

function collectWeights(content: unknown): Pick<PytorchCheckpoint, 'weights' | 'rawNames'> {
  const dictionary =
    content instanceof Map && content.has('model_weights') ? content.get('model_weights') : content;
  if (!(dictionary instanceof Map) || dictionary.size === 0)
    throw new PickleError('it holds no state dict (a dictionary of tensors, or one under model_weights)');
  const rawNames = [...dictionary.keys()].map(String);
  const prefix = rawNames.every((name) => name.startsWith('module.')) ? 'module.'.length : 0;
  const weights = new Map<string, WeightTensor>();
  for (const [name, value] of dictionary as Map<unknown, unknown>) {
    if (!(value instanceof StoredTensor)) throw new PickleError(`its entry ${String(name)} is no tensor`);
    if (String(name).endsWith('num_batches_tracked')) continue;
    weights.set(String(name).slice(prefix), gather(value));
  }
  return { weights, rawNames };
}

/** Copies a strided window into C order. */
function gather({ storage, offset, shape, strides }: StoredTensor): WeightTensor {
  if (!storage.data) throw new PickleError('one of its storages is missing (an incomplete copy?)');
  const source = storage.data;
  const data = new Float32Array(shape.reduce((product, side) => product * side, 1));
  const index = new Array<number>(shape.length).fill(0);
  let from = offset;
  for (let to = 0; to < data.length; to++) {
    data[to] = source[from];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis];
      if (++index[axis] < shape[axis]) break;
      from -= strides[axis] * shape[axis];
      index[axis] = 0;
    }
  }
  return { shape: [...shape], data };
}
