import type { WeightTensor } from '../model.js';
import { Inert, PickleError, type PickleHost } from './pickle.js';
import { decodeFloats, type ElementType } from './storage.js';

/** Tensors in PyTorch's pickles (`torch/_utils.py`, `torch/serialization.py`): what may be named, and how they lie. */

/** More elements than any network here has; a corrupt size must not ask for terabytes. */
export const mostElements = 2 ** 28;

/** Element types by the storage's class name in the pickle. */
const storageTypes: Readonly<Record<string, ElementType>> = {
  FloatStorage: 'float32',
  DoubleStorage: 'float64',
  HalfStorage: 'float16',
  BFloat16Storage: 'bfloat16',
  ComplexDoubleStorage: 'complex128',
  ComplexFloatStorage: 'complex64',
  LongStorage: 'int64',
  IntStorage: 'int32',
  ShortStorage: 'int16',
  CharStorage: 'int8',
  ByteStorage: 'uint8',
  UntypedStorage: 'uint8',
  BoolStorage: 'bool',
};

/**
 * What may stand beside the weights (an optimiser's state, options, NumPy numbers). It is left {@link Inert}:
 * neither built nor run. Any other name makes the whole file refused.
 */
const harmless =
  /^(torch|numpy|collections|argparse|pathlib|datetime|_codecs)\.|^(builtins|__builtin__)\.(set|frozenset|complex|bytearray|slice|range)$/;

/** A piece of memory that tensors are windows into. Decoded only when a tensor of the network needs it. */
export class Storage {
  private decoded: Float32Array | null = null;

  constructor(
    readonly type: ElementType,
    readonly length: number,
    /** In the legacy format the elements follow the pickle, so they are filled in later. */
    public bytes: Uint8Array | null,
  ) {}

  /** The elements as float32. */
  floats(name: string): Float32Array {
    if (!this.bytes) throw new PickleError('one of its storages is missing (an incomplete copy?)');
    this.decoded ??= decodeFloats(this.type, this.bytes);
    if (this.decoded) return this.decoded;
    throw new PickleError(
      `its entry ${name} holds ${this.type} numbers, not floating-point weights; save the network's own state_dict`,
    );
  }
}

/** A tensor as the pickle describes it: a strided window into a storage. */
export class StoredTensor {
  constructor(
    readonly storage: Storage,
    readonly offset: number,
    readonly shape: readonly number[],
    readonly strides: readonly number[],
  ) {}
}

/** A storage as a tensor refers to it. */
export class StorageView {
  constructor(
    readonly storage: Storage,
    /** Elements before the view's first, in the legacy format. */
    readonly offset: number,
  ) {}
}

/** A storage's class, as the pickle names it. */
class StorageClass {
  constructor(readonly type: ElementType) {}
}

const sameTensor = (tensor: unknown): unknown => tensor;

/** The few functions a checkpoint may call. */
const allowed: Readonly<Record<string, (...args: unknown[]) => unknown>> = {
  'collections.OrderedDict': orderedDictionary,
  'torch.Size': (items) => items,
  'torch._utils._rebuild_tensor': rebuildTensor,
  'torch._utils._rebuild_tensor_v2': rebuildTensor,
  'torch._utils._rebuild_parameter': sameTensor,
  'torch._utils._rebuild_parameter_with_state': sameTensor,
};

/**
 * What a checkpoint's pickle may ask for.
 *
 * @param persistent finds a storage by its id
 */
export function pytorchHost(persistent: (id: unknown) => StorageView): PickleHost {
  return {
    persistent,
    global(module, name) {
      const whole = `${module}.${name}`;
      if (/^torch(\.storage)?$/.test(module) && Object.hasOwn(storageTypes, name))
        return new StorageClass(storageTypes[name]);
      if (Object.hasOwn(allowed, whole)) return allowed[whole];
      if (harmless.test(whole)) return new Inert(whole);
      throw refused(whole);
    },
  };
}

/** Why a file that asks for `name` is not read. */
export const refused = (name: string): PickleError =>
  new PickleError(`it asks for ${name}, which a file of weights has no use for; save only the state_dict`);

function orderedDictionary(items: unknown = []): Map<unknown, unknown> {
  const pairs = Array.isArray(items) ? items : [null];
  if (!pairs.every((pair) => Array.isArray(pair) && pair.length === 2))
    throw new PickleError('its pickle is damaged');
  return new Map(pairs as [unknown, unknown][]);
}

function rebuildTensor(view: unknown, offset: unknown, shape: unknown, strides: unknown): StoredTensor {
  if (
    !(view instanceof StorageView) ||
    !isCount(offset) ||
    !isCounts(shape) ||
    !isCounts(strides) ||
    shape.length !== strides.length
  )
    throw new PickleError('a tensor in it is damaged');
  const { storage, offset: first } = view;
  const elements = shape.reduce((product, side) => product * side, 1);
  const last = first + offset + shape.reduce((sum, side, axis) => sum + (side - 1) * strides[axis], 0);
  if (elements > mostElements || (elements > 0 && last >= storage.length))
    throw new PickleError('a tensor in it reaches past its storage');
  return new StoredTensor(storage, first + offset, shape, strides);
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
const isCounts = (value: unknown): value is number[] => Array.isArray(value) && value.every(isCount);

/** `('storage', type, key, location, length)`, in the legacy format followed by None or `(key, offset, length)`. */
export function storageId(id: unknown): { type: ElementType; key: string; length: number; view: number } {
  if (!Array.isArray(id) || id[0] !== 'storage')
    throw new PickleError('its pickle refers to something that is no storage');
  const type = id[1] instanceof StorageClass ? id[1].type : undefined;
  const length: unknown = id[4];
  const view: unknown = Array.isArray(id[5]) ? id[5][1] : 0;
  if (type === undefined || !isCount(length) || !isCount(view))
    throw new PickleError('a storage in it is damaged');
  return { type, key: String(id[2]), length, view };
}

/** Copies a strided window into C order. */
export function gather({ storage, offset, shape, strides }: StoredTensor, name: string): WeightTensor {
  const source = storage.floats(name);
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
